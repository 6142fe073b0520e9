//! See `imap_tests::fuzz::utf7`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| imap_tests::fuzz::utf7(data));

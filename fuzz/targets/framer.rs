//! See `imap_tests::fuzz::framer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| imap_tests::fuzz::framer(data));

//! See `imap_tests::fuzz::sequence_set`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| imap_tests::fuzz::sequence_set(data));

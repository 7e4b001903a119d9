//! libFuzzer on `body_multipart`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::body_multipart::check(data));

//! libFuzzer on `body_cookies`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::body_cookies::check(data));

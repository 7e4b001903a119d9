//! libFuzzer on `body_json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::body_json::check(data));

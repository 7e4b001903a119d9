//! libFuzzer on `response_head`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::response_head::check(data));

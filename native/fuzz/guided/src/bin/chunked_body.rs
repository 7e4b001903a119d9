//! libFuzzer on `chunked_body`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::chunked_body::check(data));

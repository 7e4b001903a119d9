//! libFuzzer on `transform`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::transform::check(data));

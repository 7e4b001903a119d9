//! libFuzzer on `metrics_expand`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::metrics_expand::check(data));

//! libFuzzer on `metrics_line`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::metrics_line::check(data));

//! libFuzzer on `metrics_remote_write`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::metrics_remote_write::check(data));

//! libFuzzer on `metrics_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::metrics_text::check(data));

//! libFuzzer on `metrics_otlp`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::metrics_otlp::check(data));

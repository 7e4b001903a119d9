//! libFuzzer on `body_form`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::body_form::check(data));

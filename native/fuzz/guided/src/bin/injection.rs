//! libFuzzer on `injection`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::injection::check(data));

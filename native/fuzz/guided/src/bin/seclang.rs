//! libFuzzer on `seclang`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::seclang::check(data));

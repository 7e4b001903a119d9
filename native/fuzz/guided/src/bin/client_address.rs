//! libFuzzer on `client_address`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::client_address::check(data));

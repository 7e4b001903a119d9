//! libFuzzer on `round_trip`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::round_trip::check(data));

//! libFuzzer on `body_xml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hcc_fuzz::body_xml::check(data));

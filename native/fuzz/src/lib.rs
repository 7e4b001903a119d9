//! What must hold for any bytes whatever: one function a target, which panics where it does not.
//!
//! `tests/short.rs` drives them with a mutator of our own, a fixed seed and a time limit; `guided/` drives the same functions
//! with libFuzzer, led by coverage.

#![allow(clippy::missing_panics_doc)] // to panic is how a target says that something is wrong

pub mod body_cookies;
pub mod body_form;
pub mod body_json;
pub mod body_multipart;
pub mod body_xml;
pub mod chunked_body;
pub mod client_address;
pub mod injection;
pub mod metrics;
pub mod metrics_expand;
pub mod metrics_line;
pub mod metrics_otlp;
pub mod metrics_remote_write;
pub mod metrics_text;
pub mod mutate;
pub mod path;
pub mod request_head;
pub mod response_head;
pub mod round_trip;
mod scanned;
pub mod seclang;
pub mod transform;

/// A target takes any bytes.
pub type Target = fn(&[u8]);

/// Every target by name; corpora lie in `corpus/NAME/`.
pub const TARGETS: [(&str, Target); 19] = [
    ("request_head", request_head::check),
    ("chunked_body", chunked_body::check),
    ("path", path::check),
    ("response_head", response_head::check),
    ("client_address", client_address::check),
    ("round_trip", round_trip::check),
    ("body_form", body_form::check),
    ("body_cookies", body_cookies::check),
    ("body_json", body_json::check),
    ("body_multipart", body_multipart::check),
    ("body_xml", body_xml::check),
    ("injection", injection::check),
    ("transform", transform::check),
    ("seclang", seclang::check),
    ("metrics_line", metrics_line::check),
    ("metrics_text", metrics_text::check),
    ("metrics_remote_write", metrics_remote_write::check),
    ("metrics_otlp", metrics_otlp::check),
    ("metrics_expand", metrics_expand::check),
];

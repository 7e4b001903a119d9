//! What unit tests build requests and sites from.

use crate::site::Site;
use foldhash::fast::FixedState;
use hcc_http::RequestHead;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use std::fmt::Write;

/// A head with a request line, `Host: shop.example` and these lines, each with its line end.
pub fn head(line: &str, lines: &str) -> RequestHead {
    let mut head = RequestHead::default();
    head.parse(format!("{line} HTTP/1.1\r\nHost: shop.example\r\n{lines}\r\n").as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    head
}

/// SHA-256 in hexadecimal, as the section `api_keys` holds it.
pub fn sha256(text: &str) -> String {
    let mut out = String::new();
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The body of a site with upstreams `a` and `b`, these routes, and `more` fields.
pub fn site_body(routes: &Value, more: &Value) -> Value {
    let upstream = |port: u16| {
        let target = json!({"address": format!("127.0.0.1:{port}"), "weight": 1});
        json!({"policy": "round_robin", "targets": [target], "connect_ms": 1, "first_byte_ms": 1, "between_bytes_ms": 1, "total_ms": 0})
    };
    let mut body = json!({"site_id": "s", "organization_id": "o", "name": "n", "hosts": ["shop.example"],
        "upstreams": {"a": upstream(1), "b": upstream(2)}, "routes": routes});
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// Compiles a site of these routes.
pub fn try_site(routes: &Value) -> Result<Site, String> {
    let text = site_body(routes, &Value::Null).to_string();
    Site::compile(serde_json::from_str(&text).map_err(|e| e.to_string())?, None, &FixedState::default())
}

/// The same, which must succeed.
pub fn site(routes: &Value) -> Site {
    try_site(routes).unwrap_or_else(|e| panic!("{e}"))
}

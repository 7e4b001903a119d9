//! Answers the gateway makes itself: the envelope, problem details (RFC 9457) or a page, by `Accept`.

use crate::time::{http_date, rfc3339, unix_ms};
use serde_json::json;

/// An answer of the gateway itself.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// For the access log.
    pub reason: &'static str,
    /// More field lines.
    pub fields: Vec<(&'static str, String)>,
    /// Whether the connection closes after it.
    pub close: bool,
}

impl Answer {
    /// An answer after which the connection may stay open.
    pub fn new(status: u16, reason: &'static str) -> Self {
        Self { status, reason, fields: Vec::new(), close: false }
    }

    /// An answer after which the connection closes.
    pub fn closing(status: u16, reason: &'static str) -> Self {
        Self { status, reason, fields: Vec::new(), close: true }
    }
}

/// Reason phrase, code and message of a status.
pub fn words(status: u16) -> (&'static str, &'static str, &'static str) {
    match status {
        401 => ("Unauthorized", "UNAUTHORIZED", "Authentication is required."),
        403 => ("Forbidden", "FORBIDDEN", "Access is denied."),
        404 => ("Not Found", "NOT_FOUND", "There is nothing here."),
        405 => ("Method Not Allowed", "METHOD_NOT_ALLOWED", "This method is not allowed here."),
        408 => ("Request Timeout", "REQUEST_TIMEOUT", "The request took too long to arrive."),
        413 => ("Content Too Large", "PAYLOAD_TOO_LARGE", "The request body is too large."),
        414 => ("URI Too Long", "URI_TOO_LONG", "The request target is too long."),
        417 => ("Expectation Failed", "EXPECTATION_FAILED", "The expectation cannot be met."),
        429 => ("Too Many Requests", "RATE_LIMITED", "Too many requests. Try again later."),
        431 => ("Request Header Fields Too Large", "HEADERS_TOO_LARGE", "The request headers are too large."),
        501 => ("Not Implemented", "NOT_IMPLEMENTED", "This is not supported."),
        502 => ("Bad Gateway", "BAD_GATEWAY", "The service behind the gateway gave no valid answer."),
        503 => ("Service Unavailable", "SERVICE_UNAVAILABLE", "The service is not available right now."),
        504 => ("Gateway Timeout", "GATEWAY_TIMEOUT", "The service behind the gateway did not answer in time."),
        400..=499 => ("Bad Request", "BAD_REQUEST", "The request is malformed."),
        _ => ("Internal Server Error", "INTERNAL_ERROR", "Something went wrong on our side."),
    }
}

/// An answer as it goes out.
#[derive(Debug)]
pub struct Rendered {
    /// Reason phrase.
    pub reason: &'static str,
    /// Field lines without those of framing and connection.
    pub lines: Vec<u8>,
    /// The body.
    pub body: Vec<u8>,
}

/// Renders an answer; `accept` is the client's field, `common` are lines every response has.
pub fn render(answer: &Answer, accept: &[u8], request_id: &[u8], common: &[u8]) -> Rendered {
    let now = unix_ms();
    let (phrase, code, message) = words(answer.status);
    let id = String::from_utf8_lossy(request_id);
    let accepts = |kind: &[u8]| {
        hcc_http::bytes::list(accept)
            .any(|e| e.split(|b| *b == b';').next().is_some_and(|t| hcc_http::bytes::trim(t).eq_ignore_ascii_case(kind)))
    };
    let (kind, body) = if accepts(b"application/problem+json") {
        let problem =
            json!({"type": "about:blank", "title": phrase, "status": answer.status, "detail": message, "code": code, "request_id": id});
        ("application/problem+json", problem.to_string())
    } else if accepts(b"text/html") && !accepts(b"application/json") {
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{} {phrase}</title><style>body{{font:16px/1.5 system-ui;max-width:32rem;margin:20vh auto;padding:0 1rem}}small{{color:#666}}</style><h1>{phrase}</h1><p>{message}</p><small>{} · {id}</small></html>\n",
            answer.status, answer.status
        );
        ("text/html; charset=utf-8", page)
    } else {
        let envelope = json!({"success": false, "data": null, "error": {"code": code, "message": message, "details": null}, "timestamp": rfc3339(now), "request_id": id});
        ("application/json", envelope.to_string())
    };
    let mut lines = format!(
        "Date: {}\r\nContent-Type: {kind}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: {id}\r\n",
        http_date(now),
    );
    for (name, value) in &answer.fields {
        lines.push_str(name);
        lines.push_str(": ");
        lines.push_str(value);
        lines.push_str("\r\n");
    }
    let mut lines = lines.into_bytes();
    lines.extend_from_slice(common);
    Rendered { reason: phrase, lines, body: body.into_bytes() }
}

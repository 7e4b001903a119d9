//! A response head that is accepted has one meaning; a HEAD's answer never has a body.

use crate::scanned;
use hcc_http::bytes::parse_u63;
use hcc_http::{Framing, Name, ResponseHead};

/// Scans and parses, as the answer to a GET and to a HEAD.
pub fn check(data: &[u8]) {
    let mut head = ResponseHead::default();
    let _ = head.parse(data, false);
    let Some(bytes) = scanned::head(data) else { return };
    let of_get = head.parse(bytes, false).is_ok();
    if of_get {
        meaning(&head);
        again(&head);
    }
    let mut other = ResponseHead::default();
    assert_eq!(other.parse(bytes, true).is_ok(), of_get);
    if of_get {
        assert_eq!((other.status, other.framing), (head.status, Framing::None));
    }
}

fn meaning(head: &ResponseHead) {
    assert!((100..600).contains(&head.status));
    assert!(!head.reason().iter().any(|b| matches!(b, b'\r' | b'\n' | 0)));
    let length = head.fields.first(Name::ContentLength).and_then(parse_u63);
    match head.framing {
        Framing::None => assert!(head.status < 200 || matches!(head.status, 204 | 304) || length == Some(0)),
        Framing::Length(n) => assert_eq!(length, Some(n)),
        Framing::Chunked => assert!(length.is_none() && head.fields.first(Name::TransferEncoding).is_some()),
        Framing::Close => assert!(!head.keep_alive && length.is_none()),
    }
    let lengths = head.fields.all(Name::ContentLength).count();
    assert!(lengths + head.fields.all(Name::TransferEncoding).count() <= 1);
}

/// Written out again field by field, it means the same.
fn again(head: &ResponseHead) {
    let mut out = format!("HTTP/1.{} {} ", u8::from(head.version == hcc_http::Version::V11), head.status).into_bytes();
    out.extend(head.reason());
    out.extend(b"\r\n");
    for (_, name, value) in head.fields.iter() {
        hcc_http::forwarded::put_field(&mut out, name, value);
    }
    out.extend(b"\r\n");
    let mut second = ResponseHead::default();
    second.parse(&out, false).unwrap_or_else(|e| panic!("{e}: {}", out.escape_ascii()));
    assert_eq!((second.status, second.framing, second.keep_alive), (head.status, head.framing, head.keep_alive));
    assert_eq!(second.reason(), head.reason());
}

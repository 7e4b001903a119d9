//! Field lines of HTTP/1 as HTTP/2 fields and back (RFC 9113 section 8.2).

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

/// Lines `Name: value\r\n` as fields in lower case; a line that HTTP/2 cannot carry is left out.
pub fn from_lines(lines: &[u8]) -> HeaderMap {
    // Values are parts of one copy; a map that grows would place every name again.
    let whole = Bytes::copy_from_slice(lines);
    let mut fields = HeaderMap::with_capacity(16);
    let mut rest: &[u8] = &whole;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let line = &rest[..end.saturating_sub(1)];
        rest = &rest[end + 1..];
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let value = whole.slice_ref(hcc_http::bytes::trim(&line[colon + 1..]));
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_maybe_shared(value)) {
            fields.append(name, value);
        }
    }
    fields
}

/// Fields as lines. Cookies that were split are one field again (RFC 9113 section 8.2.3).
pub fn put_lines(out: &mut Vec<u8>, fields: &HeaderMap) {
    let mut cookies: Vec<&[u8]> = Vec::new();
    for (name, value) in fields {
        if name == http::header::COOKIE {
            cookies.push(value.as_bytes());
        } else {
            hcc_http::forwarded::put_field(out, name.as_str().as_bytes(), value.as_bytes());
        }
    }
    if !cookies.is_empty() {
        hcc_http::forwarded::put_field(out, b"cookie", &cookies.join(&b"; "[..]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let fields =
            from_lines(b"Content-Type: text/plain\r\nX-A: 1\r\nx-a:  2 \r\nCookie: a=1\r\ncookie: b=2\r\nbroken\r\nno good: x\r\n");
        assert_eq!(fields.get_all("x-a").iter().count(), 2);
        assert!(!fields.contains_key("no good"));
        let mut lines = Vec::new();
        put_lines(&mut lines, &fields);
        assert_eq!(lines, b"content-type: text/plain\r\nx-a: 1\r\nx-a: 2\r\ncookie: a=1; b=2\r\n");
    }
}

//! A test's input as the bytes that a client sends, and those bytes as a lenient server reads them.

use super::yaml::Node;
use crate::transform::Transformation;
use std::fmt::Write;

/// A request's parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The bytes on the wire.
    pub wire: Vec<u8>,
}

/// A request read without judging it.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen<'a> {
    /// The method.
    pub method: &'a [u8],
    /// The target.
    pub target: &'a [u8],
    /// The protocol; empty when there is none.
    pub protocol: &'a [u8],
    /// The fields.
    pub headers: Vec<(&'a [u8], Vec<u8>)>,
    /// The body that a server waits for: as long as `Content-Length` says, chunks joined.
    pub body: Vec<u8>,
    /// The body is shorter than its `Content-Length`.
    pub short: bool,
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Builds the request of a test's `input`, completed the way the test tools do it.
pub fn build(input: &Node) -> Result<Vec<u8>, String> {
    if let Some(encoded) = input.word("encoded_request").filter(|t| !t.is_empty()) {
        let mut out = Vec::new();
        let compact: String = encoded.split_whitespace().collect();
        return if Transformation::Base64Decode.apply(compact.as_bytes(), &mut out, None) {
            Ok(out)
        } else {
            Err("encoded_request is no base64".to_owned())
        };
    }
    if let Some(raw) = input.word("raw_request") {
        return Ok(raw.as_bytes().to_vec());
    }
    let word = |key, default| input.word(key).unwrap_or(default);
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in input.get("headers").map_or(&[][..], Node::pairs) {
        headers.push((name.clone(), value.text().unwrap_or_default().to_owned()));
    }
    for header in input.get("ordered_headers").map_or(&[][..], Node::items) {
        headers.push((header.word("name").unwrap_or_default().to_owned(), header.word("value").unwrap_or_default().to_owned()));
    }
    let mut data = match input.get("data") {
        Some(Node::List(lines)) => lines.iter().filter_map(Node::text).collect::<Vec<_>>().join("\r\n"),
        Some(node) => node.text().unwrap_or_default().to_owned(),
        None => String::new(),
    };
    let complete = match input.word("autocomplete_headers") {
        Some(_) => input.is_on("autocomplete_headers"),
        None => !input.is_on("stop_magic"),
    };
    let has = |headers: &[(String, String)], name: &str| headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
    if complete && !data.is_empty() {
        if !has(&headers, "content-type") {
            headers.push(("Content-Type".to_owned(), FORM.to_owned()));
        }
        let form = headers.iter().any(|(n, v)| n.eq_ignore_ascii_case("content-type") && v == FORM);
        if form && input.get("stop_magic").is_none_or(|_| !input.is_on("stop_magic")) {
            data = encoded(&data);
        }
        if !has(&headers, "content-length") {
            headers.push(("Content-Length".to_owned(), data.len().to_string()));
        }
    }
    if complete && !has(&headers, "connection") {
        headers.push(("Connection".to_owned(), "close".to_owned()));
    }
    let mut text = format!("{} {} {}\r\n", word("method", "GET"), word("uri", "/"), word("version", "HTTP/1.1"));
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text.push_str("\r\n");
    text.push_str(&data);
    Ok(text.into_bytes())
}

/// Form data that holds no escapes yet is encoded, pairs without a value left out.
fn encoded(data: &str) -> String {
    if data.as_bytes().windows(3).any(|w| w[0] == b'%' && w[1].is_ascii_hexdigit() && w[2].is_ascii_hexdigit()) {
        return data.to_owned();
    }
    let pairs = data.split('&').filter_map(|pair| pair.split_once('=')).filter(|(_, value)| !value.is_empty());
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        escape(name, &mut out);
        out.push('=');
        escape(value, &mut out);
    }
    if out.is_empty() { data.to_owned() } else { out }
}

fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => out.push(char::from(byte)),
            // A plus stands for a blank already.
            b' ' | b'+' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

/// Reads a request that need not be well-formed.
pub fn read(wire: &[u8]) -> Seen<'_> {
    let end = memchr::memmem::find(wire, b"\r\n\r\n").map(|at| (at, at + 4));
    let (head_end, body_from) =
        end.or_else(|| memchr::memmem::find(wire, b"\n\n").map(|at| (at, at + 2))).unwrap_or((wire.len(), wire.len()));
    let (head, rest) = (&wire[..head_end], &wire[body_from..]);
    let mut lines = head.split(|b| *b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l));
    let (method, target, protocol) = first_line(lines.next().unwrap_or_default());
    let mut headers: Vec<(&[u8], Vec<u8>)> = Vec::new();
    for line in lines {
        if let (true, Some(last)) = (line.first().is_some_and(|b| matches!(b, b' ' | b'\t')), headers.last_mut()) {
            last.1.push(b' ');
            last.1.extend_from_slice(line.trim_ascii());
        } else if let Some(colon) = memchr::memchr(b':', line) {
            headers.push((&line[..colon], line[colon + 1..].trim_ascii().to_vec()));
        } else if !line.is_empty() {
            headers.push((line, Vec::new()));
        }
    }
    let value = |name: &[u8]| headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_slice());
    let length = value(b"content-length").and_then(|v| std::str::from_utf8(v).ok()).and_then(|v| v.parse::<usize>().ok());
    let chunked = value(b"transfer-encoding").is_some_and(|v| v.to_ascii_lowercase().ends_with(b"chunked"));
    let joined = if chunked { chunks(rest) } else { None };
    let short = joined.is_none() && length.is_some_and(|l| l > rest.len());
    let body = joined.unwrap_or_else(|| rest[..length.unwrap_or(rest.len()).min(rest.len())].to_vec());
    Seen { method, target, protocol, headers, body, short }
}

/// The status and the word with which the gateway itself refuses these bytes, before any rule sees them.
pub fn refusal(wire: &[u8]) -> Option<(u16, &'static str)> {
    let end = memchr::memmem::find(wire, b"\r\n\r\n").map_or(wire.len(), |at| at + 4);
    hcc_http::RequestHead::default().parse(&wire[..end]).err().map(|reject| (reject.status, reject.reason))
}

fn first_line(line: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let start = line.len() - line.trim_ascii_start().len();
    let Some(gap) = memchr::memchr(b' ', &line[start..]).map(|at| start + at) else { return (line, b"", b"") };
    let rest = &line[gap + 1..];
    match memchr::memrchr(b' ', rest) {
        Some(last) => (&line[..gap], &rest[..last], &rest[last + 1..]),
        None => (&line[..gap], rest, b""),
    }
}

fn chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let end = memchr::memmem::find(rest, b"\r\n")?;
        let size = rest[..end].split(|b| *b == b';').next()?;
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(out);
        }
        let from = end + 2;
        out.extend_from_slice(rest.get(from..from.checked_add(size)?)?);
        rest = rest.get(from + size..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn built(yaml: &str) -> String {
        String::from_utf8(build(&Node::parse(yaml).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn inputs_become_requests() {
        let cases = [
            ("{}", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
            ("{uri: /a, headers: {Host: h}, stop_magic: true}", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
            (
                "{method: POST, data: 'a=b c&d=1;2'}",
                "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 13\r\nConnection: close\r\n\r\na=b+c&d=1%3B2",
            ),
            ("{data: 'a=%41;', stop_magic: true}", "GET / HTTP/1.1\r\n\r\na=%41;"),
            ("{encoded_request: 'R0VUIC8='}", "GET /"),
            (
                "{autocomplete_headers: false, ordered_headers: [{name: B, value: 1}, {name: A, value: 2}]}",
                "GET / HTTP/1.1\r\nB: 1\r\nA: 2\r\n\r\n",
            ),
        ];
        for (yaml, expected) in cases {
            assert_eq!(built(yaml), expected, "{yaml}");
        }
    }

    #[test]
    fn requests_are_read_leniently() {
        let seen = read(b"\tGET /a b HTTP/1.1\r\nA:1\r\n b\r\nodd\r\nContent-Length: 2\r\n\r\nxyz");
        assert_eq!((seen.method, seen.target, seen.protocol), (&b"\tGET"[..], &b"/a b"[..], &b"HTTP/1.1"[..]));
        assert_eq!(seen.headers[0], (&b"A"[..], b"1 b".to_vec()));
        assert_eq!(seen.body, b"xy");
        assert_eq!(read(b"GET /").protocol, b"");
        assert!(read(b"P / H\r\nContent-Length: 9\r\n\r\nxyz").short);
        assert_eq!(read(b"P / H\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n1\r\nd\r\n0\r\n\r\n").body, b"abcd");
    }
}

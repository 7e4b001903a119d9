use super::*;
use crate::testing::head;
use proptest::prelude::*;

#[test]
fn what_clients_accept() {
    use Coding::{Brotli, Gzip, Zstd};
    for (accept, want) in [
        (&[][..], None),
        (&[""], None),
        (&["gzip"], Some(Gzip)),
        (&["gzip, deflate"], Some(Gzip)),
        (&["gzip, deflate, br, zstd"], Some(Zstd)),
        (&["gzip, deflate, br"], Some(Brotli)),
        (&["gzip, zstd"], Some(Zstd)),
        (&["gzip", "br"], Some(Brotli)),
        (&["GZIP"], Some(Gzip)),
        (&["x-gzip"], Some(Gzip)),
        (&["gzip;q=1.0, br;q=0.5"], Some(Gzip)),
        (&["gzip;q=0.5, br;q=0.501"], Some(Brotli)),
        (&["br;q=0, gzip;q=0"], None),
        (&["*"], Some(Zstd)),
        (&["*;q=0.5, gzip"], Some(Gzip)),
        (&["*, zstd;q=0"], Some(Brotli)),
        (&["*;q=0, gzip"], Some(Gzip)),
        (&["identity"], None),
        (&["identity;q=0"], None),
        (&["deflate"], None),
        (&["br ; q=0.1 , gzip ; Q=0.2"], Some(Gzip)),
        (&["gzip;q=2"], None),
        (&["gzip;q="], None),
        (&["brr"], None),
    ] {
        assert_eq!(accepted(accept.iter().map(|a| a.as_bytes())), want, "{accept:?}");
    }
}

fn choice(status: u16, fields: &str, to_head: bool) -> Choice {
    let mut response = ResponseHead::default();
    response.parse(format!("HTTP/1.1 {status} X\r\n{fields}\r\n").as_bytes(), to_head).unwrap_or_else(|e| panic!("{e}"));
    negotiate(&head("GET /", "Accept-Encoding: gzip\r\n"), &response)
}

#[test]
fn what_responses_allow() {
    let (yes, no) = (Choice { vary: true, coding: Some(Coding::Gzip) }, Choice::default());
    for (status, fields, want) in [
        (200, "Content-Type: text/html\r\n", yes),
        (200, "Content-Type: text/html\r\nContent-Length: 256\r\n", yes),
        (200, "Content-Type: text/html\r\nContent-Length: 255\r\n", no),
        (404, "Content-Type: application/json; charset=utf-8\r\n", yes),
        (200, "Content-Type: application/vnd.api+json\r\n", yes),
        (200, "Content-Type: image/svg+xml\r\n", yes),
        (200, "Content-Type: text/event-stream\r\n", yes),
        (200, "Content-Type: image/png\r\n", no),
        (200, "Content-Type: application/grpc\r\n", no),
        (200, "Content-Type: application/octet-stream\r\n", no),
        (200, "", no),
        (204, "Content-Type: text/html\r\n", no),
        (206, "Content-Type: text/html\r\nContent-Range: bytes 0-1/2\r\n", no),
        (304, "Content-Type: text/html\r\n", no),
        (200, "Content-Type: text/html\r\nContent-Encoding: br\r\n", no),
        (200, "Content-Type: text/html\r\nContent-Encoding: identity\r\n", yes),
        (200, "Content-Type: text/html\r\nCache-Control: public, No-Transform\r\n", no),
        (200, "Content-Type: text/html\r\nVary: Accept, accept-encoding\r\n", Choice { vary: false, ..yes }),
        (200, "Content-Type: text/html\r\nVary: *\r\n", Choice { vary: false, ..yes }),
    ] {
        assert_eq!(choice(status, fields, false), want, "{status} {fields}");
    }
    // The answer to a HEAD tells what a GET would get.
    assert_eq!(choice(200, "Content-Type: text/html\r\nContent-Length: 10\r\n", true), no);
    assert_eq!(choice(200, "Content-Type: text/html\r\nContent-Length: 1000\r\n", true), yes);
    let mut response = ResponseHead::default();
    response.parse(b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\n\r\n", false).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(negotiate(&head("GET /", ""), &response), Choice { vary: true, coding: None });
}

#[test]
fn fields_of_a_compressed_response() {
    for (name, gone) in [("Content-Length", true), ("accept-ranges", true), ("ETag", false), ("Content-MD5", true), ("Vary", false)] {
        assert_eq!(Coding::Gzip.drops(name.as_bytes()), gone, "{name}");
    }
    assert_eq!(weak_etag(b"\"a\""), b"W/\"a\"");
    assert_eq!(weak_etag(b"W/\"a\""), b"W/\"a\"");
    for coding in [Coding::Brotli, Coding::Zstd, Coding::Gzip] {
        assert_eq!(coding.line(), format!("Content-Encoding: {}\r\n", coding.name()).as_bytes());
    }
}

proptest! {
    /// Whatever stands there: no panic, and what is chosen was named and not excluded.
    #[test]
    fn any_field(accept in "([a-z*]{0,5}|gzip|br|zstd|identity|;|=|q|q=0|q=1|[.0-9]{0,4}|,| ){0,30}") {
        if let Some(coding) = accepted(std::iter::once(accept.as_bytes())) {
            let elements: Vec<String> = accept.split(',').map(|e| e.trim().to_owned()).collect();
            let named = |n: &str| elements.iter().any(|e| e.split(';').next().unwrap_or_default().trim() == n);
            prop_assert!(named(coding.name()) || named("*"), "{}", accept);
        }
    }
}

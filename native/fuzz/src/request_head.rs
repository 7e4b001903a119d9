//! A request head that is accepted has one meaning, which its parts agree on.

use crate::scanned;
use hcc_http::bytes::{is_token, parse_u63};
use hcc_http::{Framing, Name, RequestHead, Version, host};

/// Scans and parses.
pub fn check(data: &[u8]) {
    let mut head = RequestHead::default();
    // Whatever the scanner says, the parser must not panic; memory is reused, so a second head must not see the first.
    let _ = head.parse(data);
    let Some(bytes) = scanned::head(data) else { return };
    if head.parse(bytes).is_ok() {
        meaning(&head, bytes);
        let mut fresh = RequestHead::default();
        assert!(fresh.parse(bytes).is_ok());
        assert_eq!((fresh.method(), fresh.target(), fresh.host()), (head.method(), head.target(), head.host()));
    }
}

fn meaning(head: &RequestHead, bytes: &[u8]) {
    assert_eq!(head.fields.raw(), bytes);
    let line = bytes.split(|b| *b == b'\r').next().unwrap_or_default();
    let words: Vec<&[u8]> = line.split(|b| *b == b' ').collect();
    assert_eq!(words.len(), 3, "three words in a request line");
    assert!(is_token(head.method()) && head.method() == words[0]);
    assert_eq!(words[2], if head.version == Version::V11 { b"HTTP/1.1" } else { b"HTTP/1.0" });
    assert!(words[1].ends_with(head.target()), "the target is the end of what was asked for");
    assert!(head.target() == b"*" || head.target().starts_with(b"/"));
    assert!(head.target().starts_with(head.path()) && !head.path().contains(&b'?'));
    assert!(head.target().iter().all(|b| b.is_ascii_graphic() && *b != b'#'));

    let hosts: Vec<&[u8]> = head.fields.all(Name::Host).collect();
    match hosts[..] {
        [one] => assert_eq!(host::split(one), Some(head.host())),
        [] => assert!(head.version == Version::V10 && head.host().is_empty()),
        _ => panic!("{} Host fields", hosts.len()),
    }
    let lengths: Vec<&[u8]> = head.fields.all(Name::ContentLength).collect();
    let encodings: Vec<&[u8]> = head.fields.all(Name::TransferEncoding).collect();
    match (&lengths[..], &encodings[..], head.framing) {
        ([], [], Framing::None) => {}
        ([length], [], Framing::None) => assert_eq!(parse_u63(length), Some(0)),
        ([length], [], Framing::Length(n)) => assert_eq!(parse_u63(length), Some(n)),
        ([], [encoding], Framing::Chunked) => assert!(encoding.eq_ignore_ascii_case(b"chunked") && head.version == Version::V11),
        other => panic!("{other:?}"),
    }
    for (_, name, value) in head.fields.iter() {
        assert!(is_token(name));
        assert!(!value.iter().any(|b| matches!(b, 0..=8 | 10..=31 | 127)), "control byte in {value:?}");
        assert!(!matches!(value.first(), Some(b' ' | b'\t')) && !matches!(value.last(), Some(b' ' | b'\t')));
    }
}

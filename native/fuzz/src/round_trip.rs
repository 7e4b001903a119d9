//! What we accept and send on is read by the next one as we read it.

use crate::scanned;
use hcc_http::bytes::is_token;
use hcc_http::fields::MAX_FIELDS;
use hcc_http::forwarded::{Hop, put_request};
use hcc_http::{Fields, Framing, Name, RequestHead};

/// Fields that the gateway adds at most.
const ADDED: usize = 8;

/// The first byte says whether the peer is trusted, the others are a head.
pub fn check(data: &[u8]) {
    let Some((first, data)) = data.split_first() else { return };
    let Some(bytes) = scanned::head(data) else { return };
    let mut head = RequestHead::default();
    if head.parse(bytes).is_err() || head.fields.iter().count() + ADDED > MAX_FIELDS {
        return;
    }
    let identity = [("X-Auth-Subject", "u1".to_owned())];
    let hop = Hop {
        peer: "2001:db8::1",
        peer_trusted: first & 1 == 1,
        request_id: b"rid",
        scheme: "https",
        target: head.target(),
        authority: "127.0.0.1:80",
        identity: &identity,
        upgrade: false,
        drops: &|_| false,
        lines: &[],
    };
    let mut out = Vec::new();
    put_request(&mut out, &head, head.framing, &hop);
    let text = || format!("{}\nbecame\n{}", bytes.escape_ascii(), out.escape_ascii());

    let mut fields = Fields::default();
    assert!(fields.parse(&out).is_ok(), "{}", text());
    alone(&fields, &text);
    if head.fields.first(Name::Host).is_none() {
        // HTTP/1.0 may leave the host out; the upstream's own address stands in for it.
        assert_eq!(fields.first(Name::Host), Some(&b"127.0.0.1:80"[..]), "{}", text());
    }
    let mut second = RequestHead::default();
    second.parse(&out).unwrap_or_else(|e| panic!("{e}: {}", text()));
    assert_eq!(second.method(), head.method(), "{}", text());
    assert_eq!(second.target(), head.target(), "{}", text());
    if head.fields.first(Name::Host).is_some() {
        assert_eq!(second.fields.first(Name::Host), head.fields.first(Name::Host), "{}", text());
        assert_eq!(second.host(), head.host(), "{}", text());
    }
    assert_eq!(second.framing, head.framing, "{}", text());
    assert!(second.keep_alive && !second.expects_continue && !second.wants_upgrade(), "{}", text());
    kept(&head, &second, &text);
    let mut third = Vec::new();
    put_request(&mut third, &second, second.framing, &Hop { peer_trusted: false, ..hop });
    let mut last = RequestHead::default();
    assert!(last.parse(&third).is_ok());
    assert_eq!((last.method(), last.target(), last.host(), last.framing), (head.method(), head.target(), second.host(), head.framing));
}

/// One host, one framing, no hop-by-hop field, and no name that CGI would take for one of ours.
fn alone(fields: &Fields, text: &dyn Fn() -> String) {
    let count = |id| fields.all(id).count();
    assert_eq!(count(Name::Host), 1, "{}", text());
    assert!(count(Name::ContentLength) + count(Name::TransferEncoding) <= 1, "{}", text());
    assert_eq!((count(Name::XRequestId), count(Name::XForwardedFor), count(Name::Forwarded)), (1, 1, 1), "{}", text());
    assert_eq!(fields.all(Name::XAuth).collect::<Vec<_>>(), [b"u1"], "{}", text());
    for (id, name, _) in fields.iter() {
        assert!(is_token(name), "{}", text());
        let framing = matches!(id, Name::ContentLength | Name::TransferEncoding);
        assert!(framing || !id.is_hop_by_hop(), "{}", text());
        assert_eq!(Name::as_cgi(name), id, "{}", text());
    }
}

/// Other fields arrive in their order, unless `Connection` named them.
fn kept(head: &RequestHead, second: &RequestHead, text: &dyn Fn() -> String) {
    let other = |h: &RequestHead| -> Vec<(Vec<u8>, Vec<u8>)> {
        let plain = h.fields.iter().filter(|(id, name, _)| *id == Name::Other && Name::as_cgi(name) == Name::Other);
        plain.filter(|(_, name, _)| !head.fields.connection_names(name)).map(|(_, n, v)| (n.to_vec(), v.to_vec())).collect()
    };
    assert_eq!(other(head), other(second), "{}", text());
    if head.framing == Framing::None {
        assert!(second.fields.first(Name::TransferEncoding).is_none(), "{}", text());
    }
}

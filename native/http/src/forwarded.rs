//! Writing the request head that goes upstream (RFC 9110 section 7.6, RFC 7239).

use crate::bytes::{list, put_u64};
use crate::fields::Name;
use crate::request::RequestHead;
use crate::{Framing, is_forwarded_proto};

/// What a forwarded head adds to the one received.
pub struct Hop<'a> {
    /// Address of the connection's other end, as text.
    pub peer: &'a str,
    /// Whether forwarded headers already there are believed and continued.
    pub peer_trusted: bool,
    /// The request id.
    pub request_id: &'a [u8],
    /// `http` or `https`, as this listener speaks it.
    pub scheme: &'a str,
    /// Path and query to ask the upstream for.
    pub target: &'a [u8],
    /// `Host` of a request that has none (HTTP/1.0).
    pub authority: &'a str,
    /// Fields that tell the upstream who asks.
    pub identity: &'a [(&'static str, String)],
    /// Whether the protocol change that the client asks for is passed on.
    pub upgrade: bool,
    /// Whether a field that would be forwarded stays behind all the same.
    pub drops: &'a (dyn Fn(&[u8]) -> bool + Sync),
    /// More field lines.
    pub lines: &'a [u8],
}

/// Appends the HTTP/1.1 head that goes upstream.
pub fn put_request(out: &mut Vec<u8>, head: &RequestHead, framing: Framing, hop: &Hop<'_>) {
    out.extend_from_slice(head.method());
    out.push(b' ');
    out.extend_from_slice(hop.target);
    out.extend_from_slice(b" HTTP/1.1\r\n");
    if !put_fields(out, head, hop) {
        put_field(out, b"Host", hop.authority.as_bytes());
    }
    match framing {
        Framing::Length(n) => {
            out.extend_from_slice(b"Content-Length: ");
            put_u64(out, n);
            out.extend_from_slice(b"\r\n");
        }
        Framing::Chunked => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
        Framing::None | Framing::Close => {
            if matches!(head.method(), b"POST" | b"PUT" | b"PATCH") {
                out.extend_from_slice(b"Content-Length: 0\r\n");
            }
        }
    }
    if hop.upgrade {
        out.extend_from_slice(b"Connection: Upgrade\r\n");
        for value in head.fields.all(Name::Upgrade) {
            put_field(out, b"Upgrade", value);
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends the field lines that go upstream, without those of framing and connection; whether a `Host` is among them.
///
/// Hop-by-hop fields, every `X-Auth-…` and untrusted forwarded fields stay behind.
pub fn put_fields(out: &mut Vec<u8>, head: &RequestHead, hop: &Hop<'_>) -> bool {
    let connection = head.fields.first(Name::Connection).is_some();
    let mut has_host = false;
    for (id, name, _, line) in head.fields.lines() {
        match id {
            Name::Expect
            | Name::XAuth
            | Name::XRequestId
            | Name::Forwarded
            | Name::XForwardedFor
            | Name::XForwardedHost
            | Name::XForwardedProto
            | Name::XRealIp => continue,
            id if id.is_hop_by_hop() => continue,
            _ if connection && head.fields.connection_names(name) => continue,
            Name::XForwarded if !hop.peer_trusted => continue,
            // A name with an underscore may be read as one of the names above by what stands behind (CGI).
            Name::Other if Name::as_cgi(name) != Name::Other => continue,
            _ if (hop.drops)(name) => {
                has_host |= id == Name::Host;
                continue;
            }
            _ => {}
        }
        has_host |= id == Name::Host;
        line.put(out);
    }
    put_forwarded(out, head, hop);
    put_field(out, b"X-Request-Id", hop.request_id);
    for (name, value) in hop.identity {
        put_field(out, name.as_bytes(), value.as_bytes());
    }
    out.extend_from_slice(hop.lines);
    has_host
}

/// Appends one field line.
pub fn put_field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

fn put_forwarded(out: &mut Vec<u8>, head: &RequestHead, hop: &Hop<'_>) {
    let trusted = |id| head.fields.all(id).filter(|_| hop.peer_trusted);
    out.extend_from_slice(b"X-Forwarded-For: ");
    for value in trusted(Name::XForwardedFor) {
        for element in list(value) {
            out.extend_from_slice(element);
            out.extend_from_slice(b", ");
        }
    }
    out.extend_from_slice(hop.peer.as_bytes());
    out.extend_from_slice(b"\r\nX-Forwarded-Proto: ");
    let proto = trusted(Name::XForwardedProto).next().filter(|v| is_forwarded_proto(v)).unwrap_or(hop.scheme.as_bytes());
    out.extend_from_slice(proto);
    out.extend_from_slice(b"\r\n");
    let own_host = head.fields.first(Name::Host).unwrap_or_default();
    let host = trusted(Name::XForwardedHost).next().filter(|v| crate::host::split(v).is_some()).unwrap_or(own_host);
    put_field(out, b"X-Forwarded-Host", host);
    out.extend_from_slice(b"Forwarded: ");
    for value in trusted(Name::Forwarded) {
        out.extend_from_slice(value);
        out.extend_from_slice(b", ");
    }
    // An IPv6 address is bracketed and quoted (RFC 7239 section 6).
    let (open, close) = if hop.peer.contains(':') { ("for=\"[", "]\"") } else { ("for=", "") };
    for part in [open, hop.peer, close, ";proto=", hop.scheme] {
        out.extend_from_slice(part.as_bytes());
    }
    if !own_host.is_empty() {
        out.extend_from_slice(b";host=\"");
        out.extend_from_slice(own_host);
        out.push(b'"');
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(extra: &str, trusted: bool) -> String {
        let mut head = RequestHead::default();
        head.parse(format!("GET /x HTTP/1.1\r\nHost: a\r\n{extra}\r\n").as_bytes()).unwrap_or_else(|e| panic!("{e}"));
        let hop = Hop {
            peer: "203.0.113.1",
            peer_trusted: trusted,
            request_id: b"rid",
            scheme: "http",
            target: b"/x",
            authority: "127.0.0.1:1",
            identity: &[],
            upgrade: head.wants_upgrade(),
            drops: &|name| name.eq_ignore_ascii_case(b"x-gone"),
            lines: b"X-More: 1\r\n",
        };
        let mut out = Vec::new();
        put_request(&mut out, &head, head.framing, &hop);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn strangers_are_not_believed() {
        let out = sent(
            "X-Forwarded-For: 1.1.1.1\r\nForwarded: for=1.1.1.1\r\nX-Auth-Subject: root\r\nX_Auth_Subject: root\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 1.1.1.1\r\nX-Forwarded-Port: 1\r\n",
            false,
        );
        assert!(!out.contains("1.1.1.1") && !out.contains("root"), "{out}");
        assert!(out.contains("X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: a\r\nForwarded: for=203.0.113.1;proto=http;host=\"a\"\r\n"), "{out}");
    }

    #[test]
    fn trusted_hops_are_continued() {
        let out = sent("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 8443\r\n", true);
        assert!(out.contains("X-Forwarded-Port: 8443\r\n"), "{out}");
        assert!(out.contains("X-Forwarded-For: 1.1.1.1, 203.0.113.1\r\nX-Forwarded-Proto: https\r\n"), "{out}");
    }

    #[test]
    fn an_upgrade_is_passed_on_and_fields_are_changed() {
        let out = sent("Connection: Upgrade\r\nUpgrade: websocket\r\nX-Gone: 1\r\n", false);
        assert!(out.ends_with("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), "{out}");
        assert!(out.contains("X-More: 1\r\n") && !out.contains("X-Gone"), "{out}");
    }

    #[test]
    fn hop_by_hop_stays_behind() {
        let out = sent(
            "Connection: keep-alive, X-Drop\r\nX-Drop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Authorization: x\r\nX-Keep: 1\r\n",
            false,
        );
        for gone in ["X-Drop", "Keep-Alive", "TE:", "Proxy-Auth", "Connection"] {
            assert!(!out.contains(gone), "{gone}: {out}");
        }
        assert!(out.contains("X-Keep: 1"));
    }
}

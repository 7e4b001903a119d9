//! The client's address: forwarded headers are believed from trusted proxies only.

use crate::bytes::list;
use crate::fields::{Fields, Name};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// IPv4-mapped IPv6 addresses as the IPv4 they are.
pub fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// Whether an address belongs to a trusted proxy.
pub fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|net| net.contains(&address))
}

/// Right-most hop that is no trusted proxy; the peer itself unless it is one.
///
/// An element that is no address ends the walk: what stands left of it was written by a stranger.
pub fn address(peer: IpAddr, fields: &Fields, trusted: &[IpNet]) -> IpAddr {
    let mut current = canonical(peer);
    if !is_trusted(current, trusted) {
        return current;
    }
    let for_hops = fields.all(Name::XForwardedFor).rev().flat_map(|v| list(v).rev());
    for hop in for_hops {
        match hop_address(hop) {
            Some(ip) => current = ip,
            None => break,
        }
        if !is_trusted(current, trusted) {
            break;
        }
    }
    current
}

fn hop_address(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?;
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|s| s.ip())).ok().map(canonical)
}

/// What limits count a client by: the IPv4 address, or the /64 of an IPv6 address.
pub fn limit_key(address: IpAddr) -> u128 {
    match canonical(address) {
        IpAddr::V4(v4) => 0xffff_0000_0000 | u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6) >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_most_untrusted() {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"].iter().filter_map(|t| t.parse().ok()).collect();
        for (peer, xff, want) in [
            ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
            ("127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
            ("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
            ("127.0.0.1", "1.2.3.4, junk, 10.0.0.2", "10.0.0.2"),
            ("10.1.1.1", "[2001:db8::1]:443", "2001:db8::1"),
            ("::ffff:127.0.0.1", "1.2.3.4:5", "1.2.3.4"),
        ] {
            let mut fields = Fields::default();
            let head = format!("GET / HTTP/1.1\r\nX-Forwarded-For: {xff}\r\n\r\n");
            fields.parse(head.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
            let peer: IpAddr = peer.parse().unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(address(peer, &fields, &trusted).to_string(), want, "{peer} {xff}");
        }
    }

    #[test]
    fn ipv6_counts_by_64() {
        let key = |t: &str| limit_key(t.parse().unwrap_or_else(|e| panic!("{e}")));
        assert_eq!(key("2001:db8:0:1::1"), key("2001:db8:0:1:ffff::9"));
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
        assert_eq!(key("::ffff:1.2.3.4"), key("1.2.3.4"));
        assert_ne!(key("1.2.3.4"), key("1.2.3.5"));
    }
}

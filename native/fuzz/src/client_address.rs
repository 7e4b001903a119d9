//! The client's address is the peer, or what a trusted hop wrote; never what a stranger wrote.

use crate::scanned;
use hcc_http::client::{address, canonical, is_trusted, limit_key};
use hcc_http::{Fields, Name};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const TRUSTED: [&str; 3] = ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"];
const PEERS: [&str; 5] = ["127.0.0.1", "10.1.1.1", "::ffff:10.0.0.1", "fd00::1", "203.0.113.9"];

/// The first byte chooses the peer, the others are a head.
pub fn check(data: &[u8]) {
    let Some((first, head)) = data.split_first() else { return };
    let Some(head) = scanned::head(head) else { return };
    let mut fields = Fields::default();
    if fields.parse(head).is_err() {
        return;
    }
    let trusted: Vec<IpNet> = TRUSTED.iter().filter_map(|t| t.parse().ok()).collect();
    let Some(peer) = PEERS.get(usize::from(*first) % PEERS.len()).and_then(|p| p.parse::<IpAddr>().ok()) else { return };
    let got = address(peer, &fields, &trusted);
    assert_eq!(got, expected(peer, &fields, &trusted));
    assert_eq!(got, canonical(got), "an address has one form");
    assert!(is_trusted(canonical(peer), &trusted) || got == canonical(peer), "a stranger was believed");
    assert_eq!(limit_key(got), limit_key(canonical(got)));
}

/// The same, from left to right over a list of owned texts.
fn expected(peer: IpAddr, fields: &Fields, trusted: &[IpNet]) -> IpAddr {
    let mut hops: Vec<Option<IpAddr>> = Vec::new();
    for value in fields.all(Name::XForwardedFor) {
        for hop in String::from_utf8_lossy(value).split(',').map(|h| h.trim_matches([' ', '\t'])).filter(|h| !h.is_empty()) {
            let bracketed = hop.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
            let ip = bracketed.unwrap_or(hop).parse::<IpAddr>().ok();
            hops.push(ip.or_else(|| hop.parse::<SocketAddr>().ok().map(|s| s.ip())).map(canonical));
        }
    }
    let mut chain = hops;
    chain.push(Some(canonical(peer)));
    // Those behind the last hop that is unknown, or at the last that is no trusted proxy.
    let from = chain.iter().rposition(|hop| hop.is_none_or(|ip| !is_trusted(ip, trusted)));
    let at = from.map_or(0, |n| if chain[n].is_some() { n } else { n + 1 });
    chain[at].unwrap_or(canonical(peer))
}

//! The Host field (RFC 9110 section 7.2, RFC 3986 section 3.2).

use crate::bytes::is_host;
use std::net::Ipv6Addr;

/// The host without its port, or `None` when the value is no valid `host[:port]`.
pub fn split(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?;
    let (host, rest) = if let Some(inner) = text.strip_prefix('[') {
        let (address, rest) = inner.split_once(']')?;
        address.parse::<Ipv6Addr>().ok()?;
        (&text[..address.len() + 2], rest)
    } else {
        let at = text.find(':').unwrap_or(text.len());
        let (host, rest) = text.split_at(at);
        if !is_host(host.as_bytes()) || host.len() > 255 || host.starts_with('.') || host.contains("..") {
            return None;
        }
        (host, rest)
    };
    if !rest.is_empty() {
        let port = rest.strip_prefix(':')?;
        if port.len() > 5 || !port.bytes().all(|b| b.is_ascii_digit()) || port.parse::<u16>().is_err() {
            return None;
        }
    }
    Some(host)
}

#[cfg(test)]
mod tests {
    #[test]
    fn table() {
        for (value, want) in [
            ("a.example", Some("a.example")),
            ("a.example:80", Some("a.example")),
            ("[::1]:8080", Some("[::1]")),
            ("127.0.0.1", Some("127.0.0.1")),
            ("", None),
            ("a b", None),
            ("a,b", None),
            ("a/b", None),
            ("u@a", None),
            ("a:", None),
            ("a:99999", None),
            ("a:8x", None),
            ("[::1", None),
            ("[x]", None),
            ("a..b", None),
            (".a", None),
            ("a:+8", None),
        ] {
            assert_eq!(super::split(value.as_bytes()), want, "{value}");
        }
    }
}

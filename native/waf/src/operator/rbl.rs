//! `@rbl`: real-time block lists, asked by DNS (RFC 5782).

use std::net::IpAddr;

/// Answers whether a name has an address; who implements it decides how long that may take, and caches.
pub trait Rbl: Send + Sync {
    /// A name that cannot be resolved in time is not listed.
    fn is_listed(&self, name: &str) -> bool;
}

/// Bytes of the longest name that DNS can ask for, RFC 1035 section 2.3.4.
const LONGEST: usize = 253;

/// The name to ask for: the address reversed, before the service; a host name as it stands.
///
/// `key` is that of `SecHttpBlKey`, without which nothing on httpbl.org can be asked. `None` where nothing can or should be asked,
/// such as for values that are neither an address nor a host name.
pub fn rbl_name(value: &[u8], service: &str, key: Option<&str>) -> Option<String> {
    let value = std::str::from_utf8(value).ok()?;
    let name = match value.parse() {
        Ok(IpAddr::V4(v4)) => {
            let [a, b, c, d] = v4.octets();
            let reversed = format!("{d}.{c}.{b}.{a}.{service}");
            if service.contains("httpbl.org") { format!("{}.{reversed}", key.filter(|key| !key.is_empty())?) } else { reversed }
        }
        Ok(IpAddr::V6(v6)) => {
            let nibbles = v6.octets().into_iter().rev().flat_map(|b| [b & 0xf, b >> 4]);
            nibbles.map(|nibble| format!("{nibble:x}.")).chain([service.to_owned()]).collect()
        }
        Err(_) if is_host_name(value) => format!("{value}.{service}"),
        Err(_) => return None,
    };
    (name.len() <= LONGEST).then_some(name)
}

fn is_host_name(value: &str) -> bool {
    value
        .split('.')
        .all(|label| (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        let long = vec![b'a'; 64];
        let many = [b"a.".repeat(130), b"a".to_vec()].concat();
        for (value, service, key, want) in [
            (&b"192.0.2.1"[..], "bl.example", None, Some("1.2.0.192.bl.example")),
            (b"192.0.2.1", "dnsbl.httpbl.org", Some("key"), Some("key.1.2.0.192.dnsbl.httpbl.org")),
            (b"192.0.2.1", "dnsbl.httpbl.org", Some(""), None),
            (b"192.0.2.1", "dnsbl.httpbl.org", None, None),
            (b"www.example.com", "uribl.example", None, Some("www.example.com.uribl.example")),
            (b"2001:db8::1", "bl.example", None, Some("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example")),
            (b"", "bl.example", None, None),
            (b"a b", "bl.example", None, None),
            (b"a..b", "bl.example", None, None),
            (b"\xff", "bl.example", None, None),
            (&long, "bl.example", None, None),
            (&many, "bl.example", None, None),
        ] {
            assert_eq!(rbl_name(value, service, key).as_deref(), want, "{}", value.escape_ascii());
        }
    }
}

//! The PROXY protocol's header, versions 1 and 2 (`HAProxy`'s proxy-protocol.txt, sections 2.1 and 2.2).

use crate::error::Reject;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Longest header of version 1, with its CR LF.
const V1_MAX: usize = 107;
/// Longest header of version 2 taken, in bytes; addresses need 52, the rest is for extensions.
pub const V2_MAX: usize = 4096;
const V2_MARK: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// What stands first on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preamble {
    /// More bytes are needed.
    More,
    /// A header of this many bytes; the client's address, or `None` when the proxy speaks for itself (`LOCAL`, `UNKNOWN`).
    Header(usize, Option<SocketAddr>),
}

/// Reads a header from the first bytes of a connection; anything else is refused.
pub fn parse(bytes: &[u8]) -> Result<Preamble, Reject> {
    let seen = bytes.len().min(12);
    if bytes[..seen] == V2_MARK[..seen] {
        return if bytes.len() < 16 { Ok(Preamble::More) } else { v2(bytes) };
    }
    let seen = bytes.len().min(6);
    if bytes[..seen] != b"PROXY "[..seen] {
        return Err(Reject::bad("no PROXY header"));
    }
    match memchr::memchr(b'\n', &bytes[..bytes.len().min(V1_MAX)]) {
        Some(end) if bytes[end - 1] == b'\r' => v1(&bytes[6..end - 1]).map(|address| Preamble::Header(end + 1, address)),
        None if bytes.len() < V1_MAX => Ok(Preamble::More),
        _ => Err(Reject::bad("PROXY line")),
    }
}

fn v1(line: &[u8]) -> Result<Option<SocketAddr>, Reject> {
    const BAD: Reject = Reject::bad("PROXY line");
    let text = std::str::from_utf8(line).map_err(|_| BAD)?;
    let mut words = text.split(' ');
    let family = words.next().unwrap_or_default();
    if family == "UNKNOWN" {
        return Ok(None);
    }
    let (Some(source), Some(target), Some(port), Some(target_port), None) =
        (words.next(), words.next(), words.next(), words.next(), words.next())
    else {
        return Err(BAD);
    };
    let number = |text: &str| {
        let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        text.parse::<u16>().ok().filter(|_| plain).ok_or(BAD)
    };
    number(target_port)?;
    let ip: IpAddr = match family {
        "TCP4" => target.parse::<Ipv4Addr>().and(source.parse::<Ipv4Addr>()).map_err(|_| BAD)?.into(),
        "TCP6" => target.parse::<Ipv6Addr>().and(source.parse::<Ipv6Addr>()).map_err(|_| BAD)?.into(),
        _ => return Err(BAD),
    };
    Ok(Some(SocketAddr::new(ip, number(port)?)))
}

fn v2(bytes: &[u8]) -> Result<Preamble, Reject> {
    let (command, family) = (bytes[12], bytes[13]);
    let length = 16 + usize::from(u16::from_be_bytes([bytes[14], bytes[15]]));
    if length > V2_MAX {
        return Err(Reject::bad("PROXY header too long"));
    }
    if !matches!(command, 0x20 | 0x21) {
        return Err(Reject::bad("PROXY version or command"));
    }
    let Some(body) = bytes.get(16..length) else { return Ok(Preamble::More) };
    if command == 0x20 {
        return Ok(Preamble::Header(length, None));
    }
    let address = match (family, body) {
        (0x11, [a, b, c, d, _, _, _, _, high, low, _, _, ..]) => {
            Some(SocketAddr::new(Ipv4Addr::new(*a, *b, *c, *d).into(), u16::from_be_bytes([*high, *low])))
        }
        (0x21, body) if body.len() >= 36 => {
            let ip = <[u8; 16]>::try_from(&body[..16]).map_err(|_| Reject::bad("PROXY addresses"))?;
            Some(SocketAddr::new(Ipv6Addr::from(ip).into(), u16::from_be_bytes([body[32], body[33]])))
        }
        (0x11 | 0x21, _) => return Err(Reject::bad("PROXY addresses")),
        // Datagrams, unix sockets and what is unspecified have no address of ours.
        _ => None,
    };
    Ok(Preamble::Header(length, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v2_header(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
        let mut out = V2_MARK.to_vec();
        out.extend([command, family]);
        out.extend(u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend_from_slice(body);
        out
    }

    fn outcome(bytes: &[u8]) -> Option<(usize, Option<String>)> {
        match parse(bytes) {
            Ok(Preamble::Header(n, address)) => Some((n, address.map(|a| a.to_string()))),
            Ok(Preamble::More) | Err(_) => None,
        }
    }

    #[test]
    fn version_1() {
        for (line, want) in [
            ("PROXY TCP4 192.0.2.1 192.0.2.2 5000 80\r\n", Some(Some("192.0.2.1:5000"))),
            ("PROXY TCP6 2001:db8::1 2001:db8::2 5000 443\r\n", Some(Some("[2001:db8::1]:5000"))),
            ("PROXY UNKNOWN\r\n", Some(None)),
            ("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", Some(None)),
            ("PROXY TCP4 2001:db8::1 192.0.2.2 5000 80\r\n", None),
            ("PROXY TCP4 192.0.2.1 192.0.2.2 05000 80\r\n", None),
            ("PROXY TCP4 192.0.2.1 192.0.2.2 70000 80\r\n", None),
            ("PROXY TCP4 192.0.2.1 192.0.2.2 5000\r\n", None),
            ("PROXY TCP4  192.0.2.1 192.0.2.2 5000 80\r\n", None),
            ("PROXY UDP4 192.0.2.1 192.0.2.2 5000 80\r\n", None),
            ("PROXY TCP4 192.0.2.1 192.0.2.2 5000 80\n", None),
            ("GET / HTTP/1.1\r\n", None),
        ] {
            let got = outcome(format!("{line}GET /").as_bytes());
            assert_eq!(got, want.map(|a| (line.len(), a.map(str::to_owned))), "{line}");
        }
        assert!(parse(&[b"PROXY TCP4 ".as_slice(), &[b'1'; 120]].concat()).is_err());
    }

    #[test]
    fn version_2() {
        let four = [192, 0, 2, 1, 192, 0, 2, 2, 0x13, 0x88, 0, 80];
        let mut six = [0u8; 36];
        six[..2].copy_from_slice(&[0x20, 1]);
        six[15] = 1;
        six[32..34].copy_from_slice(&[0x13, 0x88]);
        for (header, want) in [
            (v2_header(0x21, 0x11, &four), Some(Some("192.0.2.1:5000"))),
            (v2_header(0x21, 0x11, &[&four[..], &[4, 0, 1, 9]].concat()), Some(Some("192.0.2.1:5000"))),
            (v2_header(0x21, 0x21, &six), Some(Some("[2001::1]:5000"))),
            (v2_header(0x20, 0, &[]), Some(None)),
            (v2_header(0x21, 0x31, &[0; 216]), Some(None)),
            (v2_header(0x21, 0x11, &four[..11]), None),
            (v2_header(0x31, 0x11, &four), None),
            (v2_header(0x22, 0x11, &four), None),
        ] {
            assert_eq!(outcome(&header), want.map(|a| (header.len(), a.map(str::to_owned))), "{header:?}");
        }
    }

    #[test]
    fn byte_by_byte() {
        for whole in [b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 80\r\n".to_vec(), v2_header(0x21, 0x11, &[1; 12])] {
            for n in 0..whole.len() {
                assert_eq!(parse(&whole[..n]), Ok(Preamble::More), "{n}");
            }
        }
    }
}

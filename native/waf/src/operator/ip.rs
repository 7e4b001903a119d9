//! `@ipMatch` and `@ipMatchFromFile`: addresses and networks.

use super::OperatorError;
use crate::shared::{Pool, Shared};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A set of addresses, as ranges that neither touch nor overlap, in order.
///
/// An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is IPv6, as the reference implementation has it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct IpSet {
    v4: Vec<(u128, u128)>,
    v6: Vec<(u128, u128)>,
}

impl IpSet {
    /// The parameter of `@ipMatch`: addresses and networks `address/bits`, separated by commas.
    pub fn parse(list: &str) -> Result<Self, OperatorError> {
        let mut set = Self::default();
        set.add(list, "ipMatch", None)?;
        set.merge();
        Ok(set)
    }

    /// The file of `@ipMatchFromFile`: such a list on each line, `#` begins a comment.
    pub fn parse_file(text: &str) -> Result<Self, OperatorError> {
        let mut set = Self::default();
        for (at, line) in text.lines().enumerate() {
            set.add(line.split('#').next().unwrap_or_default(), "ipMatchFromFile", Some(at + 1))?;
        }
        set.merge();
        Ok(set)
    }

    /// As [`Self::parse`]; shared with everybody in this process who has the same.
    pub fn shared(list: &str) -> Result<Shared<Self>, OperatorError> {
        static POOL: Pool<IpSet> = Pool::new();
        POOL.get(list.as_bytes(), || Self::parse(list))
    }

    /// As [`Self::parse_file`]; shared with everybody in this process who has the same.
    pub fn shared_file(text: &str) -> Result<Shared<Self>, OperatorError> {
        static POOL: Pool<IpSet> = Pool::new();
        POOL.get(text.as_bytes(), || Self::parse_file(text))
    }

    /// Whether the address is in one of the networks; the time grows with the logarithm of their number.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => in_ranges(&self.v4, v4.to_bits().into()),
            IpAddr::V6(v6) => in_ranges(&self.v6, v6.to_bits()),
        }
    }

    /// The same for a value; what is no address, white space included, is in no set.
    pub fn contains_text(&self, value: &[u8]) -> bool {
        std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).is_some_and(|address| self.contains(address))
    }

    fn add(&mut self, list: &str, name: &'static str, line: Option<usize>) -> Result<(), OperatorError> {
        for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let Some((family, range)) = parse_network(entry) else {
                let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
                let shown: String = entry.chars().take(60).collect();
                return Err(OperatorError::Parameter { name, why: format!("{place}`{shown}` is neither an address nor a network") });
            };
            match family {
                Family::V4 => self.v4.push(range),
                Family::V6 => self.v6.push(range),
            }
        }
        Ok(())
    }

    fn merge(&mut self) {
        for ranges in [&mut self.v4, &mut self.v6] {
            ranges.sort_unstable();
            let mut merged: Vec<(u128, u128)> = Vec::new();
            for (first, last) in ranges.drain(..) {
                match merged.last_mut() {
                    Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                    _ => merged.push((first, last)),
                }
            }
            *ranges = merged;
        }
    }
}

enum Family {
    V4,
    V6,
}

fn in_ranges(ranges: &[(u128, u128)], address: u128) -> bool {
    let behind = ranges.partition_point(|(first, _)| *first <= address);
    behind.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, last)| address <= *last)
}

/// Host bits below the prefix do not matter.
fn parse_network(entry: &str) -> Option<(Family, (u128, u128))> {
    let (address, bits) = match entry.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
        None => (entry, None),
    };
    let (family, address, width): (_, u128, u32) = if let Ok(v4) = address.parse::<Ipv4Addr>() {
        (Family::V4, v4.to_bits().into(), 32)
    } else {
        (Family::V6, address.parse::<Ipv6Addr>().ok()?.to_bits(), 128)
    };
    let hosts = width.checked_sub(bits.unwrap_or(width))?;
    let mask = u128::MAX.checked_shr(128 - hosts).unwrap_or_default();
    Some((family, (address & !mask, address | mask)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (list, value, want) in [
            ("10.10.10.10", "10.10.10.10", true),
            ("10.10.10.10", "10.10.10.11", false),
            ("10.10.10.0/24", "10.10.10.255", true),
            ("10.10.10.77/24", "10.10.10.0", true),
            ("10.10.10.0/24", "10.10.11.0", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("::/0", "1.2.3.4", false),
            ("10.0.0.0/8, 192.168.0.0/16,::1", "192.168.3.4", true),
            ("10.0.0.0/8,::1", "::1", true),
            ("10.0.0.0/25,10.0.0.128/25,10.0.0.64/26", "10.0.0.200", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/63", "2001:db8:0:2::", false),
            ("2001:db8::/128", "2001:db8::", true),
            ("127.0.0.1", "::ffff:127.0.0.1", false),
            ("127.0.0.1", "127.0.0.1 ", false),
            ("127.0.0.1", "127.0.0.01", false),
            ("127.0.0.1", "localhost", false),
            ("127.0.0.1", "\u{ff}", false),
            ("", "127.0.0.1", false),
        ] {
            let set = IpSet::parse(list).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(set.contains_text(value.as_bytes()), want, "{list} {value}");
        }
    }

    #[test]
    fn refused() {
        for (list, want) in [
            ("10.0.0.0/33", "`@ipMatch`: `10.0.0.0/33` is neither an address nor a network"),
            ("1.2.3.4,::/129", "`@ipMatch`: `::/129` is neither an address nor a network"),
            ("10.0.0.0/255.0.0.0", "`@ipMatch`: `10.0.0.0/255.0.0.0` is neither an address nor a network"),
            ("10.0.0.0/", "`@ipMatch`: `10.0.0.0/` is neither an address nor a network"),
            ("host", "`@ipMatch`: `host` is neither an address nor a network"),
        ] {
            assert_eq!(IpSet::parse(list).map_err(|e| e.to_string()), Err(want.to_owned()));
        }
    }

    #[test]
    fn files() {
        let set = IpSet::parse_file("# list\n\n127.0.0.1 # home\r\n10.0.0.0/8,::1\n").unwrap_or_else(|e| panic!("{e}"));
        for (value, want) in [("127.0.0.1", true), ("10.1.2.3", true), ("::1", true), ("127.0.0.2", false)] {
            assert_eq!(set.contains_text(value.as_bytes()), want, "{value}");
        }
        let refused = IpSet::parse_file("::1\nx\n").map_err(|e| e.to_string());
        assert_eq!(refused, Err("`@ipMatchFromFile`: line 2: `x` is neither an address nor a network".to_owned()));
    }
}

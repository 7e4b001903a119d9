//! Networks with what is known of each: found by address, the longest prefix first.

use foldhash::quality::RandomState;
use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;

/// Networks by family, then by length: a look-up costs as many probes as there are different lengths, 33 or 129 at most.
#[derive(Clone, Debug)]
pub struct Prefixes<T> {
    v4: Family<T>,
    v6: Family<T>,
}

#[derive(Clone, Debug)]
struct Family<T> {
    /// How many networks there are of a length; longest first.
    lengths: Vec<(u8, usize)>,
    networks: HashMap<(u8, u128), T, RandomState>,
}

impl<T> Default for Prefixes<T> {
    fn default() -> Self {
        let empty = || Family { lengths: Vec::new(), networks: HashMap::default() };
        Self { v4: empty(), v6: empty() }
    }
}

fn bits(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn masked(bits: u128, length: u8) -> u128 {
    bits & u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0)
}

impl<T> Prefixes<T> {
    fn family(&self, address: IpAddr) -> &Family<T> {
        if address.to_canonical().is_ipv4() { &self.v4 } else { &self.v6 }
    }

    fn place(&mut self, network: IpNet) -> (&mut Family<T>, (u8, u128)) {
        let length = network.prefix_len();
        let key = (length, masked(bits(network.network()), length));
        // A network of mapped addresses (`::ffff:192.0.2.0/120`) is one of IPv4.
        match network {
            IpNet::V6(v6) if v6.network().to_ipv4_mapped().is_some() && length >= 96 => {
                let length = length - 96;
                (&mut self.v4, (length, masked(bits(network.network()), length)))
            }
            IpNet::V6(_) => (&mut self.v6, key),
            IpNet::V4(_) => (&mut self.v4, key),
        }
    }

    /// What is known of a network, made anew when nothing is.
    pub fn entry(&mut self, network: IpNet, new: impl FnOnce() -> T) -> &mut T {
        let (family, key) = self.place(network);
        if !family.networks.contains_key(&key) {
            match family.lengths.binary_search_by(|(l, _)| key.0.cmp(l)) {
                Ok(at) => family.lengths[at].1 += 1,
                Err(at) => family.lengths.insert(at, (key.0, 1)),
            }
        }
        family.networks.entry(key).or_insert_with(new)
    }

    /// Forgets a network.
    pub fn remove(&mut self, network: IpNet) -> Option<T> {
        let (family, key) = self.place(network);
        let gone = family.networks.remove(&key)?;
        if let Ok(at) = family.lengths.binary_search_by(|(l, _)| key.0.cmp(l)) {
            family.lengths[at].1 -= 1;
            if family.lengths[at].1 == 0 {
                family.lengths.remove(at);
            }
        }
        Some(gone)
    }

    /// What is known of the networks that hold an address, with their length, the longest first.
    pub fn of(&self, address: IpAddr) -> impl Iterator<Item = (u8, &T)> {
        let (family, bits) = (self.family(address), bits(address));
        family.lengths.iter().filter_map(move |(l, _)| family.networks.get(&(*l, masked(bits, *l))).map(|found| (*l, found)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many networks there are.
    pub fn len(&self) -> usize {
        self.v4.networks.len() + self.v6.networks.len()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by it
mod tests {
    use super::*;

    #[test]
    fn the_longest_comes_first() {
        let mut prefixes = Prefixes::default();
        let nets = ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "::/0", "2001:db8::/32", "::ffff:192.0.2.0/120"];
        for net in nets {
            *prefixes.entry(net.parse().unwrap(), String::new) = net.to_owned();
        }
        let cases: [(&str, &[&str]); 7] = [
            ("10.1.2.3", &["10.1.2.3/32", "10.1.0.0/16", "10.0.0.0/8", "0.0.0.0/0"]),
            ("10.1.2.4", &["10.1.0.0/16", "10.0.0.0/8", "0.0.0.0/0"]),
            ("11.0.0.1", &["0.0.0.0/0"]),
            ("::ffff:10.9.9.9", &["10.0.0.0/8", "0.0.0.0/0"]),
            ("192.0.2.9", &["::ffff:192.0.2.0/120", "0.0.0.0/0"]),
            ("2001:db8::1", &["2001:db8::/32", "::/0"]),
            ("2001:db9::1", &["::/0"]),
        ];
        for (address, expected) in cases {
            let found: Vec<_> = prefixes.of(address.parse().unwrap()).map(|(_, net)| net.as_str()).collect();
            assert_eq!(found, expected, "{address}");
        }
        for net in nets {
            assert_eq!(prefixes.remove(net.parse().unwrap()).as_deref(), Some(net));
        }
        assert!(prefixes.is_empty() && prefixes.v4.lengths.is_empty() && prefixes.v6.lengths.is_empty());
        assert_eq!(prefixes.remove("10.0.0.0/8".parse().unwrap()), None);
    }
}

//! Bans in force: replaced by each snapshot, told of one by one in between.

use super::prefixes::Prefixes;
use crate::snapshot::BanBody;
use arc_swap::ArcSwap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Bans of one gateway.
#[derive(Debug, Default)]
pub struct Bans {
    now: ArcSwap<Prefixes<Vec<Arc<BanBody>>>>,
    /// Held while the bans change; readers do not wait for it.
    changing: Mutex<()>,
}

impl Bans {
    /// Puts these in force in place of all others.
    pub fn replace(&self, bans: &[Arc<BanBody>]) {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Prefixes::default();
        for ban in bans {
            next.entry(ban.network, Vec::new).push(Arc::clone(ban));
        }
        self.now.store(Arc::new(next));
    }

    /// Puts one in force, or changes it.
    pub fn add(&self, ban: &BanBody, now_s: u64) {
        self.change(ban, now_s, true);
    }

    /// Lifts one.
    pub fn lift(&self, ban: &BanBody, now_s: u64) {
        self.change(ban, now_s, false);
    }

    fn change(&self, ban: &BanBody, now_s: u64, there: bool) {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Prefixes::clone(&self.now.load());
        let held = next.entry(ban.network, Vec::new);
        held.retain(|other| other.id != ban.id && other.until.is_none_or(|until| now_s < until));
        if there {
            held.push(Arc::new(ban.clone()));
        }
        if held.is_empty() {
            next.remove(ban.network);
        }
        self.now.store(Arc::new(next));
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.now.load().is_empty()
    }

    /// Networks that are banned.
    pub fn len(&self) -> usize {
        self.now.load().len()
    }

    /// The first ban of an address that is in force and for which `holds`.
    pub fn find(&self, address: IpAddr, now_s: u64, holds: impl Fn(&BanBody) -> bool) -> Option<Arc<BanBody>> {
        let now = self.now.load();
        let found = now.of(address).flat_map(|(_, bans)| bans).find(|ban| ban.until.is_none_or(|until| now_s < until) && holds(ban));
        found.map(Arc::clone)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by it
mod tests {
    use super::*;

    fn ban(id: &str, network: &str, until: Option<u64>) -> BanBody {
        BanBody { id: id.to_owned(), network: network.parse().unwrap(), scope: None, until, reason: "why".to_owned() }
    }

    #[test]
    fn bans_come_end_and_go() {
        let bans = Bans::default();
        let found = |address: &str, now_s| bans.find(address.parse().unwrap(), now_s, |_| true).map(|b| b.id.clone());
        bans.add(&ban("a", "192.0.2.0/24", Some(100)), 0);
        bans.add(&ban("b", "192.0.2.7/32", None), 0);
        let cases = [
            ("192.0.2.7", 0, Some("b")),
            ("192.0.2.8", 99, Some("a")),
            ("192.0.2.8", 100, None),
            ("::ffff:192.0.2.8", 0, Some("a")),
            ("192.0.3.1", 0, None),
        ];
        for (address, now_s, expected) in cases {
            assert_eq!(found(address, now_s).as_deref(), expected, "{address} at {now_s}");
        }
        bans.lift(&ban("b", "192.0.2.7/32", None), 0);
        assert_eq!(found("192.0.2.7", 0).as_deref(), Some("a"));
        // A change of the same ban takes its place; what is past goes by the way.
        bans.add(&ban("a", "192.0.2.0/24", Some(300)), 200);
        assert_eq!(found("192.0.2.7", 250).as_deref(), Some("a"));
        bans.replace(&[Arc::new(ban("c", "2001:db8::/32", None))]);
        assert_eq!((found("192.0.2.7", 0), found("2001:db8::1", 0).as_deref()), (None, Some("c")));
        bans.lift(&ban("c", "2001:db8::/32", None), 0);
        assert!(bans.is_empty());
    }
}

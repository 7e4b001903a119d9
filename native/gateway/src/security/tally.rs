//! What clients do that only attackers do often: refused log-ins, pages that are not there, limits, the firewall's scores.
//!
//! Counted by client and site between two emptyings; whoever empties decides what is too much.

use super::events::{Finding, Source, bounded};
use crate::snapshot::DetectionBody;
use foldhash::quality::RandomState;
use serde::Serialize;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

const SHARDS: usize = 16;
/// Clients counted in a shard; more are not counted until the next emptying, which `missed` tells.
const MOST: usize = 4096;
/// Score of a finding of the firewall that states none: one critical rule of the CRS.
const SCORE: u32 = 5;

/// Counts of one client on one site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The client, IPv6 by its /64.
    pub client: String,
    /// The site, if one answered to the host.
    pub site: Option<String>,
    /// Refused log-ins.
    pub login: u32,
    /// Other answers 401.
    pub unauthorized: u32,
    /// Answers 404.
    pub not_found: u32,
    /// Paths that scanners ask for, and that were not there.
    pub scanner: u32,
    /// Answers 429.
    pub limited: u32,
    /// Sum of the firewall's scores.
    pub score: u32,
    /// One of the paths.
    pub sample: String,
}

/// One answered request, as it is counted.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The client.
    pub client: IpAddr,
    /// The site.
    pub site: Option<&'a str>,
    /// Path without the query.
    pub path: &'a [u8],
    /// Status answered.
    pub status: u16,
    /// What the firewall found.
    pub findings: &'a [Finding],
}

type Shard = HashMap<(IpAddr, Option<String>), Tally, RandomState>;

/// The counts since they were last taken.
#[derive(Debug)]
pub struct Tallies {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    missed: AtomicU64,
}

impl Default for Tallies {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::default(), missed: AtomicU64::new(0) }
    }
}

impl Tallies {
    /// Counts a request, if it is of a kind that is counted.
    pub fn add(&self, seen: &Seen<'_>, detection: &DetectionBody) {
        let scanner = seen.status >= 400 && detection.scanner_paths.iter().any(|p| seen.path.starts_with(p.as_bytes()));
        let score: u32 =
            seen.findings.iter().filter(|f| f.source == Source::Waf).map(|f| f.score.unwrap_or(SCORE)).fold(0, u32::saturating_add);
        if !scanner && score == 0 && !matches!(seen.status, 401 | 403 | 404 | 429) {
            return;
        }
        let login = matches!(seen.status, 401 | 403) && detection.login_paths.iter().any(|p| contains(seen.path, p.as_bytes()));
        if seen.status == 403 && !login && score == 0 && !scanner {
            return;
        }
        let client = unit(seen.client);
        let shard = &self.shards[usize::try_from(self.hasher.hash_one(client) % SHARDS as u64).unwrap_or(0)];
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (client, seen.site.map(str::to_owned));
        if shard.len() >= MOST && !shard.contains_key(&key) {
            self.missed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let tally = shard.entry(key).or_insert_with(|| Tally {
            client: client.to_string(),
            site: seen.site.map(str::to_owned),
            sample: bounded(seen.path),
            ..Tally::default()
        });
        let one = |count: &mut u32, so: bool| *count = count.saturating_add(u32::from(so));
        one(&mut tally.login, login);
        one(&mut tally.unauthorized, seen.status == 401 && !login);
        one(&mut tally.not_found, seen.status == 404);
        one(&mut tally.scanner, scanner);
        one(&mut tally.limited, seen.status == 429);
        tally.score = tally.score.saturating_add(score);
    }

    /// Takes the counts; the next ones begin at nothing.
    pub fn take(&self) -> Vec<Tally> {
        let taken = self.shards.iter().map(|shard| std::mem::take(&mut *shard.lock().unwrap_or_else(PoisonError::into_inner)));
        taken.flat_map(HashMap::into_values).collect()
    }

    /// Requests that found no place.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

/// Who is counted as one: an address, in IPv6 a /64.
fn unit(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn contains(path: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(path, part).is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by it
mod tests {
    use super::*;
    use crate::security::events::Action;

    fn counted(cases: &[(&str, &str, u16)]) -> Vec<Tally> {
        let tallies = Tallies::default();
        let detection = DetectionBody { login_paths: vec!["/login".to_owned()], scanner_paths: vec!["/.env".to_owned()] };
        for (client, path, status) in cases {
            let seen = Seen { client: client.parse().unwrap(), site: Some("s"), path: path.as_bytes(), status: *status, findings: &[] };
            tallies.add(&seen, &detection);
        }
        let mut taken = tallies.take();
        assert!(tallies.take().is_empty());
        taken.sort_by(|a, b| a.client.cmp(&b.client));
        taken
    }

    #[test]
    fn each_kind_is_counted_apart() {
        let taken = counted(&[
            ("192.0.2.1", "/login", 401),
            ("192.0.2.1", "/admin/login", 403),
            ("192.0.2.1", "/api", 401),
            ("192.0.2.1", "/api", 403),
            ("192.0.2.1", "/nowhere", 404),
            ("192.0.2.1", "/.env", 404),
            ("192.0.2.1", "/.env", 200),
            ("192.0.2.1", "/", 429),
            ("192.0.2.1", "/", 200),
            ("::ffff:192.0.2.1", "/", 500),
            ("2001:db8::1", "/a", 404),
            ("2001:db8::ffff:2", "/b", 404),
        ]);
        let own = |client: &str| Tally { client: client.to_owned(), site: Some("s".to_owned()), ..Tally::default() };
        let first =
            Tally { login: 2, unauthorized: 1, not_found: 2, scanner: 1, limited: 1, sample: "/login".to_owned(), ..own("192.0.2.1") };
        assert_eq!(taken, [first, Tally { not_found: 2, sample: "/a".to_owned(), ..own("2001:db8::") }]);
    }

    #[test]
    fn scores_add_up() {
        let tallies = Tallies::default();
        let mut finding = Finding::new(Action::Blocked, Source::Waf, None, String::new());
        let plain = finding.clone();
        finding.score = Some(20);
        let findings = [finding, plain];
        let seen = Seen { client: IpAddr::from([192, 0, 2, 1]), site: None, path: b"/", status: 403, findings: &findings };
        tallies.add(&seen, &DetectionBody::default());
        assert_eq!(tallies.take().first().map(|t| (t.score, t.site.clone())), Some((25, None)));
    }

    #[test]
    fn strangers_fill_no_more_than_their_share() {
        let tallies = Tallies::default();
        let clients = SHARDS * MOST + 50_000;
        for n in 0..u32::try_from(clients).unwrap() {
            let seen = Seen { client: IpAddr::from(n.to_be_bytes()), site: None, path: b"/", status: 404, findings: &[] };
            tallies.add(&seen, &DetectionBody::default());
        }
        let missed = tallies.missed();
        assert!(missed > 0 && tallies.take().len() as u64 + missed == clients as u64);
    }
}

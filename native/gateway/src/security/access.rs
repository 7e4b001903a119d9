//! Lists: who may come and who may not, by network, autonomous system and country.

use super::place::Place;
use super::prefixes::Prefixes;
use crate::snapshot::{AccessAction, AccessBody};
use std::collections::HashMap;

/// One list.
#[derive(Debug, Default)]
pub struct AccessList {
    networks: Prefixes<Entry>,
    systems: HashMap<u32, Entry>,
    countries: HashMap<[u8; 2], Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: Box<str>,
    action: AccessAction,
    until: Option<u64>,
}

impl Entry {
    fn at(&self, now_s: u64) -> Option<(AccessAction, &str)> {
        self.until.is_none_or(|until| now_s < until).then_some((self.action, &*self.id))
    }
}

impl AccessList {
    /// Compiles a list; of two entries for the same the later holds.
    pub fn compile(body: Vec<AccessBody>) -> Result<Self, String> {
        let mut list = Self::default();
        for entry in body {
            let held = Entry { id: entry.id.as_str().into(), action: entry.action, until: entry.until };
            match (entry.network, entry.asn, entry.country) {
                (Some(network), None, None) => {
                    let place = list.networks.entry(network, || held.clone());
                    *place = held;
                }
                (None, Some(asn), None) => _ = list.systems.insert(asn, held),
                (None, None, Some(code)) => _ = list.countries.insert(country(&code)?, held),
                _ => return Err(format!("access entry {}: exactly one of network, asn and country is needed", entry.id)),
            }
        }
        Ok(list)
    }

    /// Whether the list says nothing of anybody.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && self.systems.is_empty() && self.countries.is_empty()
    }

    /// What it says of a client, and which entry says so: the narrowest network, then the system, then the country, then the networks of length 0.
    pub fn decide(&self, place: &Place<'_>, now_s: u64) -> Option<(AccessAction, &str)> {
        let mut all = None;
        for (length, entry) in self.networks.of(place.address()) {
            match entry.at(now_s) {
                Some(found) if length > 0 => return Some(found),
                found => all = found,
            }
        }
        let system = || self.systems.get(&place.asn()?).and_then(|e| e.at(now_s));
        let land = || self.countries.get(&place.country()?).and_then(|e| e.at(now_s));
        let system = if self.systems.is_empty() { None } else { system() };
        system.or_else(|| if self.countries.is_empty() { None } else { land() }).or(all)
    }
}

/// A country's code.
pub fn country(text: &str) -> Result<[u8; 2], String> {
    match text.as_bytes() {
        [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok([*a, *b]),
        _ => Err(format!("no country: {text}")),
    }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;

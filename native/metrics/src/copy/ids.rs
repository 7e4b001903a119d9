//! Which id of the database a series has, remembered.

use super::{Segment, Series};
use foldhash::quality::RandomState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

/// What the database has for a series' identity besides its organisation: the first half of the SHA-256 of its canonical bytes.
pub fn digest(canonical: &[u8]) -> [u8; 16] {
    let full = ring::digest::digest(&ring::digest::SHA256, canonical);
    let mut half = [0; 16];
    half.iter_mut().zip(full.as_ref()).for_each(|(place, byte)| *place = *byte);
    half
}

/// Ids by series. Holds 128 bits of a hash with a secret seed instead of the series: with a thousand million series two of them
/// meet with a probability of 10^-21.
pub struct Ids {
    seeds: [RandomState; 2],
    known: HashMap<u128, i32, RandomState>,
    most: usize,
}

impl Ids {
    /// Remembers `most` series; with more it begins anew.
    pub fn new(most: usize) -> Self {
        Ids { seeds: [RandomState::default(), RandomState::default()], known: HashMap::default(), most }
    }

    fn hash(&self, series: &Series) -> u128 {
        let [high, low] = self.seeds.each_ref().map(|seed| {
            let mut hasher = seed.build_hasher();
            hasher.write(&series.organization);
            hasher.write(&series.canonical);
            u128::from(hasher.finish())
        });
        high << 64 | low
    }

    /// The ids of a segment's series in order, 0 for those that are not known, and the places of these.
    pub fn resolve(&self, segment: &Segment) -> (Vec<i32>, Vec<usize>) {
        let found: Vec<Option<i32>> = segment.series.iter().map(|s| self.known.get(&self.hash(s)).copied()).collect();
        let unknown = found.iter().zip(0..).filter(|(id, _)| id.is_none()).map(|(_, place)| place).collect();
        (found.into_iter().map(Option::unwrap_or_default).collect(), unknown)
    }

    /// Remembers one; 0 for a series that is to be left out.
    pub fn learn(&mut self, series: &Series, id: i32) {
        if self.known.len() >= self.most {
            self.known.clear();
        }
        self.known.insert(self.hash(series), id);
    }
}

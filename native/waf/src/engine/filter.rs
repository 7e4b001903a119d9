//! Says for a value, in one pass, which tests may match it.

use super::test::Test;
use super::testing;
use crate::pattern::{IdSet, Prefilter, Required};
use foldhash::HashMap;

/// The prefilter of a rule set.
#[derive(Debug, Default)]
pub struct Filter {
    inner: Option<Prefilter>,
}

impl Filter {
    /// Finds the bits that a value has. `literals` is what literals say of it, found too unless `known`.
    pub fn scan(&self, value: &[u8], ids: &mut IdSet, bits: &mut [u64], literals: &mut [u64], known: bool) {
        let Some(filter) = &self.inner else { return bits.fill(u64::MAX) };
        if known {
            ids.copy_from(literals.get(..filter.words()).unwrap_or_default());
        } else {
            filter.literals_of(value, ids);
            literals.iter_mut().zip(ids.words()).for_each(|(literal, word)| *literal = *word);
        }
        filter.sieve(value, ids);
        bits.fill(0);
        for set in [ids, filter.always()] {
            for (bit, word) in bits.iter_mut().zip(set.words()) {
                *bit |= *word;
            }
        }
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.inner.as_ref().map_or(0, Prefilter::memory)
    }
}

/// Collects what tests require. Each test has a bit of its own, so that it can be taken from a value that it was made with.
#[derive(Debug, Default)]
pub struct Collector {
    known: HashMap<(usize, bool), u32>,
    entries: Vec<Required>,
}

impl Collector {
    /// The bit of a test, which says that the test, or its contrary when `negated`, may hold for a value. None for tests whose
    /// outcome is known without a value, or not known from the value alone.
    pub fn bit(&mut self, test: &Test, negated: bool) -> Option<u32> {
        if !test.is_pure() {
            return None;
        }
        // The same expression on the same value gives the same, whichever rule asks.
        let shared = if let Test::Rx(pattern) = test { Some((pattern.address(), negated)) } else { None };
        if let Some(bit) = shared.and_then(|key| self.known.get(&key)) {
            return Some(*bit);
        }
        let bit = u32::try_from(self.entries.len()).ok()?;
        if let Some(key) = shared {
            self.known.insert(key, bit);
        }
        let required = if negated { None } else { testing::required(test) };
        self.entries.push(required.unwrap_or_default());
        Some(bit)
    }

    /// The prefilter and the words of a value's bits.
    pub fn build(self) -> (Filter, usize) {
        let words = self.entries.len().div_ceil(64);
        let mut builder = Prefilter::builder();
        for (bit, required) in (0..).zip(self.entries) {
            builder.add(bit, required);
        }
        (Filter { inner: (words > 0).then(|| builder.build()) }, words)
    }
}

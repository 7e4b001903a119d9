//! Says for a value, in one pass, which tests may match it.

use crate::pattern::{IdSet, Prefilter, Required};
use std::collections::HashMap;

/// The prefilter of a rule set.
#[derive(Debug, Default)]
pub struct Filter {
    inner: Option<Prefilter>,
}

impl Filter {
    /// Finds the bits that a value has.
    pub fn scan(&self, value: &[u8], ids: &mut IdSet, bits: &mut [u64]) {
        let Some(filter) = &self.inner else { return bits.fill(u64::MAX) };
        filter.scan(value, ids);
        for (bit, word) in bits.iter_mut().zip(ids.words()) {
            *bit = *word;
        }
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.inner.as_ref().map_or(0, Prefilter::memory)
    }
}

/// Collects what tests require; tests that require the same share a bit.
#[derive(Debug, Default)]
pub struct Collector {
    known: HashMap<String, u32>,
    entries: Vec<Required>,
}

impl Collector {
    /// The bit of a test; none when it may match anything.
    pub fn bit(&mut self, required: Required) -> Option<u32> {
        if required.is_nothing() && required.min_length == 0 {
            return None;
        }
        let key = format!("{required:?}");
        if let Some(bit) = self.known.get(&key) {
            return Some(*bit);
        }
        let bit = u32::try_from(self.entries.len()).ok()?;
        self.known.insert(key, bit);
        self.entries.push(required);
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

//! What each organisation may send, and what it sends.

use std::collections::HashMap;

/// What an organisation may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Values a second on average, of one ingester; 0 is without limit. As much as ten seconds bring may come at once.
    pub values_per_s: u64,
    /// Series that are active at one time.
    pub series: u32,
}

impl Default for Allowance {
    fn default() -> Self {
        Allowance { values_per_s: 0, series: 1_000_000 }
    }
}

const BURST_S: i64 = 10;
/// Bytes of names and labels that a series has on average, at most.
const SERIES_BYTES: u64 = 1024;

/// One organisation.
#[derive(Debug)]
pub struct Organization {
    /// What it may.
    pub allowance: Allowance,
    /// Its active series.
    pub series: u32,
    /// Bytes of their names and labels.
    pub bytes: u64,
    /// Its shapes.
    pub shapes: u32,
    /// Values that it may still send, below zero when it sent more; as of `at`.
    tokens: i64,
    at: i64,
}

impl Organization {
    /// Whether one more series of `bytes` bytes is allowed.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.series < self.allowance.series
            && self.bytes.saturating_add(bytes as u64) <= u64::from(self.allowance.series).saturating_mul(SERIES_BYTES)
    }

    /// Senders write the same fields in few ways; without end they would only fill memory.
    pub fn has_room_for_shapes(&self) -> bool {
        self.shapes < self.allowance.series.saturating_mul(2).saturating_add(1000)
    }

    /// From now on it may what `allowance` says. Where there was no limit before, it begins with what may come at once.
    fn allow(&mut self, allowance: Allowance, now: i64) {
        if self.allowance.values_per_s == 0 {
            self.tokens = i64::try_from(allowance.values_per_s).unwrap_or(i64::MAX).saturating_mul(BURST_S);
            self.at = now;
        }
        self.allowance = allowance;
    }

    /// Counts time (µs) and values; the seconds to wait before more may come, 0 when none.
    pub fn spend(&mut self, now: i64, values: u64) -> u64 {
        let rate = i64::try_from(self.allowance.values_per_s).unwrap_or(i64::MAX);
        if rate == 0 {
            return 0;
        }
        let passed = now.saturating_sub(self.at).max(0);
        self.at = self.at.max(now);
        let came = i64::try_from(i128::from(rate) * i128::from(passed) / 1_000_000).unwrap_or(i64::MAX);
        self.tokens = self.tokens.saturating_add(came).min(rate.saturating_mul(BURST_S));
        self.tokens = self.tokens.saturating_sub(i64::try_from(values).unwrap_or(i64::MAX));
        if self.tokens > 0 { 0 } else { u64::try_from(self.tokens.saturating_neg() / rate).unwrap_or(0) + 1 }
    }
}

/// All organisations that sent something, by a number.
#[derive(Debug, Default)]
pub struct Organizations {
    numbers: HashMap<[u8; 16], u32>,
    all: Vec<Organization>,
}

impl Organizations {
    /// The number of an organisation, which from now on may what `allowance` says.
    pub fn number(&mut self, id: [u8; 16], allowance: Allowance, now: i64) -> u32 {
        let fresh = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(id).or_insert(fresh);
        if number == fresh {
            let mut made = Organization { allowance: Allowance::default(), series: 0, bytes: 0, shapes: 0, tokens: 0, at: now };
            made.allow(allowance, now);
            self.all.push(made);
        } else if let Some(found) = self.get_mut(number) {
            found.allow(allowance, now);
        }
        number
    }

    /// The number of one that was seen with this allowance.
    pub fn find(&self, id: &[u8; 16], allowance: Allowance) -> Option<u32> {
        self.numbers.get(id).copied().filter(|n| self.get(*n).is_some_and(|o| o.allowance == allowance))
    }

    /// One of them.
    pub fn get(&self, number: u32) -> Option<&Organization> {
        self.all.get(number as usize)
    }

    /// One of them, to change.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Organization> {
        self.all.get_mut(number as usize)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.all.len()
    }
}

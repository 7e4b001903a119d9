//! A set-associative table of arrival times: memory is taken once and never grows.

use crate::gcra::{Decision, Quota};
use foldhash::quality::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

const WAYS: usize = 8;
const SHARDS: usize = 64;
/// Words of one bucket: eight times, then the two halves of eight keys.
const WORDS: usize = WAYS * 3;

/// Every limit's state, shared by all threads.
///
/// A new key takes the place of an expired one in its bucket. When all eight are live, the one nearest to expiry goes
/// (counted): such a key regains its burst early, and memory stays bounded whatever clients do.
pub struct Limiter {
    shards: Vec<Mutex<Vec<u64>>>,
    buckets_per_shard: u64,
    hasher: RandomState,
    displaced: AtomicU64,
}

impl Limiter {
    /// Room for about `keys` keys, 24 bytes each; the kernel gives pages as they are first used.
    pub fn new(keys: usize) -> Self {
        let per_shard = (keys / (WAYS * SHARDS)).max(1);
        let shards = (0..SHARDS).map(|_| Mutex::new(vec![0; per_shard * WORDS])).collect();
        Self { shards, buckets_per_shard: per_shard as u64, hasher: RandomState::default(), displaced: AtomicU64::new(0) }
    }

    /// Counts one request of `key` under the limit named by `limit` (any stable number).
    pub fn check(&self, limit: u64, key: u128, quota: &Quota, now_ns: u64) -> Decision {
        // Two seeded hashes are the stored key: 128 bits that nobody outside can aim at.
        let high = self.hasher.hash_one((limit, key));
        let low = self.hasher.hash_one((key, limit, 1u8));
        let shard = usize::try_from(high % SHARDS as u64).unwrap_or(0);
        let bucket = usize::try_from((high >> 8) % self.buckets_per_shard).unwrap_or(0);
        let mut table = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        let words = &mut table[bucket * WORDS..(bucket + 1) * WORDS];
        let (times, keys) = words.split_at_mut(WAYS);
        let (highs, lows) = keys.split_at_mut(WAYS);
        let way = if let Some(found) = (0..WAYS).find(|w| highs[*w] == high && lows[*w] == low) {
            found
        } else {
            let victim = (0..WAYS).min_by_key(|w| times[*w]).unwrap_or(0);
            if times[victim] > now_ns {
                self.displaced.fetch_add(1, Ordering::Relaxed);
            }
            times[victim] = 0;
            highs[victim] = high;
            lows[victim] = low;
            victim
        };
        let (tat, decision) = quota.decide(times[way], now_ns);
        times[way] = tat;
        decision
    }

    /// How many live keys lost their place to newer ones.
    pub fn displaced(&self) -> u64 {
        self.displaced.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_limits_are_apart() {
        let limiter = Limiter::new(4096);
        let quota = Quota::new(1, 1, 1).unwrap_or_else(|| panic!());
        let refused = |limit, key, now| matches!(limiter.check(limit, key, &quota, now), Decision::Refused { .. });
        assert!(!refused(1, 7, 10) && refused(1, 7, 10));
        assert!(!refused(2, 7, 10) && !refused(1, 8, 10));
        assert!(!refused(1, 7, 1_000_000_010));
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = Limiter::new(512);
        let quota = Quota::new(1, 60, 2).unwrap_or_else(|| panic!());
        for key in 0..100_000 {
            limiter.check(1, key, &quota, 1);
        }
        assert!(limiter.displaced() > 90_000);
        let again = Limiter::new(512);
        for key in 0..1000u64 {
            again.check(1, u128::from(key), &quota, key * 120_000_000_000);
        }
        assert_eq!(again.displaced(), 0);
    }
}

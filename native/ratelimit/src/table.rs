//! A set-associative table of arrival times: memory is taken once and never grows.

use crate::gcra::{Decision, Quota};
use foldhash::quality::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

const WAYS: usize = 8;
const SHARDS: usize = 64;
/// Words of one bucket: eight hashes, then eight times; two cache lines that are next to each other.
const WORDS: usize = WAYS * 2;
const BUCKET_BYTES: usize = WORDS * 8;

/// Every limit's state, shared by all threads.
///
/// A new key takes the place of an expired one in its bucket. When all eight are live, the one nearest to expiry goes
/// (counted): such a key regains its burst early, and memory stays bounded whatever clients do.
pub struct Limiter {
    shards: Vec<Shard>,
    buckets: u64,
    hasher: RandomState,
    displaced: AtomicU64,
}

/// On cache lines of its own, so that threads in different shards do not disturb each other.
#[repr(align(128))]
struct Shard {
    words: Mutex<Vec<u64>>,
    /// Words before the first bucket, so that each begins at a cache line.
    skip: usize,
}

impl Shard {
    fn new(buckets: usize) -> Self {
        let words = vec![0u64; (buckets + 1) * WORDS];
        let skip = words.as_ptr().align_offset(BUCKET_BYTES).min(WORDS);
        Self { words: Mutex::new(words), skip }
    }
}

impl Limiter {
    /// Room for about `keys` keys, 16 bytes each; the kernel gives pages as they are first used.
    pub fn new(keys: usize) -> Self {
        let buckets = u32::try_from(keys / (WAYS * SHARDS)).unwrap_or(u32::MAX).max(1);
        let shards = (0..SHARDS).map(|_| Shard::new(buckets as usize)).collect();
        Self { shards, buckets: u64::from(buckets), hasher: RandomState::default(), displaced: AtomicU64::new(0) }
    }

    /// Counts one request of `key` under the limit named by `limit` (any stable number).
    pub fn check(&self, limit: u64, key: u128, quota: &Quota, now_ns: u64) -> Decision {
        // The seeded hash is the key: nobody outside can aim at a collision, and by chance two of a million live keys share
        // 64 bits once in 30 million times.
        let hash = self.hasher.hash_one((limit, key));
        // Low bits choose the shard, high ones the bucket: a product in place of a division.
        let shard = &self.shards[small(hash % SHARDS as u64)];
        let begin = shard.skip + small(((hash >> 32) * self.buckets) >> 32) * WORDS;
        let mut words = shard.words.lock().unwrap_or_else(PoisonError::into_inner);
        let (hashes, times) = words[begin..begin + WORDS].split_at_mut(WAYS);
        // All eight are compared and none is jumped at: where a key stands is nothing a processor could foresee.
        let found = hashes.iter().enumerate().fold(0u32, |mask, (way, h)| mask | u32::from(*h == hash) << way);
        let way = if found != 0 {
            found.trailing_zeros() as usize % WAYS
        } else {
            let victim = (0..WAYS).min_by_key(|w| times[*w]).unwrap_or(0);
            if times[victim] > now_ns {
                self.displaced.fetch_add(1, Ordering::Relaxed);
            }
            times[victim] = 0;
            hashes[victim] = hash;
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

/// A number that fits any index: it is below the number of shards or buckets.
fn small(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn many_threads_keep_one_bound() {
        let limiter = Limiter::new(4096);
        let quota = Quota::new(1000, 1, 100).unwrap_or_else(|| panic!());
        let (threads, each, keys) = (4u64, 20_000u64, 3u128);
        let start = Barrier::new(4);
        let admitted: Vec<AtomicU64> = (0..keys).map(|_| AtomicU64::new(0)).collect();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    start.wait();
                    for i in 0..each {
                        // One second in all, the same for every thread.
                        let now = 5_000_000_000 + i * (1_000_000_000 / each);
                        for (key, count) in (0..keys).zip(&admitted) {
                            let taken = matches!(limiter.check(1, key, &quota, now), Decision::Admitted { .. });
                            count.fetch_add(u64::from(taken), Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        for count in &admitted {
            let count = count.load(Ordering::Relaxed);
            assert!((1_090..=1_100).contains(&count), "{count}");
        }
    }

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

//! How many at once: counters that are given back when a request or connection ends, however it ends.

use foldhash::quality::RandomState;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

const SHARDS: usize = 64;
/// Entries for which an empty shard keeps its memory.
const KEPT: usize = 64;

/// One counter with a limit that its caller brings.
#[derive(Debug, Default)]
pub struct Counter(AtomicU32);

/// Counters by key, as of clients. Keys that count nothing take no memory.
#[derive(Debug)]
pub struct Gate {
    shards: [Mutex<HashMap<u128, u32, RandomState>>; SHARDS],
    hasher: RandomState,
}

/// A place taken; dropping it gives it back.
#[derive(Debug)]
pub struct Pass(Held);

#[derive(Debug)]
enum Held {
    Counter(Arc<Counter>),
    Key(Arc<Gate>, u128),
}

impl Counter {
    /// Takes a place unless `limit` are taken; 0 is without limit and counts all the same.
    pub fn enter(self: &Arc<Self>, limit: u32) -> Option<Pass> {
        let limit = if limit == 0 { u32::MAX } else { limit };
        let entered = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < limit).then(|| n + 1));
        entered.is_ok().then(|| Pass(Held::Counter(Arc::clone(self))))
    }

    /// Places taken.
    pub fn taken(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::default() }
    }
}

impl Gate {
    fn shard(&self, key: u128) -> &Mutex<HashMap<u128, u32, RandomState>> {
        &self.shards[usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or(0)]
    }

    /// Takes a place of a key (see [`hcc_http::client::limit_key`]) unless `limit` are taken; 0 is without limit.
    pub fn enter(self: &Arc<Self>, key: u128, limit: u32) -> Option<Pass> {
        let limit = if limit == 0 { u32::MAX } else { limit };
        let mut shard = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        let taken = shard.entry(key).or_insert(0);
        if *taken >= limit {
            return None;
        }
        *taken += 1;
        Some(Pass(Held::Key(Arc::clone(self), key)))
    }

    /// Keys that count something.
    pub fn keys(&self) -> usize {
        self.shards.iter().map(|s| s.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        match &self.0 {
            Held::Counter(counter) => {
                counter.0.fetch_sub(1, Ordering::Relaxed);
            }
            Held::Key(gate, key) => {
                let mut shard = gate.shard(*key).lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(taken) = shard.get_mut(key) {
                    *taken -= 1;
                    if *taken == 0 {
                        shard.remove(key);
                        if shard.is_empty() && shard.capacity() > KEPT {
                            shard.shrink_to(0);
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back() {
        let counter = Arc::new(Counter::default());
        let passes: Vec<_> = (0..3).map(|_| counter.enter(2)).collect();
        assert_eq!(passes.iter().filter(|p| p.is_some()).count(), 2);
        drop(passes);
        assert!(counter.enter(1).is_some() && counter.taken() == 0);
    }

    #[test]
    fn keys_are_apart_and_leave_nothing() {
        let gate = Arc::new(Gate::default());
        let one = gate.enter(1, 1);
        assert!(one.is_some() && gate.enter(1, 1).is_none() && gate.enter(2, 1).is_some());
        assert_eq!(gate.keys(), 1);
        drop(one);
        assert_eq!(gate.keys(), 0);
        let many: Vec<_> = (0..10_000).map(|k| gate.enter(k, 0)).collect();
        assert_eq!(gate.keys(), 10_000);
        drop(many);
        assert_eq!(gate.keys(), 0);
        assert!(gate.shards.iter().all(|s| s.lock().is_ok_and(|s| s.capacity() <= KEPT)));
    }

    #[test]
    fn threads_lose_no_place() {
        let (gate, counter) = (Arc::new(Gate::default()), Arc::new(Counter::default()));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for key in 0..2000 {
                        drop((gate.enter(key % 7, 3), counter.enter(3)));
                    }
                });
            }
        });
        assert_eq!((gate.keys(), counter.taken()), (0, 0));
    }
}

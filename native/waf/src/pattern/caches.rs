//! Working memory of searches: each thread has its own, so that none waits for another, and what a thread keeps is bounded.

use regex_automata::{hybrid::dfa, meta};
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of caches that one thread keeps. When there are more it starts over with none.
const MAX_THREAD: usize = 16 * 1024 * 1024;

/// Names an automaton for the life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(u64);

impl Key {
    /// One that was never used: caches of automata that are gone cannot be taken for another's.
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

type Map<C> = HashMap<Key, C, foldhash::fast::FixedState>;

#[derive(Default)]
pub(super) struct Caches {
    lazy: Map<dfa::Cache>,
    meta: Map<meta::Cache>,
    bytes: usize,
}

thread_local! {
    static CACHES: RefCell<Caches> = RefCell::default();
}

/// A search's working memory, of one of the kinds that are kept.
pub(super) trait Cache: Sized {
    fn bytes(&self) -> usize;
    fn map(caches: &mut Caches) -> &mut Map<Self>;
}

impl Cache for dfa::Cache {
    fn bytes(&self) -> usize {
        self.memory_usage()
    }
    fn map(caches: &mut Caches) -> &mut Map<Self> {
        &mut caches.lazy
    }
}

impl Cache for meta::Cache {
    fn bytes(&self) -> usize {
        self.memory_usage()
    }
    fn map(caches: &mut Caches) -> &mut Map<Self> {
        &mut caches.meta
    }
}

/// Runs a search with this thread's cache, which is made when there is none.
pub(super) fn with<C: Cache, R>(key: Key, create: impl FnOnce() -> C, search: impl FnOnce(&mut C) -> R) -> R {
    CACHES.with(|caches| {
        let Ok(mut caches) = caches.try_borrow_mut() else { return search(&mut create()) };
        let caches = &mut *caches;
        let (cache, before) = match C::map(caches).entry(key) {
            Entry::Occupied(entry) => {
                let cache = entry.into_mut();
                let before = cache.bytes();
                (cache, before)
            }
            Entry::Vacant(entry) => (entry.insert(create()), 0),
        };
        let result = search(cache);
        let after = cache.bytes();
        caches.bytes = caches.bytes.saturating_add(after).saturating_sub(before);
        if caches.bytes > MAX_THREAD {
            *caches = Caches::default();
        }
        result
    })
}

/// Bytes of caches that the calling thread keeps.
pub fn thread_memory() -> usize {
    CACHES.with(|caches| caches.try_borrow().map_or(0, |caches| caches.bytes))
}

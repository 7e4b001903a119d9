//! Sessions whose tokens are refused.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

/// Sessions whose tokens are refused, until their tokens have expired.
#[derive(Debug, Default)]
pub struct Revoked {
    sessions: RwLock<HashMap<String, u64>>,
    generation: AtomicU64,
}

impl Revoked {
    /// Adds sessions; a later end wins. Entries that are past are forgotten.
    pub fn add<I: IntoIterator<Item = (String, u64)>>(&self, sessions: I, now_s: u64) {
        let mut held = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, until| *until > now_s);
        for (sid, until) in sessions {
            let slot = held.entry(sid).or_insert(until);
            *slot = (*slot).max(until);
        }
        drop(held);
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// Whether a session is revoked.
    pub fn contains(&self, sid: &str) -> bool {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner).contains_key(sid)
    }

    /// How many sessions are held.
    pub fn len(&self) -> usize {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Changes whenever sessions are added.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}

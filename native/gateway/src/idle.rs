//! Since when a connection has been idle, so that draining cuts none that is just about to send.

use crate::time::{monotonic_ns, recent_ms};
use std::sync::atomic::{AtomicU64, Ordering};

/// Since when a connection has been idle.
#[derive(Debug, Default)]
pub struct Idle(AtomicU64);

impl Idle {
    /// It waits for a request from now on.
    pub fn begin(&self) {
        self.0.store(recent_ms(), Ordering::Relaxed);
    }

    /// It serves one.
    pub fn end(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Milliseconds it has been idle; `None` while it serves.
    pub fn for_ms(&self) -> Option<u64> {
        let since = self.0.load(Ordering::Relaxed);
        (since != 0).then(|| (monotonic_ns() / 1_000_000).saturating_sub(since))
    }
}

#[cfg(test)]
mod tests {
    use super::Idle;

    #[test]
    fn busy_is_not_idle() {
        let idle = Idle::default();
        assert_eq!(idle.for_ms(), None);
        idle.begin();
        assert!(idle.for_ms().is_some_and(|ms| ms < 1000));
        idle.end();
        assert_eq!(idle.for_ms(), None);
    }
}

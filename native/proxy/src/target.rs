//! One address of an upstream and what is known of its health.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

const FAILURES_TO_MARK_DOWN: u32 = 2;
const FIRST_PAUSE_MS: u64 = 500;
const LONGEST_PAUSE_MS: u64 = 10_000;

/// One address; its health and its idle connections outlive a change of configuration.
#[derive(Debug)]
pub struct Target {
    /// `host:port` as configured.
    pub address: String,
    /// The same when it needs no look-up.
    pub socket: Option<SocketAddr>,
    failures: AtomicU32,
    down_until_ms: AtomicU64,
}

impl Target {
    /// A target thought healthy.
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), socket: address.parse().ok(), failures: AtomicU32::new(0), down_until_ms: AtomicU64::new(0) }
    }

    /// Whether requests may go there now (clock in milliseconds).
    pub fn is_up(&self, now_ms: u64) -> bool {
        self.down_until_ms.load(Ordering::Relaxed) <= now_ms
    }

    /// An answer came: the target is healthy.
    pub fn succeeded(&self) {
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
            self.down_until_ms.store(0, Ordering::Relaxed);
        }
    }

    /// No connection or no answer: after two in a row it is left alone for 0.5 s, doubling up to 10 s.
    pub fn failed(&self, now_ms: u64) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if failures >= FAILURES_TO_MARK_DOWN {
            let pause = FIRST_PAUSE_MS << (failures - FAILURES_TO_MARK_DOWN).min(5);
            self.down_until_ms.store(now_ms + pause.min(LONGEST_PAUSE_MS), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn marked_down_and_back() {
        let t = Target::new("127.0.0.1:1");
        t.failed(100);
        assert!(t.is_up(100));
        t.failed(100);
        assert!(!t.is_up(599) && t.is_up(600));
        t.failed(600);
        assert!(!t.is_up(1599) && t.is_up(1600));
        t.succeeded();
        assert!(t.is_up(601));
    }
}

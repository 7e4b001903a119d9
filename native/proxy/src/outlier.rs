//! Passive ejection: an endpoint that fails is left alone for a while.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// When an endpoint is ejected, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlier {
    /// Failures in a row that eject; 0 is never.
    pub consecutive: u32,
    /// Whether answers 502, 503 and 504 count as failures.
    pub gateway_errors: bool,
    /// Milliseconds of the first ejection; doubles each time.
    pub base_ms: u64,
    /// Milliseconds of the longest ejection.
    pub max_ms: u64,
    /// Per cent of healthy endpoints below which health is no longer believed and all are tried; 0 is never.
    pub panic_percent: u32,
}

impl Default for Outlier {
    fn default() -> Self {
        Self { consecutive: 2, gateway_errors: false, base_ms: 500, max_ms: 10_000, panic_percent: 50 }
    }
}

impl Outlier {
    /// Whether an answer of this status speaks against the endpoint.
    pub fn is_failure(&self, status: u16) -> bool {
        self.gateway_errors && matches!(status, 502..=504)
    }
}

/// Failures and ejections of one endpoint.
#[derive(Debug, Default)]
pub struct Ejection {
    failures: AtomicU32,
    ejections: AtomicU32,
    until_ms: AtomicU64,
}

impl Ejection {
    /// Whether it is ejected (clock in milliseconds).
    pub fn is_out(&self, now_ms: u64) -> bool {
        self.until_ms.load(Ordering::Relaxed) > now_ms
    }

    /// Milliseconds until it comes back; 0 when it is in.
    pub fn left_ms(&self, now_ms: u64) -> u64 {
        self.until_ms.load(Ordering::Relaxed).saturating_sub(now_ms)
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures.load(Ordering::Relaxed)
    }

    /// An answer came: it is in again. Ejections are forgotten once it stayed in for `max_ms`, so that one that comes and goes is
    /// left alone for longer and longer.
    pub fn succeeded(&self, now_ms: u64, outlier: &Outlier) {
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
            self.until_ms.fetch_min(now_ms, Ordering::Relaxed);
        }
        if self.ejections.load(Ordering::Relaxed) != 0 && now_ms >= self.until_ms.load(Ordering::Relaxed).saturating_add(outlier.max_ms) {
            self.ejections.store(0, Ordering::Relaxed);
        }
    }

    /// No connection or no answer; whether it was ejected for that. What was under way when it was ejected changes nothing more.
    pub fn failed(&self, now_ms: u64, outlier: &Outlier) -> bool {
        let until = self.until_ms.load(Ordering::Relaxed);
        let failures = self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if outlier.consecutive == 0 || failures < outlier.consecutive || until > now_ms {
            return false;
        }
        let before = self.ejections.load(Ordering::Relaxed);
        let pause = outlier.base_ms.saturating_mul(1 << before.min(20)).min(outlier.max_ms);
        let next = now_ms.saturating_add(pause);
        // Of several threads that see it fail in one moment, one ejects it.
        let won = self.until_ms.compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if won {
            self.ejections.store(before.saturating_add(1), Ordering::Relaxed);
        }
        won
    }

    /// Its checks say that it is well: whatever it was ejected for is over.
    pub fn lift(&self) {
        self.failures.store(0, Ordering::Relaxed);
        self.until_ms.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Outlier = Outlier { consecutive: 2, gateway_errors: false, base_ms: 500, max_ms: 4000, panic_percent: 50 };

    #[test]
    fn out_and_back() {
        let e = Ejection::default();
        assert!(!e.failed(100, &USUAL) && !e.is_out(100));
        assert!(e.failed(100, &USUAL));
        assert!(e.is_out(599) && !e.is_out(600));
        e.succeeded(300, &USUAL);
        assert!(!e.is_out(300) && e.failures() == 0);
    }

    #[test]
    fn each_ejection_doubles_up_to_the_longest() {
        let (e, mut now, mut pauses) = (Ejection::default(), 1000, Vec::new());
        e.failed(now, &USUAL);
        for _ in 0..6 {
            assert!(e.failed(now, &USUAL));
            pauses.push(e.left_ms(now));
            now += e.left_ms(now);
        }
        assert_eq!(pauses, [500, 1000, 2000, 4000, 4000, 4000]);
    }

    #[test]
    fn what_was_under_way_changes_nothing() {
        let e = Ejection::default();
        assert_eq!((0..50).filter(|_| e.failed(1000, &USUAL)).count(), 1);
        assert_eq!(e.left_ms(1000), 500);
    }

    #[test]
    fn coming_and_going_lengthens_and_staying_forgives() {
        let e = Ejection::default();
        let eject = |now| (0..2).filter(|_| e.failed(now, &USUAL)).count() == 1;
        assert!(eject(1000));
        e.succeeded(1500, &USUAL);
        assert!(eject(1600) && e.left_ms(1600) == 1000);
        e.succeeded(2600, &USUAL);
        e.succeeded(6600, &USUAL);
        assert!(eject(7000) && e.left_ms(7000) == 500);
    }

    #[test]
    fn settings() {
        let never = Outlier { consecutive: 0, ..USUAL };
        assert!((0..100).all(|_| !Ejection::default().failed(1, &never)));
        let strict = Outlier { consecutive: 1, gateway_errors: true, ..USUAL };
        assert!(Ejection::default().failed(1, &strict));
        for (status, want) in [(200, false), (500, false), (502, true), (503, true), (504, true), (505, false)] {
            assert_eq!((strict.is_failure(status), USUAL.is_failure(status)), (want, false), "{status}");
        }
    }
}

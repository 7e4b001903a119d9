//! What active checks say of an endpoint.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// A GET whose status, and text when given, are right.
    Http,
    /// A connection that stands, its TLS handshake included.
    Tcp,
}

/// Active checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// What is asked.
    pub kind: CheckKind,
    /// Path of an HTTP check.
    pub path: String,
    /// `Host` of an HTTP check; the target's address unless given.
    pub host: Option<String>,
    /// Lowest and highest status that is good.
    pub status: (u16, u16),
    /// Text that the first 64 KiB of the answer's content must hold.
    pub contains: Option<String>,
    /// Between two checks; a tenth more or less, so that checks do not fall in step.
    pub interval: Duration,
    /// How long one may take.
    pub timeout: Duration,
    /// Failures in a row that take an endpoint out.
    pub unhealthy_after: u32,
    /// Successes in a row that bring it back.
    pub healthy_after: u32,
}

/// What the checks of one endpoint found. One that was never checked counts as healthy.
#[derive(Debug, Default)]
pub struct Standing {
    down: AtomicBool,
    /// Outcomes in a row that speak against what is thought.
    against: AtomicU32,
    checks: AtomicU64,
    failures: AtomicU64,
}

impl Standing {
    /// Whether it is thought healthy.
    pub fn is_up(&self) -> bool {
        !self.down.load(Ordering::Relaxed)
    }

    /// Checks made.
    pub fn checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    /// Checks failed.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Takes an outcome in; the new opinion when it changed. One task at a time tells outcomes.
    pub fn note(&self, good: bool, health: &Health) -> Option<bool> {
        self.checks.fetch_add(1, Ordering::Relaxed);
        self.failures.fetch_add(u64::from(!good), Ordering::Relaxed);
        if good == self.is_up() {
            self.against.store(0, Ordering::Relaxed);
            return None;
        }
        let against = self.against.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if against < if good { health.healthy_after } else { health.unhealthy_after } {
            return None;
        }
        self.against.store(0, Ordering::Relaxed);
        self.down.store(!good, Ordering::Relaxed);
        Some(good)
    }
}

#[cfg(test)]
pub(crate) fn tcp_checks(unhealthy_after: u32, healthy_after: u32) -> Health {
    Health {
        kind: CheckKind::Tcp,
        path: "/".to_owned(),
        host: None,
        status: (200, 399),
        contains: None,
        interval: Duration::from_millis(10),
        timeout: Duration::from_secs(2),
        unhealthy_after,
        healthy_after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opinions_change_after_so_many_in_a_row() {
        for (unhealthy_after, healthy_after, outcomes, want) in [
            (3, 2, "--", true),
            (3, 2, "---", false),
            (3, 2, "--+--", true),
            (3, 2, "---+", false),
            (3, 2, "---+-+", false),
            (3, 2, "---++", true),
            (3, 2, "---++--", true),
            (1, 1, "-", false),
            (1, 1, "-+", true),
            (2, 1, "", true),
        ] {
            let (standing, health) = (Standing::default(), tcp_checks(unhealthy_after, healthy_after));
            let mut opinion = true;
            for outcome in outcomes.chars() {
                opinion = standing.note(outcome == '+', &health).unwrap_or(opinion);
            }
            assert_eq!((standing.is_up(), opinion), (want, want), "{outcomes}");
            assert_eq!((standing.checks(), standing.failures()), (outcomes.len() as u64, outcomes.matches('-').count() as u64));
        }
    }
}

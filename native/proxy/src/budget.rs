//! How many second tries there may be: a failing upstream must not see twice the load.

use crate::window::Window;

/// When a request is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Tries after the first.
    pub attempts: u32,
    /// Whether 502, 503 and 504 of an endpoint are tried again elsewhere (idempotent requests only).
    pub gateway_errors: bool,
    /// Retries at most, in per cent of the requests of the last ten seconds.
    pub budget_percent: u32,
    /// Retries a second that are always allowed.
    pub min_per_s: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 1, gateway_errors: false, budget_percent: 20, min_per_s: 10 }
    }
}

/// Requests and retries of the last ten seconds.
#[derive(Debug, Default)]
pub struct Budget {
    requests: Window,
    retries: Window,
}

impl Budget {
    /// A request came (its first try).
    pub fn asked(&self, now_ms: u64) {
        self.requests.add(now_ms);
    }

    /// Whether one more retry is within the budget; it is spent then. Threads asking in the same moment may overdraw by one each.
    pub fn spend(&self, now_ms: u64, retry: &Retry) -> bool {
        let free = self.retries.this_second(now_ms) < u64::from(retry.min_per_s);
        let allowed = free || self.retries.sum(now_ms) * 100 < self.requests.sum(now_ms) * u64::from(retry.budget_percent);
        if allowed {
            self.retries.add(now_ms);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        // Requests a second, then how many of 1000 retries in the eleventh second are allowed.
        for (per_s, budget_percent, min_per_s, want) in
            [(0, 20, 10, 10), (0, 20, 0, 0), (100, 20, 0, 200), (100, 20, 10, 200), (100, 0, 3, 3), (10, 100, 0, 100)]
        {
            let (budget, retry) = (Budget::default(), Retry { budget_percent, min_per_s, ..Retry::default() });
            for ms in (0..10_000).step_by(1000) {
                (0..per_s).for_each(|_| budget.asked(ms));
            }
            let spent = (0..1000).filter(|_| budget.spend(9_999, &retry)).count();
            assert_eq!(spent, want, "{per_s} {retry:?}");
        }
    }

    #[test]
    fn the_budget_comes_back() {
        let (budget, retry) = (Budget::default(), Retry { budget_percent: 10, min_per_s: 1, ..Retry::default() });
        assert!(budget.spend(1000, &retry) && !budget.spend(1999, &retry) && budget.spend(2000, &retry));
        (0..100).for_each(|_| budget.asked(2000));
        assert_eq!((0..20).filter(|_| budget.spend(2000, &retry)).count(), 8);
    }
}

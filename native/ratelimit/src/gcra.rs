//! The generic cell rate algorithm: one theoretical arrival time a key.

/// A rate and a burst, stated apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    interval_ns: u64,
    tolerance_ns: u64,
    burst: u32,
}

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Admitted.
    Admitted {
        /// Requests that would be admitted besides at this moment.
        remaining: u64,
        /// Nanoseconds until the whole burst is there again.
        reset_ns: u64,
    },
    /// Refused.
    Refused {
        /// Nanoseconds until the next one is admitted.
        wait_ns: u64,
    },
}

impl Quota {
    /// `rate` requests in `per_s` seconds, and `burst` at once; `None` when one of them is 0 or the times overflow.
    ///
    /// Over any time T admitted requests are at most burst + rate * T / `per_s`.
    pub fn new(rate: u32, per_s: u32, burst: u32) -> Option<Self> {
        if rate == 0 || per_s == 0 || burst == 0 {
            return None;
        }
        // Rounded up, so that the bound holds exactly.
        let interval_ns = (u64::from(per_s) * 1_000_000_000).div_ceil(u64::from(rate));
        let tolerance_ns = interval_ns.checked_mul(u64::from(burst) - 1)?;
        (tolerance_ns < u64::MAX / 4).then_some(Self { interval_ns, tolerance_ns, burst })
    }

    /// Decides for a key whose theoretical arrival time is `tat` (0 when new); gives the new one with the decision.
    pub fn decide(&self, tat: u64, now_ns: u64) -> (u64, Decision) {
        let start = tat.max(now_ns);
        let ahead = start - now_ns;
        if ahead > self.tolerance_ns {
            return (tat, Decision::Refused { wait_ns: ahead - self.tolerance_ns });
        }
        let remaining = (self.tolerance_ns - ahead) / self.interval_ns;
        (start.saturating_add(self.interval_ns), Decision::Admitted { remaining, reset_ns: ahead.saturating_add(self.interval_ns) })
    }

    /// Nanoseconds from one request to the next at the rate, rounded up.
    pub fn interval_ns(&self) -> u64 {
        self.interval_ns
    }

    /// Requests at once.
    pub fn burst(&self) -> u32 {
        self.burst
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn burst_then_rate() {
        let quota = Quota::new(100, 60, 20).unwrap_or_else(|| panic!());
        let (mut tat, mut admitted) = (0, 0);
        for _ in 0..50 {
            let (next, decision) = quota.decide(tat, 1_000);
            tat = next;
            admitted += u32::from(matches!(decision, Decision::Admitted { .. }));
        }
        assert_eq!(admitted, 20);
        assert_eq!(quota.decide(tat, 1_000).1, Decision::Refused { wait_ns: 600_000_000 });
        assert!(matches!(quota.decide(tat, 600_001_000).1, Decision::Admitted { remaining: 0, reset_ns: 12_000_000_000 }));
        assert_eq!(Quota::new(0, 1, 1), None);
    }

    proptest! {
        #[test]
        fn never_more_than_burst_plus_rate(rate in 1u32..500, per_s in 1u32..120, burst in 1u32..50, gaps in prop::collection::vec(0u64..2_000_000_000, 1..300)) {
            let quota = Quota::new(rate, per_s, burst).unwrap_or_else(|| panic!());
            let (mut tat, mut now, mut times) = (0, 5_000_000_000u64, Vec::new());
            for gap in gaps {
                now += gap / 7;
                let (next, decision) = quota.decide(tat, now);
                tat = next;
                if matches!(decision, Decision::Admitted { .. }) { times.push(now); }
            }
            for (i, from) in times.iter().enumerate() {
                for (j, to) in times.iter().enumerate().skip(i) {
                    let bound = u128::from(burst) + u128::from(rate) * u128::from(to - from) / (u128::from(per_s) * 1_000_000_000);
                    prop_assert!((j - i + 1) as u128 <= bound);
                }
            }
        }
    }
}

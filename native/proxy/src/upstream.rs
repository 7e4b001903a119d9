//! A named set of targets and how one is chosen.

use crate::target::Target;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until the connection stands.
    pub connect: Duration,
    /// From the request sent to the head of the answer.
    pub first_byte: Duration,
    /// Between two pieces of a body, in either direction.
    pub between_bytes: Duration,
    /// The whole exchange; `None` is without end.
    pub total: Option<Duration>,
}

/// Targets with their weights, smoothly interleaved.
#[derive(Debug)]
pub struct Upstream {
    /// How long each step may take.
    pub timeouts: Timeouts,
    targets: Vec<Arc<Target>>,
    order: Vec<u16>,
    next: AtomicUsize,
}

impl Upstream {
    /// Targets with weights (at most 256 of them).
    pub fn new(targets: Vec<(Arc<Target>, u32)>, timeouts: Timeouts) -> Self {
        let weights: Vec<u32> = targets.iter().map(|(_, w)| *w).collect();
        Self { timeouts, targets: targets.into_iter().map(|(t, _)| t).collect(), order: interleave(&weights), next: AtomicUsize::new(0) }
    }

    /// The next target that is up and not `except`; when none is, any that is not `except`, then any.
    pub fn choose(&self, now_ms: u64, except: Option<&Arc<Target>>) -> Option<&Arc<Target>> {
        let n = self.order.len();
        if n == 0 {
            return None;
        }
        let start = self.next.fetch_add(1, Ordering::Relaxed);
        let other = |t: &Arc<Target>| except.is_none_or(|e| !Arc::ptr_eq(e, t));
        let ring = || (0..n).filter_map(|i| self.targets.get(usize::from(self.order[(start.wrapping_add(i)) % n])));
        ring().find(|t| t.is_up(now_ms) && other(t)).or_else(|| ring().find(|t| other(t))).or_else(|| ring().next())
    }

    /// The targets, each once.
    pub fn targets(&self) -> &[Arc<Target>] {
        &self.targets
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Smooth weighted round robin, written out once; long cycles are scaled down to about 1,000 steps.
fn interleave(weights: &[u32]) -> Vec<u16> {
    let divisor = weights.iter().copied().fold(0, gcd).max(1);
    let sum: u64 = weights.iter().map(|w| u64::from(w / divisor)).sum();
    let scale = sum.div_ceil(1000).max(1);
    let weights: Vec<i64> = weights.iter().map(|w| i64::try_from(u64::from(w / divisor).div_ceil(scale)).unwrap_or(1)).collect();
    let total: i64 = weights.iter().sum();
    let mut credit = vec![0i64; weights.len()];
    let mut order = Vec::new();
    for _ in 0..total {
        for (c, w) in credit.iter_mut().zip(&weights) {
            *c += w;
        }
        if let Some(best) = (0..credit.len()).max_by_key(|i| (credit[*i], std::cmp::Reverse(*i))) {
            credit[best] -= total;
            order.push(u16::try_from(best).unwrap_or(u16::MAX));
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_kept_and_spread() {
        assert_eq!(interleave(&[5, 1, 1]), [0, 0, 1, 0, 2, 0, 0]);
        assert_eq!(interleave(&[100, 100]), [0, 1]);
        assert!(interleave(&[1000, 999, 7]).len() <= 1010);
        assert!(interleave(&[]).is_empty());
    }

    #[test]
    fn a_target_that_is_down_is_passed_over() {
        let (a, b) = (Arc::new(Target::new("127.0.0.1:1")), Arc::new(Target::new("127.0.0.1:2")));
        let s = Duration::from_secs(1);
        let up = Upstream::new(vec![(a.clone(), 1), (b.clone(), 1)], Timeouts { connect: s, first_byte: s, between_bytes: s, total: None });
        a.failed(0);
        a.failed(0);
        assert!((0..4).all(|_| up.choose(1, None).is_some_and(|t| Arc::ptr_eq(t, &b))));
        assert!(up.choose(1, Some(&b)).is_some_and(|t| Arc::ptr_eq(t, &a)));
    }
}

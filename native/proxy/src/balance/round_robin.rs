//! In turn, by weight, smoothly interleaved.

use super::Candidate;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Longest cycle written out; weights whose sum is larger are scaled down to about this.
const LONGEST_CYCLE: u64 = 1000;

/// The turns of one cycle, and whose turn it is.
#[derive(Debug)]
pub struct RoundRobin {
    order: Vec<u16>,
    next: AtomicUsize,
    count: usize,
}

impl RoundRobin {
    /// Turns by weight.
    pub fn new(candidates: &[Candidate]) -> Self {
        let weights: Vec<u32> = candidates.iter().map(|c| c.weight).collect();
        Self { order: interleave(&weights), next: AtomicUsize::new(0), count: candidates.len() }
    }

    /// The next usable one. Whoever is passed over loses his turn, so that his share falls to all others alike.
    pub fn choose(&self, mut usable: impl FnMut(usize) -> bool) -> Option<usize> {
        for _ in 0..self.order.len() {
            let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.order.len();
            let index = usize::from(self.order[turn]);
            if usable(index) {
                return Some(index);
            }
        }
        // Other threads take turns too, so that a round may have missed one.
        (0..self.count).find(|i| usable(*i))
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Smooth weighted round robin, written out once; long cycles are scaled down.
fn interleave(weights: &[u32]) -> Vec<u16> {
    let divisor = weights.iter().copied().fold(0, gcd).max(1);
    let sum: u64 = weights.iter().map(|w| u64::from(w / divisor)).sum();
    let scale = sum.div_ceil(LONGEST_CYCLE).max(1);
    let weights: Vec<i64> = weights.iter().map(|w| i64::try_from(u64::from(w / divisor).div_ceil(scale)).unwrap_or(1)).collect();
    if weights.iter().all(|w| *w == 1) {
        return (0..weights.len()).map(|i| u16::try_from(i).unwrap_or(u16::MAX)).collect();
    }
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
    use super::super::candidates;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn weights_are_spread() {
        assert_eq!(interleave(&[5, 1, 1]), [0, 0, 1, 0, 2, 0, 0]);
        assert_eq!(interleave(&[100, 100]), [0, 1]);
        assert!(interleave(&[1000, 999, 7]).len() <= 1010);
        assert_eq!(interleave(&[1; 3000]).len(), 3000);
        assert!(interleave(&[]).is_empty());
    }

    #[test]
    fn a_lost_turn_falls_to_all_others_alike() {
        let turns = RoundRobin::new(&candidates(&[1, 1, 1]));
        let mut counts = [0; 3];
        for _ in 0..100 {
            counts[turns.choose(|i| i != 0).unwrap_or(0)] += 1;
        }
        assert_eq!(counts, [0, 50, 50]);
    }

    proptest! {
        #[test]
        fn a_cycle_keeps_the_weights(weights in prop::collection::vec(1u32..20, 1..12)) {
            let turns = RoundRobin::new(&candidates(&weights));
            let cycles = 3;
            let total: u32 = weights.iter().sum();
            let mut counts = vec![0u32; weights.len()];
            for _ in 0..cycles * total {
                counts[turns.choose(|_| true).unwrap_or(0)] += 1;
            }
            prop_assert_eq!(counts, weights.iter().map(|w| w * cycles).collect::<Vec<_>>());
        }
    }
}

//! Power of two choices: two are drawn by weight, the less busy one is taken.

use super::{Candidate, mix};
use std::cmp::Ordering;

/// Pairs drawn before all candidates are looked at.
const DRAWS: u32 = 4;

/// Weights, summed up for drawing.
#[derive(Debug)]
pub struct LeastRequest {
    weights: Vec<u32>,
    /// Sum of the weights up to and with each.
    ends: Vec<u64>,
}

impl LeastRequest {
    /// Draws by weight.
    pub fn new(candidates: &[Candidate]) -> Self {
        let weights: Vec<u32> = candidates.iter().map(|c| c.weight).collect();
        let mut sum = 0;
        let ends = weights
            .iter()
            .map(|w| {
                sum += u64::from(*w);
                sum
            })
            .collect();
        Self { weights, ends }
    }

    /// Of two different ones drawn by weight, the one with less `load` per weight; the first drawn when they are equal, so that
    /// idle candidates are taken by weight.
    pub fn choose(&self, mut random: u64, load: impl Fn(usize) -> u32, mut usable: impl FnMut(usize) -> bool) -> Option<usize> {
        if let [_] = self.weights[..] {
            return usable(0).then_some(0);
        }
        let total = *self.ends.last()?;
        for _ in 0..DRAWS {
            let first = self.at(scaled(random & 0xffff_ffff, total));
            let own = u64::from(self.weights[first]);
            let before = self.ends[first] - own;
            // Drawn from all others: what lies from the first on is moved past it.
            let other = scaled(random >> 32, total - own);
            let second = self.at(if other < before { other } else { other + own });
            match (usable(first), usable(second)) {
                (true, true) => return Some(if self.compare(second, first, &load).is_lt() { second } else { first }),
                (true, false) => return Some(first),
                (false, true) => return Some(second),
                (false, false) => random = mix(random),
            }
        }
        (0..self.weights.len()).filter(|i| usable(*i)).min_by(|a, b| self.compare(*a, *b, &load))
    }

    fn at(&self, point: u64) -> usize {
        self.ends.partition_point(|end| *end <= point).min(self.ends.len() - 1)
    }

    fn compare(&self, a: usize, b: usize, load: &impl Fn(usize) -> u32) -> Ordering {
        let scaled = |i: usize, other: usize| u64::from(load(i)) * u64::from(self.weights[other]);
        scaled(a, b).cmp(&scaled(b, a))
    }
}

/// 32 random bits scaled to `0..total`; sums of weights stay far below 2^32.
fn scaled(bits: u64, total: u64) -> u64 {
    (bits * total) >> 32
}

#[cfg(test)]
mod tests {
    use super::super::candidates;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_less_busy_one_of_two() {
        for (weights, loads, want) in
            [([1, 1], [3, 2], 1), ([1, 1], [2, 3], 0), ([10, 1], [9, 1], 0), ([10, 1], [11, 1], 1), ([1, 1000], [0, 5], 0)]
        {
            let draw = LeastRequest::new(&candidates(&weights));
            for random in (0..64).map(mix) {
                assert_eq!(draw.choose(random, |i| loads[i], |_| true), Some(want), "{weights:?} {loads:?}");
            }
        }
    }

    #[test]
    fn a_busy_one_of_many_is_spared() {
        let draw = LeastRequest::new(&candidates(&[1; 8]));
        let taken = (0..4000).map(mix).filter(|r| draw.choose(*r, |i| u32::from(i == 3), |_| true) == Some(3)).count();
        assert_eq!(taken, 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn idle_ones_are_taken_by_weight(weights in prop::collection::vec(1u32..10, 2..8), seed: u64) {
            let draw = LeastRequest::new(&candidates(&weights));
            let mut counts = vec![0f64; weights.len()];
            let rounds = 20_000;
            for i in 0..rounds {
                counts[draw.choose(mix(seed ^ mix(i)), |_| 0, |_| true).unwrap_or(0)] += 1.0;
            }
            let total: u32 = weights.iter().sum();
            for (count, weight) in counts.iter().zip(&weights) {
                let want = rounds as f64 * f64::from(*weight) / f64::from(total);
                // Six standard deviations.
                prop_assert!((count - want).abs() < 6.0 * want.sqrt(), "{} {} {:?}", count, want, weights);
            }
        }
    }
}

//! Weighted rendezvous hashing: every candidate scores every key, the highest score wins.
//!
//! Shares follow the weights exactly, and a candidate that goes takes only its own keys along. A choice looks at all candidates,
//! some ten nanoseconds each; a ring would be faster for hundreds of them, at the price of uneven shares.

use super::{Candidate, mix};

/// Candidates and how they score.
#[derive(Debug)]
pub struct ConsistentHash {
    candidates: Vec<Candidate>,
}

impl ConsistentHash {
    /// Scores by weight.
    pub fn new(candidates: &[Candidate]) -> Self {
        Self { candidates: candidates.to_vec() }
    }

    /// The usable candidate of the highest score for this hash.
    pub fn choose(&self, hash: u64, mut usable: impl FnMut(usize) -> bool) -> Option<usize> {
        let mut best = (None, f64::NEG_INFINITY);
        for (i, candidate) in self.candidates.iter().enumerate() {
            let score = score(hash, candidate);
            if score > best.1 && usable(i) {
                best = (Some(i), score);
            }
        }
        best.0
    }
}

/// `weight / -ln(u)` with `u` in (0, 1) from hash and seed: the largest of such scores is a draw by weight.
fn score(hash: u64, candidate: &Candidate) -> f64 {
    let bits = mix(hash ^ candidate.seed) >> 12;
    let u = (bits as f64 + 0.5) / (1u64 << 52) as f64;
    f64::from(candidate.weight) / -u.ln()
}

#[cfg(test)]
mod tests {
    use super::super::candidates;
    use super::*;
    use proptest::prelude::*;

    const KEYS: u64 = 4000;

    fn placed(scores: &ConsistentHash) -> Vec<usize> {
        (0..KEYS).map(|k| scores.choose(mix(k), |_| true).unwrap_or(usize::MAX)).collect()
    }

    #[test]
    fn an_unusable_ones_keys_go_to_the_others_by_weight() {
        let scores = ConsistentHash::new(&candidates(&[1, 1, 3]));
        let mut counts = [0f64; 3];
        for k in (0..KEYS).map(mix).filter(|k| scores.choose(*k, |_| true) == Some(0)) {
            counts[scores.choose(k, |i| i != 0).unwrap_or(0)] += 1.0;
        }
        assert!(counts[0] == 0.0 && (counts[2] / counts[1] - 3.0).abs() < 0.8, "{counts:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn shares_follow_the_weights(weights in prop::collection::vec(1u32..10, 1..10)) {
            let total: u32 = weights.iter().sum();
            let placed = placed(&ConsistentHash::new(&candidates(&weights)));
            for (i, weight) in weights.iter().enumerate() {
                let got = placed.iter().filter(|p| **p == i).count() as f64;
                let want = KEYS as f64 * f64::from(*weight) / f64::from(total);
                prop_assert!((got - want).abs() < 6.0 * want.sqrt(), "{} {} {:?}", got, want, weights);
            }
        }

        #[test]
        fn one_that_goes_takes_only_its_own_keys(weights in prop::collection::vec(1u32..10, 2..10), gone in any::<prop::sample::Index>()) {
            let all = candidates(&weights);
            let gone = gone.index(all.len());
            let mut fewer = all.clone();
            fewer.remove(gone);
            let (before, after) = (placed(&ConsistentHash::new(&all)), placed(&ConsistentHash::new(&fewer)));
            for (b, a) in before.iter().zip(&after) {
                prop_assert!(*b == gone || all[*b] == fewer[*a]);
            }
        }

        #[test]
        fn more_weight_only_draws_keys_to_itself(weights in prop::collection::vec(1u32..10, 2..10), heavier in any::<prop::sample::Index>()) {
            let all = candidates(&weights);
            let heavier = heavier.index(all.len());
            let mut changed = all.clone();
            changed[heavier].weight += 1;
            let (before, after) = (placed(&ConsistentHash::new(&all)), placed(&ConsistentHash::new(&changed)));
            prop_assert!(before.iter().zip(&after).all(|(b, a)| b == a || *a == heavier));
        }
    }
}

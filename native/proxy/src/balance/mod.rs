//! How one of several is chosen. A policy knows weights, randomness and what is usable, and nothing of connections.

pub mod consistent_hash;
pub mod least_request;
pub mod round_robin;

use consistent_hash::ConsistentHash;
use least_request::LeastRequest;
use round_robin::RoundRobin;

/// How an endpoint is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// In turn, by weight.
    #[default]
    RoundRobin,
    /// Of two drawn by weight, the one with fewer requests in flight per weight.
    LeastRequest,
    /// By a hash; a change of members moves few keys.
    ConsistentHash,
}

/// One of those to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What a consistent hash knows it by; the same on every gateway.
    pub seed: u64,
    /// Its share, at least 1.
    pub weight: u32,
}

/// A policy made ready for its candidates.
#[derive(Debug)]
pub enum Balance {
    /// See [`RoundRobin`].
    RoundRobin(RoundRobin),
    /// See [`LeastRequest`].
    LeastRequest(LeastRequest),
    /// See [`ConsistentHash`].
    ConsistentHash(ConsistentHash),
}

impl Balance {
    /// The policy over these candidates.
    pub fn new(policy: Policy, candidates: &[Candidate]) -> Self {
        match policy {
            Policy::RoundRobin => Self::RoundRobin(RoundRobin::new(candidates)),
            Policy::LeastRequest => Self::LeastRequest(LeastRequest::new(candidates)),
            Policy::ConsistentHash => Self::ConsistentHash(ConsistentHash::new(candidates)),
        }
    }

    /// Index of the candidate chosen; `load` tells the requests in flight of one, `usable` whether one may be taken.
    pub fn choose(&self, hash: u64, random: u64, load: impl Fn(usize) -> u32, usable: impl FnMut(usize) -> bool) -> Option<usize> {
        match self {
            Self::RoundRobin(turns) => turns.choose(usable),
            Self::LeastRequest(draw) => draw.choose(random, load, usable),
            Self::ConsistentHash(scores) => scores.choose(hash, usable),
        }
    }
}

/// Hash of a key for [`Policy::ConsistentHash`]; the same on every gateway and in every version.
pub fn hash(key: &[u8]) -> u64 {
    // FNV-1a: short keys, and whoever chooses his key may choose his endpoint anyway. The mixing makes all bits count.
    mix(key.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3)))
}

/// Spreads the bits of a number (the finaliser of `SplitMix64`).
pub(crate) fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
pub(crate) fn candidates(weights: &[u32]) -> Vec<Candidate> {
    weights.iter().enumerate().map(|(i, w)| Candidate { seed: hash(format!("10.0.0.{i}:80").as_bytes()), weight: *w }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_never_changes() {
        // Gateways of two versions side by side must agree where a client goes.
        for (key, want) in [(&b""[..], 0xc381_7c01_6ba4_ff30), (b"192.0.2.1", 0xd307_492f_ba64_da08)] {
            assert_eq!(hash(key), want, "{key:?} {:x}", hash(key));
        }
    }

    #[test]
    fn nothing_to_choose_from() {
        for policy in [Policy::RoundRobin, Policy::LeastRequest, Policy::ConsistentHash] {
            assert_eq!(Balance::new(policy, &[]).choose(1, 2, |_| 0, |_| true), None);
            let three = Balance::new(policy, &candidates(&[1, 2, 3]));
            assert_eq!(three.choose(1, 2, |_| 0, |_| false), None);
            for only in 0..3 {
                for random in 0..50u64 {
                    assert_eq!(three.choose(random, mix(random), |_| 0, |i| i == only), Some(only), "{policy:?}");
                }
            }
        }
    }
}

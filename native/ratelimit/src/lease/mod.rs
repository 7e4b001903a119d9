//! Limits that several gateways keep together, without waiting for each other.
//!
//! A ledger outside (Redis) keeps one arrival time a key, with the limit's rate and a part of its burst (its reserve). The rest
//! of the burst is with the gateways: each holds a float of tokens a key, spends from it at once, and leases what it spent from
//! the ledger in the background. A key that is not stored anywhere has its float whole and its ledger full.
//!
//! **The bound.** With N gateways, floats s and reserve B' = B - N s: over a time T the gateways admit what they held at its
//! beginning, at most N s, and what the ledger granted during it, at most B' + r T. Together B + r T. Tokens on their way count
//! as held: a float is never asked to grow beyond s.
//!
//! **Keys idle, then back.** A float is topped up until it is whole; then the entry says nothing and may be forgotten.
//!
//! **Gateways come.** One that has just come holds no float (see below) until the others have seen it and shrunk theirs; a float
//! that shrinks gives up its surplus at the next request. What the others had spent just before is theirs to lease again, so one
//! arrival can let s more pass, once. **Gateways go**: the others' floats grow some seconds later; the departed one's float may
//! have been spent just before it went, so that one departure can let s more pass, once.
//!
//! **No float** (a burst not above N, or a gateway that has just come): the first request of a key at rest is admitted and charged
//! to the ledger afterwards; the next ones wait for a token leased. At most one such request a gateway is unpaid, a key is not at
//! rest before the ledger is full again, and a token kept until then is given up, so the bound is then B + N + r T.
//!
//! **The ledger gone**: each gateway goes on alone with rate r / N and burst max(1, B / N), starting from the float that is left.
//! What it admits is charged when the ledger is back, at most as much as empties it. **The ledger emptied** (a restart): every ask
//! carries the arrival time that the gateway saw last, so a busy key's debt is restored by the first who asks.
//!
//! No clock, no randomness but the hash seed, no I/O: the caller asks the ledger, as [`Leases::collect`] says.

mod entry;
mod share;
#[cfg(test)]
mod simulation;
mod table;

pub use share::{View, reserve, share};
pub use table::Leases;

/// What the ledger is asked about one key, to be done at once and undivided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask {
    /// Number of the limit.
    pub limit: u64,
    /// The key.
    pub key: u128,
    /// Nanoseconds from one request to the next at the rate.
    pub interval_ns: u64,
    /// Tokens that the ledger holds at most.
    pub burst: u32,
    /// Tokens by which charges may put the ledger behind at most.
    pub ceiling: u32,
    /// Tokens wanted.
    pub wanted: u32,
    /// Requests that were admitted without a token.
    pub charge: u32,
    /// The arrival time last seen, in the ledger's own unit; the ledger's is not earlier.
    pub hint: f64,
}

/// What the ledger answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reply {
    /// Tokens leased, at most those wanted.
    pub granted: u32,
    /// Microseconds until the next token is there; 0 when there is one.
    pub wait_us: u64,
    /// Microseconds until the ledger is full.
    pub ahead_us: u64,
    /// Tokens left.
    pub left: u32,
    /// The arrival time, to be given back as a hint.
    pub hint: f64,
}

/// Where the entry is that an ask came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    shard: u16,
    way: u16,
    bucket: u32,
}

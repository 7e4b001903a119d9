//! From rows to a batch of the log: limits, and which series the bytes of a source stand for.

mod cache;
mod hash;
#[cfg(test)]
mod intake_tests;
mod organizations;
mod request;
mod slab;
mod tables;

pub use cache::{Cache, Figures};
pub use organizations::Allowance;
pub use request::Request;

/// What holds for all organisations.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What names and labels may be.
    pub labels: crate::Limits,
    /// Values older than this are refused, µs.
    pub oldest: i64,
    /// Values further in the future than this are refused, µs.
    pub newest: i64,
    /// A series that nothing came for in so many minutes is active no more.
    pub idle_minutes: u32,
    /// Active series of all organisations together.
    pub series: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options { labels: crate::Limits::default(), oldest: 7 * 86_400_000_000, newest: 600_000_000, idle_minutes: 60, series: 2_000_000 }
    }
}

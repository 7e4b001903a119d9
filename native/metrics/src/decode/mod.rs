//! One decoder a protocol: bytes in, rows to a [`Sink`](crate::Sink), a [`Report`](crate::Report) back.
//!
//! What a decoder has given to the sink before it returns an error is for the caller to drop.

pub mod expand;
pub mod line;
mod number;
pub mod otlp;
pub mod remote_write;
pub mod text;
mod wire;

#[cfg(test)]
pub(crate) mod testing;

pub use wire::Malformed;

/// The NaN that says that a series ended (Prometheus's staleness marker), bit by bit.
pub const STALE: u64 = 0x7ff0_0000_0000_0002;

/// The NaN that is only a value (Prometheus's own, so that it is never taken for the other).
pub const NAN: u64 = 0x7ff8_0000_0000_0001;

/// Microseconds in a millisecond.
const MILLISECOND: i64 = 1_000;

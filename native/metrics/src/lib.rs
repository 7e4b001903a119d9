//! Metrics on their way in: what senders push is decoded into rows of values.
//!
//! Times are microseconds since the Unix epoch everywhere: what `PostgreSQL` keeps.

pub mod copy;
pub mod decode;
pub mod intake;
pub mod log;
pub mod receive;
pub mod sink;

pub use sink::{Describe, Fault, Kind, Limits, Protocol, Refusal, Refused, Report, SeriesKey, Sink, Source};

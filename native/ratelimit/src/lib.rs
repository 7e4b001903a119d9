//! Rate limits by GCRA over a table of fixed size.
//!
//! The clock is the caller's: integer nanoseconds that never go back.

pub mod gcra;
pub mod lease;
pub mod table;

pub use gcra::{Decision, Quota};
pub use lease::Leases;
pub use table::Limiter;

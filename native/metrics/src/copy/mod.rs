//! From a segment to the bytes of the database's binary COPY.

mod binary;
#[cfg(test)]
mod copy_tests;
mod dictionary;
mod ids;
mod segment;

pub use binary::Copy;
pub use ids::{Ids, digest};
pub use segment::{Metadata, Segment, Series};

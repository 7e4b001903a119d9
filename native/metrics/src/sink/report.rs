//! What became of a request.

use super::Refusal;

/// Faults that are kept; all are counted.
pub const KEPT_FAULTS: usize = 100;

/// What became of a request's rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Lines, samples or data points of which every value was taken.
    pub rows: u64,
    /// Lines, samples or data points that were refused, wholly or in part, or could not be read.
    pub rejected: u64,
    /// Values taken.
    pub accepted: u64,
    /// Values the sink refused.
    pub refused_values: u64,
    /// Influx fields of text: nothing to count in them, and no fault.
    pub skipped_strings: u64,
    /// Native histograms refused; among `rejected` too.
    pub native_histograms: u64,
    /// The first faults, in order.
    pub faults: Vec<Fault>,
}

/// Something that was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The number of the line, series or data point in the request, from 1.
    pub at: u64,
    /// One sentence why.
    pub reason: &'static str,
}

impl Report {
    /// Counts what the sink said of a row of `values` values that stood at `at`.
    pub fn outcome(&mut self, at: u64, values: usize, outcome: Result<(), Refusal>) {
        match outcome {
            Ok(()) => {
                self.rows += 1;
                self.accepted += values as u64;
            }
            Err(refusal) => {
                self.accepted += values.saturating_sub(refusal.values) as u64;
                self.refused_values += refusal.values as u64;
                self.reject(at, refusal.why.sentence());
            }
        }
    }

    /// Counts a row that is not taken, and keeps the reason if it is among the first.
    pub fn reject(&mut self, at: u64, reason: &'static str) {
        self.rejected += 1;
        if self.faults.len() < KEPT_FAULTS {
            self.faults.push(Fault { at, reason });
        }
    }
}

//! What a segment says already, and what must be said before a batch.

use super::Batch;
use super::format::{SERIES, SHAPES, begin, finish};
use super::set::Set;

/// Knows the series and shapes that rows name.
pub trait Dictionary {
    /// Calls `with` with a series' canonical bytes ([`crate::SeriesKey::canonical`]).
    fn series(&self, series: u32, with: &mut dyn FnMut(&[u8]));
    /// Calls `with` with the series of a shape, in order.
    fn shape(&self, shape: u32, with: &mut dyn FnMut(&[u32]));
}

/// What the segment being filled says.
#[derive(Debug, Default)]
pub struct Defined {
    series: Set,
    shapes: Set,
}

impl Defined {
    /// A new segment says nothing yet.
    pub fn clear(&mut self) {
        self.series.clear();
        self.shapes.clear();
    }

    /// Numbers that may come to mean something else.
    pub fn forget(&mut self, series: &[u32], shapes: &[u32]) {
        for number in series {
            self.series.remove(*number);
        }
        for number in shapes {
            self.shapes.remove(*number);
        }
    }

    /// The records that must stand before a batch; from now on they count as said.
    pub fn missing(&mut self, batch: &Batch, dictionary: &dyn Dictionary) -> Vec<Vec<u8>> {
        let (mut series, mut shapes) = (Definitions::new(batch.organization), Vec::new());
        for &shape in &batch.shapes {
            if !self.shapes.insert(shape) {
                continue;
            }
            dictionary.shape(shape, &mut |members| {
                if shapes.is_empty() {
                    begin(&mut shapes, SHAPES);
                }
                shapes.extend_from_slice(&shape.to_le_bytes());
                shapes.extend_from_slice(&u32::try_from(members.len()).unwrap_or(0).to_le_bytes());
                for &member in members {
                    shapes.extend_from_slice(&member.to_le_bytes());
                    if self.series.insert(member) {
                        dictionary.series(member, &mut |bytes| series.add(member, bytes));
                    }
                }
            });
        }
        for &member in &batch.series {
            if self.series.insert(member) {
                dictionary.series(member, &mut |bytes| series.add(member, bytes));
            }
        }
        let mut records: Vec<_> = [series.record, shapes].into_iter().filter(|r| !r.is_empty()).collect();
        for record in &mut records {
            finish(record);
        }
        records
    }
}

/// A record of series. Fields of one line differ in the beginning of their names alone, so each says how much of its end is the
/// same as the one before.
struct Definitions {
    organization: [u8; 16],
    record: Vec<u8>,
    last: Vec<u8>,
}

impl Definitions {
    fn new(organization: [u8; 16]) -> Self {
        Definitions { organization, record: Vec::new(), last: Vec::new() }
    }

    fn add(&mut self, series: u32, bytes: &[u8]) {
        if self.record.is_empty() {
            begin(&mut self.record, SERIES);
            self.record.extend_from_slice(&self.organization);
        }
        let shared = bytes.iter().rev().zip(self.last.iter().rev()).take_while(|(a, b)| a == b).count();
        let own = bytes.get(..bytes.len() - shared).unwrap_or_default();
        for number in [series, u32::try_from(shared).unwrap_or(0), u32::try_from(own.len()).unwrap_or(0)] {
            self.record.extend_from_slice(&number.to_le_bytes());
        }
        self.record.extend_from_slice(own);
        self.last.clear();
        self.last.extend_from_slice(bytes);
    }
}

//! What the numbers in a segment stand for, as far as it was read.

use super::segment::Series;
use crate::log::format::{Damage, Fields};

/// Numbers beyond this are damage; an ingester gives no such.
const MOST: usize = 1 << 26;
const NONE: u32 = u32::MAX;

/// Series and shapes by their number in the segment. A number may come to stand for another series further on.
#[derive(Default)]
pub struct Dictionary {
    /// The place of a series in the order of their spelling out.
    local: Vec<u32>,
    shapes: Vec<(u32, u32)>,
    members: Vec<u32>,
    spelled: u32,
    last: Vec<u8>,
}

impl Dictionary {
    /// How many series were spelled out.
    pub fn spelled(&self) -> usize {
        self.spelled as usize
    }

    /// Reads a record of series; `keep` gets each.
    pub fn series(&mut self, mut fields: Fields<'_>, keep: &mut dyn FnMut(Series)) -> Result<(), Damage> {
        let organization = fields.organization()?;
        self.last.clear();
        while !fields.is_empty() {
            let (number, shared) = (fields.u32()? as usize, fields.u32()? as usize);
            let own = fields.text()?;
            let from = self.last.len().checked_sub(shared).ok_or(Damage::Content)?;
            self.last.splice(..from, own.iter().copied());
            if number >= MOST || std::str::from_utf8(&self.last).is_err() {
                return Err(Damage::Content);
            }
            if number >= self.local.len() {
                self.local.resize(number + 1, NONE);
            }
            if let Some(place) = self.local.get_mut(number) {
                *place = self.spelled;
            }
            self.spelled += 1;
            keep(Series { organization, canonical: self.last.as_slice().into() });
        }
        Ok(())
    }

    /// Reads a record of shapes.
    pub fn shapes(&mut self, mut fields: Fields<'_>) -> Result<(), Damage> {
        while !fields.is_empty() {
            let (number, count) = (fields.u32()? as usize, fields.u32()?);
            if number >= MOST {
                return Err(Damage::Content);
            }
            let start = u32::try_from(self.members.len()).map_err(|_| Damage::Content)?;
            for _ in 0..count {
                let member = self.find(fields.u32()?)?;
                self.members.push(member);
            }
            if number >= self.shapes.len() {
                self.shapes.resize(number + 1, (0, NONE));
            }
            if let Some(place) = self.shapes.get_mut(number) {
                *place = (start, count);
            }
        }
        Ok(())
    }

    /// The place of a series that was spelled out.
    pub fn find(&self, number: u32) -> Result<u32, Damage> {
        self.local.get(number as usize).copied().filter(|l| *l != NONE).ok_or(Damage::Content)
    }

    /// The places of a shape's series.
    pub fn members(&self, shape: u32) -> Result<&[u32], Damage> {
        let (start, count) = self.shapes.get(shape as usize).copied().filter(|(_, c)| *c != NONE).ok_or(Damage::Content)?;
        self.members.get(start as usize..start as usize + count as usize).ok_or(Damage::Content)
    }
}

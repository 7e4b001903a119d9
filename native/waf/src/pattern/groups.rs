//! Where groups of a pattern matched.

use regex_automata::util::primitives::NonMaxUsize;
use std::ops::Range;

/// Groups that `ModSecurity` keeps: the whole match and nine more.
pub const GROUPS: usize = 10;

/// Bounds of the whole match (0) and of groups 1 to 9, kept between uses without allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    pub(super) slots: [Option<NonMaxUsize>; 2 * GROUPS],
}

impl Groups {
    /// A group's bounds in the value; `None` when it took no part in the match, or does not exist.
    pub fn get(&self, group: usize) -> Option<Range<usize>> {
        let start = (*self.slots.get(2 * group)?)?;
        let end = (*self.slots.get(2 * group + 1)?)?;
        Some(start.get()..end.get())
    }

    /// What a group matched.
    pub fn text<'v>(&self, group: usize, value: &'v [u8]) -> Option<&'v [u8]> {
        value.get(self.get(group)?)
    }

    /// One more than the highest group that took part; 0 before any match.
    pub fn count(&self) -> usize {
        (0..GROUPS).rev().find(|group| self.get(*group).is_some()).map_or(0, |group| group + 1)
    }

    pub(super) fn clear(&mut self) {
        self.slots = [None; 2 * GROUPS];
    }
}

//! The byte strings of one request: each distinct one is kept once, and what was found out about it is remembered.

use super::classes::{self, Classes};
use crate::transform::{Transformation, UnicodeMap};
use foldhash::fast::FixedState;
use std::hash::BuildHasher;

/// Number of a byte string within its request; equal numbers are equal strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(u32);

impl ValueId {
    /// No value.
    pub const NONE: Self = Self(u32::MAX);
    /// The empty string.
    pub const EMPTY: Self = Self(0);
    /// `0`
    pub const ZERO: Self = Self(1);
    /// `1`
    pub const ONE: Self = Self(2);

    /// Whether there is a value.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }
}

#[derive(Clone, Copy, Debug)]
struct Item {
    start: u32,
    len: u32,
    classes: Classes,
    /// Where its bits stand in `masks`, in words; `u32::MAX` before it was scanned.
    mask: u32,
}

/// The byte strings.
#[derive(Debug)]
pub struct Values {
    bytes: Vec<u8>,
    items: Vec<Item>,
    /// Open addressing; 0 is free, else the number plus one.
    table: Vec<u32>,
    /// Open addressing; (number, transformation) to number. Key 0 is free.
    memo: Vec<(u64, u32)>,
    memos: usize,
    masks: Vec<u64>,
    out: Vec<u8>,
    hasher: FixedState,
}

const SLOTS: usize = 512;
const MEMOS: usize = 512;

impl Default for Values {
    fn default() -> Self {
        let mut values = Self {
            bytes: Vec::new(),
            items: Vec::new(),
            table: vec![0; SLOTS],
            memo: vec![(0, 0); MEMOS],
            memos: 0,
            masks: Vec::new(),
            out: Vec::new(),
            // Strings come from clients: the seed differs from process to process so that collisions cannot be prepared.
            hasher: FixedState::with_seed(seed()),
        };
        values.clear();
        values
    }
}

fn seed() -> u64 {
    foldhash::fast::RandomState::default().hash_one(0_u8)
}

impl Values {
    /// Forgets everything but the constants; memory beyond `keep` bytes is given back.
    pub fn clear(&mut self) {
        const KEEP: usize = 1 << 20;
        if self.bytes.capacity() > KEEP {
            self.bytes = Vec::new();
            self.out = Vec::new();
        }
        self.bytes.clear();
        self.items.clear();
        self.masks.clear();
        if self.table.len() > 8 * SLOTS {
            self.table = vec![0; SLOTS];
        } else {
            self.table.fill(0);
        }
        self.forget_memo();
        for constant in [&b""[..], b"0", b"1"] {
            self.intern(constant);
        }
    }

    fn forget_memo(&mut self) {
        if self.memo.len() > 8 * MEMOS {
            self.memo = vec![(0, 0); MEMOS];
        } else if self.memos > 0 {
            self.memo.fill((0, 0));
        }
        self.memos = 0;
    }

    /// Bytes held.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes of a value; nothing for [`ValueId::NONE`].
    pub fn get(&self, id: ValueId) -> &[u8] {
        let Some(item) = self.items.get(id.0 as usize) else { return &[] };
        self.bytes.get(item.start as usize..(item.start + item.len) as usize).unwrap_or_default()
    }

    /// The byte classes of a value.
    pub fn classes(&self, id: ValueId) -> Classes {
        self.items.get(id.0 as usize).map_or(0, |i| i.classes)
    }

    /// The number of a byte string, kept when it is new.
    pub fn intern(&mut self, bytes: &[u8]) -> ValueId {
        let mut at = self.slot(bytes);
        if let Some(id) = self.at(at) {
            return id;
        }
        if self.items.len() * 2 >= self.table.len() {
            self.grow();
            at = self.slot(bytes);
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.add(at, start)
    }

    /// As [`Values::intern`], for bytes made in the scratch buffer `out`.
    fn intern_out(&mut self) -> ValueId {
        let out = std::mem::take(&mut self.out);
        let id = self.intern(&out);
        self.out = out;
        id
    }

    fn add(&mut self, at: usize, start: usize) -> ValueId {
        // Bodies are bounded far below 4 GiB, and [`Values::size`] is watched between rules.
        let number = u32::try_from(self.items.len()).unwrap_or(u32::MAX - 1);
        let span = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let classes = classes::of(&self.bytes[start..]);
        self.items.push(Item { start: span(start), len: span(self.bytes.len() - start), classes, mask: u32::MAX });
        self.table[at] = number + 1;
        ValueId(number)
    }

    fn at(&self, slot: usize) -> Option<ValueId> {
        self.table.get(slot).and_then(|n| n.checked_sub(1)).map(ValueId)
    }

    /// The slot where these bytes are or belong.
    fn slot(&self, bytes: &[u8]) -> usize {
        let mask = self.table.len() - 1;
        #[allow(clippy::cast_possible_truncation)] // only low bits are used
        let mut at = self.hasher.hash_one(bytes) as usize & mask;
        while let Some(id) = self.at(at) {
            if self.get(id) == bytes {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        self.table = vec![0; self.table.len() * 2];
        for number in 0..self.items.len() {
            let id = ValueId(u32::try_from(number).unwrap_or(u32::MAX));
            let mask = self.table.len() - 1;
            #[allow(clippy::cast_possible_truncation)]
            let mut at = self.hasher.hash_one(self.get(id)) as usize & mask;
            while self.table[at] != 0 {
                at = (at + 1) & mask;
            }
            self.table[at] = id.0 + 1;
        }
    }

    /// The value after one transformation; the same number when nothing changed.
    pub fn transform(&mut self, id: ValueId, transformation: Transformation, unicode: Option<&UnicodeMap>) -> ValueId {
        if self.classes(id) & classes::triggers(transformation) == 0 && classes::triggers(transformation) != Classes::MAX {
            return id;
        }
        let key = (u64::from(id.0) << 8 | transformation as u64) + 1;
        let mut at = self.memo_slot(key);
        if self.memo[at].0 == key {
            return ValueId(self.memo[at].1);
        }
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        let changed = transformation.apply(self.get(id), &mut out, unicode);
        self.out = out;
        let result = if changed { self.intern_out() } else { id };
        self.memos += 1;
        if self.memos * 2 >= self.memo.len() {
            let old = std::mem::take(&mut self.memo);
            self.memo = vec![(0, 0); old.len() * 2];
            for (key, value) in old.into_iter().filter(|(key, _)| *key != 0) {
                let at = self.memo_slot(key);
                self.memo[at] = (key, value);
            }
            at = self.memo_slot(key);
        }
        self.memo[at] = (key, result.0);
        result
    }

    fn memo_slot(&self, key: u64) -> usize {
        let mask = self.memo.len() - 1;
        #[allow(clippy::cast_possible_truncation)]
        let mut at = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        while self.memo[at].0 != 0 && self.memo[at].0 != key {
            at = (at + 1) & mask;
        }
        at
    }

    /// The value after a chain of transformations.
    pub fn chain(&mut self, id: ValueId, chain: &[Transformation], unicode: Option<&UnicodeMap>) -> ValueId {
        chain.iter().fold(id, |id, t| self.transform(id, *t, unicode))
    }

    /// Where the bits of a value stand; `scan` makes them (`words` of them) when they are not there yet.
    pub fn mask(&mut self, id: ValueId, words: usize, scan: impl FnOnce(&[u8], &mut [u64])) -> &[u64] {
        let Some(item) = self.items.get_mut(id.0 as usize) else { return &[] };
        if item.mask == u32::MAX {
            let from = self.masks.len();
            self.masks.resize(from + words, 0);
            item.mask = u32::try_from(from).unwrap_or(u32::MAX);
            let range = item.start as usize..(item.start + item.len) as usize;
            scan(self.bytes.get(range).unwrap_or_default(), &mut self.masks[from..]);
        }
        self.masks.get(item.mask as usize..item.mask as usize + words).unwrap_or_default()
    }

    /// Whether a scanned value has this bit.
    pub fn has_bit(&self, id: ValueId, bit: u32) -> bool {
        let Some(item) = self.items.get(id.0 as usize) else { return false };
        let word = (item.mask as usize).saturating_add(bit as usize / 64);
        self.masks.get(word).is_none_or(|w| w >> (bit % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_strings_have_one_number() {
        let mut values = Values::default();
        assert_eq!(values.intern(b""), ValueId::EMPTY);
        assert_eq!(values.intern(b"1"), ValueId::ONE);
        let mut ids = Vec::new();
        for n in 0..3000_u32 {
            ids.push(values.intern(n.to_string().as_bytes()));
        }
        for (n, id) in (0..3000_u32).zip(&ids) {
            assert_eq!(values.intern(n.to_string().as_bytes()), *id);
            assert_eq!(values.get(*id), n.to_string().as_bytes());
        }
        values.clear();
        assert_eq!(values.get(ids[100]), b"");
    }

    #[test]
    fn transformations_are_remembered() {
        let mut values = Values::default();
        let id = values.intern(b"AbC");
        let lower = values.transform(id, Transformation::Lowercase, None);
        assert_eq!(values.get(lower), b"abc");
        assert_eq!(values.transform(id, Transformation::Lowercase, None), lower);
        assert_eq!(values.transform(lower, Transformation::Lowercase, None), lower);
        assert_eq!(values.transform(ValueId::NONE, Transformation::Lowercase, None), ValueId::NONE);
    }
}

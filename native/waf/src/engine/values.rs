//! The byte strings of one request: each distinct one is kept once, and what was found out about it is remembered.
//!
//! Clients send the same strings again and again (names of headers, their user agent, their cookies), so a string that came back
//! in a later request stays, with what is known of it, when others make place for new ones.

use super::classes::{self, Classes};
use super::filter::Filter;
use super::program::{Chain, Choice};
use crate::pattern::IdSet;
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
    /// The request that brought it.
    born: u32,
    /// A later request brought it too.
    again: bool,
}

/// The byte strings.
#[derive(Debug)]
pub struct Values {
    bytes: Vec<u8>,
    items: Vec<Item>,
    /// Open addressing; 0 is free, else the number plus one.
    table: Vec<u32>,
    /// Open addressing; (number, what was done) to number. Key 0 is free.
    memo: Vec<(u64, u32)>,
    memos: usize,
    masks: Vec<u64>,
    /// Words of a value's bits.
    words: usize,
    out: Vec<u8>,
    hasher: FixedState,
    /// Number of the request.
    turn: u32,
    /// Grows when numbers get other meanings.
    generation: u32,
}

const SLOTS: usize = 512;
const MEMOS: usize = 512;
/// Bytes and strings that may stay for the next request; beyond either only those that came back do.
const STAY_BYTES: usize = 64 << 10;
const STAY_ITEMS: usize = 1024;
/// What was done to a string, in numbers: transformations from 0, chains of them, choices by an expression.
const CHAINS: u32 = 0x100;
const CHOICES: u32 = 0x4000;
/// The highest number of a chain.
pub const MOST_CHAINS: u16 = 0x3eff;
/// The highest number of a choice.
pub const MOST_CHOICES: u16 = 0xbfff;
/// Longest string that is kept at every stage it goes through, bytes.
const SHORT: u32 = 512;
/// Strings that are always there: those of [`ValueId`]'s constants.
const CONSTANTS: [&[u8]; 3] = [b"", b"0", b"1"];

impl Default for Values {
    fn default() -> Self {
        let mut values = Self {
            bytes: Vec::new(),
            items: Vec::new(),
            table: vec![0; SLOTS],
            memo: vec![(0, 0); MEMOS],
            memos: 0,
            masks: Vec::new(),
            words: 0,
            out: Vec::new(),
            // Strings come from clients: the seed differs from process to process so that collisions cannot be prepared.
            hasher: FixedState::with_seed(seed()),
            turn: 0,
            generation: 0,
        };
        for constant in CONSTANTS {
            values.intern(constant);
        }
        values
    }
}

fn key(id: ValueId, what: u32) -> u64 {
    (u64::from(id.0) << 16 | u64::from(what)) + 1
}

fn seed() -> u64 {
    foldhash::fast::RandomState::default().hash_one(0_u8)
}

impl Values {
    /// Ready for the next request: numbers given before mean nothing any more.
    pub fn next(&mut self) {
        self.turn = self.turn.wrapping_add(1);
        if self.bytes.len() > STAY_BYTES || self.items.len() > STAY_ITEMS {
            self.sift();
        }
    }

    /// Leaves only the strings that came back since the last time, if those are few enough, and what was found out about them.
    fn sift(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        let old = std::mem::take(&mut self.items);
        let (bytes, masks, memo) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.masks), std::mem::take(&mut self.memo));
        self.table = vec![0; SLOTS];
        (self.memo, self.memos) = (vec![(0, 0); MEMOS], 0);
        self.out = Vec::new();
        let mut numbers = vec![u32::MAX; old.len()];
        for (number, item) in old.iter().enumerate() {
            let full = self.bytes.len() + item.len as usize > STAY_BYTES / 2 || self.items.len() >= STAY_ITEMS / 2;
            if number >= CONSTANTS.len() && (!item.again || full) {
                continue;
            }
            let id = self.intern(bytes.get(item.start as usize..(item.start + item.len) as usize).unwrap_or_default());
            numbers[number] = id.0;
            let Some(new) = self.items.last_mut() else { continue };
            new.born = self.turn.wrapping_sub(1);
            if let Some(bits) = masks.get(item.mask as usize..(item.mask as usize).saturating_add(2 * self.words)) {
                new.mask = u32::try_from(self.masks.len()).unwrap_or(u32::MAX);
                self.masks.extend_from_slice(bits);
            }
        }
        for (key, result) in memo.into_iter().filter(|(key, _)| *key != 0) {
            let (number, what) = ((key - 1) >> 16, (key - 1) & 0xffff);
            let new = |number: u64| usize::try_from(number).ok().and_then(|n| numbers.get(n)).copied().filter(|n| *n != u32::MAX);
            if let (Some(number), Some(result)) = (new(number), new(u64::from(result))) {
                self.remember((u64::from(number) << 16 | what) + 1, result);
            }
        }
    }

    /// Takes the place of other values, whose numbers mean nothing here.
    pub const fn succeed(&mut self, other: &Self) {
        self.turn = other.turn;
        self.generation = other.generation.wrapping_add(1);
    }

    /// The same as long as numbers mean the strings that they meant.
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// The bits of a value as they are now; nothing before it was scanned.
    pub fn bits(&self, id: ValueId) -> &[u64] {
        let Some(item) = self.items.get(id.0 as usize) else { return &[] };
        self.masks.get(item.mask as usize..(item.mask as usize).saturating_add(self.words)).unwrap_or_default()
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

    /// Whether a value is short enough to be kept for its own sake.
    pub fn is_short(&self, id: ValueId) -> bool {
        self.items.get(id.0 as usize).is_some_and(|item| item.len <= SHORT)
    }

    /// The byte classes of a value.
    pub fn classes(&self, id: ValueId) -> Classes {
        self.items.get(id.0 as usize).map_or(0, |i| i.classes)
    }

    /// The number of a byte string, kept when it is new.
    pub fn intern(&mut self, bytes: &[u8]) -> ValueId {
        let mut at = self.slot(bytes);
        if let Some(id) = self.at(at) {
            self.seen(id);
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

    /// Notes that this request has a string too.
    fn seen(&mut self, id: ValueId) {
        if let Some(item) = self.items.get_mut(id.0 as usize) {
            item.again |= item.born != self.turn;
        }
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
        self.items.push(Item {
            start: span(start),
            len: span(self.bytes.len() - start),
            classes,
            mask: u32::MAX,
            born: self.turn,
            again: false,
        });
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
        let key = key(id, transformation as u32);
        if let Some(known) = self.known(key) {
            return known;
        }
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        let changed = transformation.apply(self.get(id), &mut out, unicode);
        self.out = out;
        let result = if changed { self.intern_out() } else { id };
        self.remember(key, result.0);
        result
    }

    fn known(&mut self, key: u64) -> Option<ValueId> {
        let (known, result) = self.memo[self.memo_slot(key)];
        if known != key {
            return None;
        }
        self.seen(ValueId(result));
        Some(ValueId(result))
    }

    fn remember(&mut self, key: u64, result: u32) {
        self.memos += 1;
        if self.memos * 2 >= self.memo.len() {
            let old = std::mem::take(&mut self.memo);
            self.memo = vec![(0, 0); old.len() * 2];
            for (key, value) in old.into_iter().filter(|(key, _)| *key != 0) {
                let at = self.memo_slot(key);
                self.memo[at] = (key, value);
            }
        }
        let at = self.memo_slot(key);
        self.memo[at] = (key, result);
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
    pub fn chain(&mut self, id: ValueId, chain: &Chain, unicode: Option<&UnicodeMap>) -> ValueId {
        if let [] | [_] = **chain {
            return chain.iter().fold(id, |id, t| self.transform(id, *t, unicode));
        }
        let key = key(id, CHAINS + u32::from(chain.number));
        if let Some(known) = self.known(key) {
            return known;
        }
        let result = chain.iter().fold(id, |id, t| self.transform(id, *t, unicode));
        self.remember(key, result.0);
        result
    }

    /// Whether an expression chooses a name.
    pub fn chosen(&mut self, name: ValueId, choice: &Choice) -> bool {
        let Some(number) = choice.number else { return choice.pattern.is_match(self.get(name)) };
        let key = key(name, CHOICES + u32::from(number));
        if let Some(known) = self.known(key) {
            return known == ValueId::ONE;
        }
        let chosen = choice.pattern.is_match(self.get(name));
        self.remember(key, if chosen { ValueId::ONE.0 } else { ValueId::ZERO.0 });
        chosen
    }

    /// The bits of a value, `words` of them; the filter finds them when they are not there yet. A value that differs from `like`
    /// in the case of its letters at most has the same literals.
    pub fn mask(&mut self, id: ValueId, like: Option<ValueId>, words: usize, ids: &mut IdSet, filter: &Filter) -> &[u64] {
        let Some(item) = self.items.get(id.0 as usize).copied() else { return &[] };
        let at = item.mask as usize;
        if item.mask != u32::MAX {
            return self.masks.get(at..at + words).unwrap_or_default();
        }
        let from = self.masks.len();
        self.words = words;
        // Bits first, then what literals say.
        self.masks.resize(from + 2 * words, 0);
        let value = self.bytes.get(item.start as usize..(item.start + item.len) as usize).unwrap_or_default();
        let twin = like
            .and_then(|like| self.items.get(like.0 as usize))
            .filter(|other| other.mask != u32::MAX && self.span(other).eq_ignore_ascii_case(value))
            .map(|other| other.mask as usize + words);
        if let Some(twin) = twin {
            self.masks.copy_within(twin..twin + words, from + words);
        }
        if let Some(item) = self.items.get_mut(id.0 as usize) {
            item.mask = u32::try_from(from).unwrap_or(u32::MAX);
        }
        let (bits, literals) = self.masks[from..].split_at_mut(words);
        filter.scan(value, ids, bits, literals, twin.is_some());
        self.masks.get(from..from + words).unwrap_or_default()
    }

    fn span(&self, item: &Item) -> &[u8] {
        self.bytes.get(item.start as usize..(item.start + item.len) as usize).unwrap_or_default()
    }

    /// Takes a bit from a scanned value: its test was made and gave nothing, and would again.
    pub fn drop_bit(&mut self, id: ValueId, bit: u32) {
        let Some(item) = self.items.get(id.0 as usize) else { return };
        if let Some(word) = self.masks.get_mut((item.mask as usize).saturating_add(bit as usize / 64)) {
            *word &= !(1 << (bit % 64));
        }
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
        values.next();
        assert_eq!(values.get(ids[100]), b"", "too many to stay");
        assert_eq!(values.intern(b"1"), ValueId::ONE);
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

    #[test]
    fn what_came_back_stays_with_what_is_known_of_it() {
        let mut values = Values::default();
        let (mut ids, filter) = (IdSet::default(), Filter::default());
        let agent = values.intern(b"Mozilla/5.0 (X11)");
        let lower = values.transform(agent, Transformation::Lowercase, None);
        // Nothing is filtered, so that every bit is there.
        assert_eq!(values.mask(lower, None, 2, &mut ids, &filter), [u64::MAX, u64::MAX]);
        values.drop_bit(lower, 65);
        values.next();
        assert_eq!(values.intern(b"Mozilla/5.0 (X11)"), agent);
        assert_eq!(values.transform(agent, Transformation::Lowercase, None), lower);
        values.intern(&vec![b'x'; STAY_BYTES]);
        values.next();
        let agent = values.intern(b"Mozilla/5.0 (X11)");
        assert!(values.size() < 100, "the long one made place");
        let lower = values.transform(agent, Transformation::Lowercase, None);
        assert_eq!(values.get(lower), b"mozilla/5.0 (x11)");
        assert_eq!(values.mask(lower, None, 2, &mut ids, &filter), [u64::MAX, u64::MAX - 2]);
        for turn in 0..2 {
            values.intern(&vec![b'y'; STAY_BYTES]);
            values.next();
            assert_eq!(values.size() > 2, turn == 0, "what does not come back goes");
        }
    }
}

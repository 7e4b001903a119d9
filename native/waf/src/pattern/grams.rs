//! Search for thousands of literals at once, without regard to the case of ASCII letters.
//!
//! Of each literal four bytes that are rare in ordinary values stand for it (two, when it is shorter than four). At every place of
//! a value, two look-ups in tables of a few KiB say whether any of those may stand there, and only then literals are compared.
//! Unlike the steps of an automaton, the look-ups do not wait for each other.

use super::frequency;
use std::collections::HashMap;

/// Bits of the table for four bytes: at 2,000 literals, one place in 66 passes by chance.
const QUAD_BITS: u32 = 17;
/// Comparisons that a search may make in vain, and further ones for each byte: beyond it everything counts as found.
const VAIN: usize = 64;

/// Places in which a search remembers four bytes whose literals were all found.
const DONE: usize = 64;

type Quads = [u64; 1 << (QUAD_BITS - 6)];
type Pairs = [u64; 1 << 8];

/// A part of a list: where it begins, and how long it is.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// What `more` becomes at the end of a list.
    fn append<T: Copy>(list: &mut Vec<T>, more: &[T]) -> Self {
        let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let start = short(list.len());
        list.extend_from_slice(more);
        Self { start, len: short(more.len()) }
    }

    fn of<T>(self, list: &[T]) -> &[T] {
        let start = self.start as usize;
        list.get(start..start.saturating_add(self.len as usize)).unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug)]
struct Literal {
    text: Span,
    /// Where in it the bytes stand that the tables know.
    offset: u32,
    owners: Span,
}

/// Literals and who looks for them.
#[derive(Debug)]
pub(super) struct Grams {
    quads: Box<Quads>,
    pairs: Box<Pairs>,
    /// Literals by their bytes in the tables.
    by_gram: HashMap<u32, Span, foldhash::fast::FixedState>,
    /// All of them, those of the same bytes next to each other; texts and owners stand in the lists below.
    literals: Box<[Literal]>,
    texts: Box<[u8]>,
    owners: Box<[u32]>,
}

/// Four bytes with the bit set that tells the cases of a letter apart; other bytes may fall together by it.
#[inline]
fn quad(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

#[inline]
fn quad_index(quad: u32) -> usize {
    (quad.wrapping_mul(0x9E37_79B1) >> (32 - QUAD_BITS)) as usize
}

/// The first two bytes of four, in 14 bits.
#[inline]
fn pair_index(quad: u32) -> usize {
    (quad & 0x7f | quad >> 1 & 0x3f80) as usize
}

impl Grams {
    /// Literals of two bytes or more in lower case, each with the ids that want it.
    pub(super) fn new(literals: &[(Vec<u8>, Vec<u32>)]) -> Self {
        let (mut quads, mut pairs) = (Box::new([0; 1 << (QUAD_BITS - 6)]), Box::new([0; 1 << 8]));
        let (mut texts, mut all_owners) = (Vec::new(), Vec::new());
        let mut found: HashMap<u32, Vec<Literal>, foldhash::fast::FixedState> = HashMap::default();
        for (text, owners) in literals {
            let width = if text.len() >= 4 { 4 } else { 2 };
            let cost = |(offset, gram): (usize, &[u8])| {
                let crowd = found.get(&key(gram)).map_or(0, Vec::len);
                (offset, key(gram), frequency::of_gram(gram) * (1 + crowd) as f64)
            };
            let cheapest = text.windows(width).enumerate().map(cost).min_by(|a, b| a.2.total_cmp(&b.2));
            let Some((offset, gram, _)) = cheapest else { continue };
            if width == 4 {
                let index = quad_index(gram);
                quads[index >> 6] |= 1 << (index & 63);
            } else {
                let index = pair_index(gram);
                pairs[index >> 6] |= 1 << (index & 63);
            }
            let text = Span::append(&mut texts, text);
            let owners = Span::append(&mut all_owners, owners);
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            found.entry(gram).or_default().push(Literal { text, offset, owners });
        }
        // Every rule set has these tables of its own: what is kept of them has no room to grow.
        let mut ordered = Vec::with_capacity(literals.len());
        let by_gram = found.into_iter().map(|(gram, of_gram)| (gram, Span::append(&mut ordered, &of_gram))).collect();
        Self { quads, pairs, by_gram, literals: ordered.into(), texts: texts.into(), owners: all_owners.into() }
    }

    /// Calls `found` with every id that wants a literal of the value, perhaps more than once. `false` when so much in the value
    /// looks like literals without being any that the search was ended: then every id counts as found.
    #[must_use]
    pub(super) fn search(&self, value: &[u8], mut found: impl FnMut(u32)) -> bool {
        let mut vain = VAIN + value.len();
        // What was found needs no look at its further places.
        let mut done = [0_u32; DONE];
        let mut near_end = [0u8; 6];
        for (at, window) in value.windows(4).enumerate() {
            let Ok(bytes) = window.try_into() else { continue };
            let here = quad(bytes);
            if self.may_begin(here) {
                let place = &mut done[(here ^ here >> 16) as usize % DONE];
                if *place == here {
                    continue;
                }
                let in_vain = self.compare(value, at, here, &mut found);
                if in_vain == 0 {
                    *place = here;
                }
                vain = vain.saturating_sub(in_vain);
                if vain == 0 {
                    return false;
                }
            }
        }
        // The last places have no four bytes before them.
        let last = value.len().saturating_sub(3);
        let rest = value.get(last..).unwrap_or_default();
        near_end[..rest.len()].copy_from_slice(rest);
        for (at, window) in near_end.windows(4).enumerate().take(rest.len()) {
            let Ok(bytes) = window.try_into() else { continue };
            let here = quad(bytes);
            if self.may_begin(here) {
                self.compare(value, last + at, here, &mut found);
            }
        }
        true
    }

    #[inline]
    fn may_begin(&self, here: u32) -> bool {
        let (quad, pair) = (quad_index(here), pair_index(here));
        // The masks are for the compiler: neither index can be larger.
        let quads = self.quads[(quad >> 6) & (self.quads.len() - 1)] >> (quad & 63);
        let pairs = self.pairs[(pair >> 6) & (self.pairs.len() - 1)] >> (pair & 63);
        (quads | pairs) & 1 == 1
    }

    /// Compares the literals that may stand around a place, and says how many did not.
    #[cold]
    fn compare(&self, value: &[u8], at: usize, here: u32, found: &mut impl FnMut(u32)) -> usize {
        let mut vain = 0;
        for gram in [here, here & 0xffff] {
            for literal in self.by_gram.get(&gram).copied().unwrap_or_default().of(&self.literals) {
                let wanted = literal.text.of(&self.texts);
                let text = at.checked_sub(literal.offset as usize).and_then(|start| value.get(start..start + wanted.len()));
                if text.is_some_and(|text| text.eq_ignore_ascii_case(wanted)) {
                    literal.owners.of(&self.owners).iter().for_each(|id| found(*id));
                } else {
                    vain += 1;
                }
            }
        }
        vain
    }

    /// How many literals there are.
    pub(super) fn len(&self) -> usize {
        self.literals.len()
    }

    /// Bytes held.
    pub(super) fn memory(&self) -> usize {
        let lists = size_of_val(&*self.literals) + self.texts.len() + size_of_val(&*self.owners);
        // An entry and its mark, and a table that is seven eighths full at most.
        size_of::<Quads>() + size_of::<Pairs>() + lists + self.by_gram.capacity() * 8 / 7 * (size_of::<(u32, Span)>() + 1)
    }
}

/// What the tables know of two or four bytes.
fn key(bytes: &[u8]) -> u32 {
    match *bytes {
        [a, b, c, d] => quad([a, b, c, d]),
        [a, b] => quad([a, b, 0, 0]) & 0xffff,
        _ => 0,
    }
}

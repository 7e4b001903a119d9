//! Search for thousands of literals at once, without regard to the case of ASCII letters.
//!
//! Of each literal four bytes that are rare in ordinary values stand for it (two, when it is shorter than four). At every place of
//! a value, two look-ups in tables of a few KiB say whether any of those may stand there, and only then literals are compared.
//! Unlike the steps of an automaton, the look-ups do not wait for each other. A value that is full of what looks like literals and is
//! none would make them slow: an automaton for all literals goes on where too much was compared in vain.

use super::frequency;
use aho_corasick::automaton::Automaton;
use aho_corasick::automaton::StateID;
use aho_corasick::nfa::contiguous;
use aho_corasick::{Anchored, MatchKind};
use std::collections::HashMap;

/// Bits of the table for four bytes: at 2,000 literals, one place in 66 passes by chance.
const QUAD_BITS: u32 = 17;
/// Comparisons that a search may make in vain, and bytes that allow one more: beyond it the automaton is faster.
const VAIN: usize = 64;
const VAIN_BYTES: usize = 8;

/// Places in which a search remembers four bytes whose literals were all found; and those in which the automaton's search remembers
/// states whose literals it told.
const DONE: usize = 64;
const STATES: usize = 1021;

type Quads = [u64; 1 << (QUAD_BITS - 6)];
type Pairs = [u64; 1 << 8];

#[derive(Debug)]
struct Literal {
    text: Box<[u8]>,
    /// Where in it the bytes stand that the tables know.
    offset: usize,
    /// Its place among all.
    number: usize,
}

/// Literals and who looks for them.
#[derive(Debug)]
pub(super) struct Grams {
    quads: Box<Quads>,
    pairs: Box<Pairs>,
    /// Literals by their bytes in the tables.
    by_gram: HashMap<u32, Vec<Literal>, foldhash::fast::FixedState>,
    /// Who wants each literal.
    owners: Vec<Box<[u32]>>,
    /// Finds every literal; none when it would be too large.
    automaton: Option<Box<contiguous::NFA>>,
    /// Bytes of the longest.
    longest: usize,
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

/// A place among [`DONE`]. Values repeat bytes in many ways: the same two twice must not fall together with their contrary.
#[inline]
fn done_index(quad: u32) -> usize {
    (quad.wrapping_mul(0x85EB_CA6B) >> (32 - DONE.trailing_zeros())) as usize % DONE
}

/// The first two bytes of four, in 14 bits.
#[inline]
fn pair_index(quad: u32) -> usize {
    (quad & 0x7f | quad >> 1 & 0x3f80) as usize
}

impl Grams {
    /// Literals of two bytes or more in lower case, each with the ids that want it.
    pub(super) fn new(literals: Vec<(Vec<u8>, Vec<u32>)>) -> Self {
        let mut grams = Self {
            quads: Box::new([0; 1 << (QUAD_BITS - 6)]),
            pairs: Box::new([0; 1 << 8]),
            by_gram: HashMap::default(),
            owners: Vec::with_capacity(literals.len()),
            automaton: automaton(&literals).map(Box::new),
            longest: literals.iter().map(|(text, _)| text.len()).max().unwrap_or(0),
        };
        for (text, owners) in literals {
            let width = if text.len() >= 4 { 4 } else { 2 };
            let cost = |offset: &usize| {
                let crowd = grams.by_gram.get(&key(&text[*offset..*offset + width])).map_or(0, Vec::len);
                frequency::of_literals(&[text[*offset..*offset + width].to_vec()]) * (1 + crowd) as f64
            };
            let offset = (0..=text.len() - width).min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or(0);
            let gram = key(&text[offset..offset + width]);
            if width == 4 {
                let index = quad_index(gram);
                grams.quads[index >> 6] |= 1 << (index & 63);
            } else {
                let index = pair_index(gram);
                grams.pairs[index >> 6] |= 1 << (index & 63);
            }
            grams.by_gram.entry(gram).or_default().push(Literal { text: text.into(), offset, number: grams.owners.len() });
            grams.owners.push(owners.into());
        }
        grams
    }

    /// Calls `found` with every id that wants a literal of the value, perhaps more than once. `false` when that would take too long:
    /// then every id counts as found.
    #[must_use]
    pub(super) fn search(&self, value: &[u8], mut found: impl FnMut(u32)) -> bool {
        let mut vain = VAIN + value.len() / VAIN_BYTES;
        // What was found needs no look at its further places.
        let mut done = [0_u32; DONE];
        let mut near_end = [0u8; 6];
        for (at, window) in value.windows(4).enumerate() {
            let Ok(bytes) = window.try_into() else { continue };
            let here = quad(bytes);
            if self.may_begin(here) {
                let place = &mut done[done_index(here)];
                if *place == here {
                    continue;
                }
                let compared = self.compare(value, at, here, &mut found);
                if compared == 0 {
                    *place = here;
                }
                vain = vain.saturating_sub(compared);
                if vain == 0 {
                    return self.go_on(value.get(at.saturating_sub(self.longest)..).unwrap_or_default(), &mut found);
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

    /// The rest of a search, in time that is linear whatever the value is: two parts of it side by side, as a step waits for the one
    /// before it.
    #[cold]
    fn go_on(&self, value: &[u8], found: &mut impl FnMut(u32)) -> bool {
        let Some(automaton) = &self.automaton else { return false };
        let Ok(start) = automaton.start_state(Anchored::No) else { return false };
        let half = value.len() / 2;
        let left = value.get(..half).unwrap_or_default();
        // The second part begins so much earlier that a literal across the middle is in it.
        let before = half.saturating_sub(self.longest);
        let right = value.get(before..before + half).unwrap_or_default();
        let (mut one, mut other) = (start, start);
        let mut done = [None; STATES];
        for (a, b) in left.iter().zip(right) {
            (one, other) = (automaton.next_state(Anchored::No, one, *a), automaton.next_state(Anchored::No, other, *b));
            if automaton.is_special(one) {
                self.tell(automaton, one, &mut done, found);
            }
            if automaton.is_special(other) {
                self.tell(automaton, other, &mut done, found);
            }
        }
        for byte in value.get(before + half..).unwrap_or_default() {
            other = automaton.next_state(Anchored::No, other, *byte);
            self.tell(automaton, other, &mut done, found);
        }
        true
    }

    fn tell(&self, automaton: &contiguous::NFA, state: StateID, done: &mut [Option<StateID>; STATES], found: &mut impl FnMut(u32)) {
        let place = &mut done[state.as_usize() % STATES];
        if automaton.is_match(state) && *place != Some(state) {
            *place = Some(state);
            let all = (0..automaton.match_len(state)).map(|index| automaton.match_pattern(state, index).as_usize());
            all.filter_map(|number| self.owners.get(number)).flatten().for_each(|id| found(*id));
        }
    }

    #[inline]
    fn may_begin(&self, here: u32) -> bool {
        let (quad, pair) = (quad_index(here), pair_index(here));
        // The masks are for the compiler: neither index can be larger.
        let quads = self.quads[(quad >> 6) & (self.quads.len() - 1)] >> (quad & 63);
        let pairs = self.pairs[(pair >> 6) & (self.pairs.len() - 1)] >> (pair & 63);
        (quads | pairs) & 1 == 1
    }

    /// Compares the literals that may stand around a place, and says how many those were; none when all of them stand there, so that
    /// nothing is to be found where the same bytes come again.
    #[cold]
    fn compare(&self, value: &[u8], at: usize, here: u32, found: &mut impl FnMut(u32)) -> usize {
        let (mut all, mut compared) = (true, 0);
        for gram in [here, here & 0xffff] {
            for literal in self.by_gram.get(&gram).map_or(&[][..], Vec::as_slice) {
                compared += 1;
                let text = at.checked_sub(literal.offset).and_then(|start| value.get(start..start + literal.text.len()));
                if text.is_some_and(|text| text.eq_ignore_ascii_case(&literal.text)) {
                    self.owners.get(literal.number).into_iter().flatten().for_each(|id| found(*id));
                } else {
                    all = false;
                }
            }
        }
        if all { 0 } else { compared }
    }

    /// How many literals there are.
    pub(super) fn len(&self) -> usize {
        self.owners.len()
    }

    /// Bytes held.
    pub(super) fn memory(&self) -> usize {
        let literal = |literal: &Literal| size_of_val(literal) + literal.text.len();
        let literals: usize = self.by_gram.values().flatten().map(literal).sum();
        let owners: usize = self.owners.iter().map(|owners| size_of_val(owners) + size_of_val(&**owners)).sum();
        let automaton = self.automaton.as_ref().map_or(0, |automaton| automaton.memory_usage());
        size_of::<Quads>() + size_of::<Pairs>() + literals + owners + automaton + self.by_gram.capacity() * 40
    }
}

fn automaton(literals: &[(Vec<u8>, Vec<u32>)]) -> Option<contiguous::NFA> {
    let mut builder = contiguous::Builder::new();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::Standard).prefilter(false);
    builder.build(literals.iter().map(|(text, _)| text)).ok()
}

/// What the tables know of two or four bytes.
fn key(bytes: &[u8]) -> u32 {
    match *bytes {
        [a, b, c, d] => quad([a, b, c, d]),
        [a, b] => quad([a, b, 0, 0]) & 0xffff,
        _ => 0,
    }
}

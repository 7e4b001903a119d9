//! Search for thousands of literals at once, without regard to the case of ASCII letters.
//!
//! Of each literal four bytes that are rare in ordinary values stand for it (two, when it is shorter than four). At every place of
//! a value, two look-ups in tables of a few KiB say whether any of those may stand there, and only then literals are compared.
//! Unlike the steps of an automaton, the look-ups do not wait for each other. A value that is full of what looks like literals and is
//! none would make them slow: an automaton for all literals goes on where too much was compared in vain.

use super::automata::Part;
use super::frequency;
use aho_corasick::Anchored;
use aho_corasick::automaton::Automaton;
use aho_corasick::automaton::StateID;
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

/// A part of a list: where it begins, and how long it is.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    len: u32,
}

fn short(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Span {
    /// What `more` becomes at the end of a list.
    fn append<T: Copy>(list: &mut Vec<T>, more: &[T]) -> Self {
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
    /// Its place among all.
    number: u32,
}

/// Literals and who looks for them.
#[derive(Debug)]
pub(super) struct Grams {
    quads: Box<Quads>,
    pairs: Box<Pairs>,
    /// Literals by their bytes in the tables.
    by_gram: HashMap<u32, Span, foldhash::fast::FixedState>,
    /// All of them, those of the same bytes next to each other; their texts stand in the list below.
    literals: Box<[Literal]>,
    texts: Box<[u8]>,
    /// Who wants each literal, by its number: parts of the list below.
    owners: Box<[Span]>,
    all_owners: Box<[u32]>,
    /// Find every literal; none when one would be too large.
    automata: Option<Box<[Part]>>,
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
    pub(super) fn new(literals: &[(Vec<u8>, Vec<u32>)]) -> Self {
        let (mut quads, mut pairs) = (Box::new([0; 1 << (QUAD_BITS - 6)]), Box::new([0; 1 << 8]));
        let (mut texts, mut owners, mut all_owners) = (Vec::new(), Vec::with_capacity(literals.len()), Vec::new());
        let mut found: HashMap<u32, Vec<Literal>, foldhash::fast::FixedState> = HashMap::default();
        for (text, wanted_by) in literals {
            let width = if text.len() >= 4 { 4 } else { 2 };
            let cost = |(offset, gram): (usize, &[u8])| {
                let crowd = found.get(&key(gram)).map_or(0, Vec::len);
                (offset, key(gram), frequency::of_gram(gram) * (1 + crowd) as f64)
            };
            let cheapest = text.windows(width).enumerate().map(cost).min_by(|a, b| a.2.total_cmp(&b.2));
            let Some((offset, gram, _)) = cheapest else {
                // Its number is taken all the same: the automaton has it too.
                owners.push(Span::default());
                continue;
            };
            if width == 4 {
                let index = quad_index(gram);
                quads[index >> 6] |= 1 << (index & 63);
            } else {
                let index = pair_index(gram);
                pairs[index >> 6] |= 1 << (index & 63);
            }
            let text = Span::append(&mut texts, text);
            let (offset, number) = (short(offset), short(owners.len()));
            owners.push(Span::append(&mut all_owners, wanted_by));
            found.entry(gram).or_default().push(Literal { text, offset, number });
        }
        // Every rule set has these tables of its own: what is kept of them has no room to grow.
        let mut ordered = Vec::with_capacity(literals.len());
        let by_gram = found.into_iter().map(|(gram, of_gram)| (gram, Span::append(&mut ordered, &of_gram))).collect();
        Self {
            quads,
            pairs,
            by_gram,
            literals: ordered.into(),
            texts: texts.into(),
            owners: owners.into(),
            all_owners: all_owners.into(),
            automata: Part::all(&literals.iter().map(|(text, _)| text.as_slice()).collect::<Vec<_>>()).map(Vec::into),
            longest: literals.iter().map(|(text, _)| text.len()).max().unwrap_or(0),
        }
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
        let Some(automata) = &self.automata else { return false };
        automata.iter().all(|part| self.run(part, value, found))
    }

    fn run(&self, part: &Part, value: &[u8], found: &mut impl FnMut(u32)) -> bool {
        let automaton = &part.known.nfa;
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
                self.tell(part, one, &mut done, found);
            }
            if automaton.is_special(other) {
                self.tell(part, other, &mut done, found);
            }
        }
        for byte in value.get(before + half..).unwrap_or_default() {
            other = automaton.next_state(Anchored::No, other, *byte);
            self.tell(part, other, &mut done, found);
        }
        true
    }

    fn tell(&self, part: &Part, state: StateID, done: &mut [Option<StateID>; STATES], found: &mut impl FnMut(u32)) {
        let automaton = &part.known.nfa;
        let place = &mut done[state.as_usize() % STATES];
        if automaton.is_match(state) && *place != Some(state) {
            *place = Some(state);
            let all = (0..automaton.match_len(state)).map(|index| automaton.match_pattern(state, index).as_usize());
            let own = all.filter_map(|number| part.numbers.get(number).copied().flatten());
            own.for_each(|number| self.wanted_by(number as usize).iter().for_each(|id| found(*id)));
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
            for literal in self.by_gram.get(&gram).copied().unwrap_or_default().of(&self.literals) {
                compared += 1;
                let wanted = literal.text.of(&self.texts);
                let text = at.checked_sub(literal.offset as usize).and_then(|start| value.get(start..start + wanted.len()));
                if text.is_some_and(|text| text.eq_ignore_ascii_case(wanted)) {
                    self.wanted_by(literal.number as usize).iter().for_each(|id| found(*id));
                } else {
                    all = false;
                }
            }
        }
        if all { 0 } else { compared }
    }

    fn wanted_by(&self, number: usize) -> &[u32] {
        self.owners.get(number).copied().unwrap_or_default().of(&self.all_owners)
    }

    /// How many literals there are.
    pub(super) fn len(&self) -> usize {
        self.owners.len()
    }

    /// Bytes held.
    pub(super) fn memory(&self) -> usize {
        let lists = size_of_val(&*self.literals) + self.texts.len() + size_of_val(&*self.owners) + size_of_val(&*self.all_owners);
        let automaton = self.automata.iter().flatten().map(Part::memory).sum::<usize>();
        // An entry and its mark, and a table that is seven eighths full at most.
        size_of::<Quads>() + size_of::<Pairs>() + lists + automaton + self.by_gram.capacity() * 8 / 7 * (size_of::<(u32, Span)>() + 1)
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

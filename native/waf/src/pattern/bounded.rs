//! The matcher for what no automaton can do: it backtracks, and stops when its steps are used up.

use super::ast::Position;
use super::byte_set::ByteSet;
use super::program::{Instruction, Program};

/// Steps that every search may take, and further ones for each byte of the value.
const STEPS: u64 = 20_000;
const STEPS_A_BYTE: u64 = 64;
/// Steps of one search at most: about 20 ms.
const MAX_STEPS: u64 = 4_000_000;
/// Ways that may be left to try at a time.
const MAX_WAYS: usize = 1_000_000;

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Match,
    NoMatch,
    GaveUp,
}

/// What to do when the way that is being tried fails.
enum Undo {
    Try { place: usize, at: usize },
    Restore { slot: usize, old: usize },
}

/// A slot that holds no position.
pub(super) const NONE: usize = usize::MAX;

struct Search<'a> {
    code: &'a [Instruction],
    value: &'a [u8],
    slots: Vec<usize>,
    undo: Vec<Undo>,
    steps: u64,
}

/// Searches from `from` to the right; `first` are the bytes that a match can begin with, all when it can be empty.
/// On a match `slots` holds the groups' bounds, or [`NONE`].
pub(super) fn search(program: &Program, value: &[u8], from: usize, first: &ByteSet, slots: &mut Vec<usize>) -> Outcome {
    let steps = STEPS.saturating_add(STEPS_A_BYTE.saturating_mul(value.len() as u64)).min(MAX_STEPS);
    let mut search = Search { code: &program.code, value, slots: vec![NONE; program.slots], undo: Vec::new(), steps };
    for start in from..=value.len() {
        if value.get(start).map_or(*first != ByteSet::ALL, |byte| !first.contains(*byte)) {
            continue;
        }
        search.slots.fill(NONE);
        search.undo.clear();
        search.slots[0] = start;
        match search.run(0, start) {
            Ok(None) => {}
            Ok(Some(end)) => {
                search.slots[1] = end;
                slots.clone_from(&search.slots);
                return Outcome::Match;
            }
            Err(()) => return Outcome::GaveUp,
        }
    }
    Outcome::NoMatch
}

impl Search<'_> {
    /// Runs to [`Instruction::Accept`] and gives the position there; `Err` when the steps are used up.
    /// Recursion is as deep as look-around is nested in the pattern.
    fn run(&mut self, mut place: usize, mut at: usize) -> Result<Option<usize>, ()> {
        let floor = self.undo.len();
        loop {
            self.steps = self.steps.checked_sub(1).ok_or(())?;
            let went_on = match self.code[place] {
                Instruction::Byte(set) => self.value.get(at).is_some_and(|byte| set.contains(*byte)).then(|| (place + 1, at + 1)),
                Instruction::At(position) => self.holds(position, at).then_some((place + 1, at)),
                Instruction::Jump(to) => Some((to, at)),
                Instruction::Split(first, second) => {
                    if self.undo.len() >= MAX_WAYS {
                        return Err(());
                    }
                    self.undo.push(Undo::Try { place: second, at });
                    Some((first, at))
                }
                Instruction::Save(slot) => {
                    self.undo.push(Undo::Restore { slot, old: self.slots[slot] });
                    self.slots[slot] = at;
                    Some((place + 1, at))
                }
                Instruction::Close { group, start } => {
                    let (low, high) = (2 * group as usize, 2 * group as usize + 1);
                    self.undo.push(Undo::Restore { slot: low, old: self.slots[low] });
                    self.undo.push(Undo::Restore { slot: high, old: self.slots[high] });
                    (self.slots[low], self.slots[high]) = (self.slots[start], at);
                    Some((place + 1, at))
                }
                Instruction::IfMoved { slot, to } => Some((if self.slots[slot] == at { place + 1 } else { to }, at)),
                Instruction::Backreference { group, fold } => self.repeated(group, fold, at)?.map(|at| (place + 1, at)),
                Instruction::Atomic { then } => {
                    let inner = self.undo.len();
                    let end = self.run(place + 1, at)?;
                    self.forget_ways(inner);
                    end.map(|end| (then, end))
                }
                Instruction::Around { back, negative, then } => {
                    let inner = self.undo.len();
                    let matched = match at.checked_sub(back) {
                        Some(from) => self.run(place + 1, from)?.is_some(),
                        None => false,
                    };
                    if negative {
                        self.rewind(inner);
                    } else {
                        self.forget_ways(inner);
                    }
                    (matched != negative).then_some((then, at))
                }
                Instruction::Accept => return Ok(Some(at)),
            };
            match went_on.or_else(|| self.fail(floor)) {
                Some((next, position)) => (place, at) = (next, position),
                None => return Ok(None),
            }
        }
    }

    /// The next way to try above `floor`, with the slots as they were then.
    fn fail(&mut self, floor: usize) -> Option<(usize, usize)> {
        while self.undo.len() > floor {
            match self.undo.pop()? {
                Undo::Try { place, at } => return Some((place, at)),
                Undo::Restore { slot, old } => self.slots[slot] = old,
            }
        }
        None
    }

    /// The slots as they were at `floor`, and nothing left to try above it.
    fn rewind(&mut self, floor: usize) {
        while self.undo.len() > floor {
            if let Some(Undo::Restore { slot, old }) = self.undo.pop() {
                self.slots[slot] = old;
            }
        }
    }

    /// Keeps what was matched above `floor`: only what to restore remains.
    fn forget_ways(&mut self, floor: usize) {
        let mut kept = floor;
        for index in floor..self.undo.len() {
            if matches!(self.undo[index], Undo::Restore { .. }) {
                self.undo.swap(kept, index);
                kept += 1;
            }
        }
        self.undo.truncate(kept);
    }

    fn repeated(&mut self, group: u32, fold: bool, at: usize) -> Result<Option<usize>, ()> {
        let (from, to) = (self.slots[2 * group as usize], self.slots[2 * group as usize + 1]);
        // A group that has not matched fails, as in PCRE.
        let Some(text) = self.value.get(from..to).filter(|_| from != NONE) else { return Ok(None) };
        self.steps = self.steps.checked_sub(text.len() as u64 / 8).ok_or(())?;
        let Some(here) = self.value.get(at..at + text.len()) else { return Ok(None) };
        let same = if fold { here.eq_ignore_ascii_case(text) } else { here == text };
        Ok(same.then_some(at + text.len()))
    }

    fn holds(&self, position: Position, at: usize) -> bool {
        let (value, length) = (self.value, self.value.len());
        let before = at.checked_sub(1).and_then(|index| value.get(index));
        let after = value.get(at);
        let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        match position {
            Position::Start => at == 0,
            Position::End => at == length,
            Position::EndOrFinalNewline => at == length || (at + 1 == length && after == Some(&b'\n')),
            Position::LineStart => before.is_none_or(|byte| *byte == b'\n'),
            Position::LineEnd => after.is_none_or(|byte| *byte == b'\n'),
            Position::WordBoundary => is_word(before) != is_word(after),
            Position::NotWordBoundary => is_word(before) == is_word(after),
        }
    }
}

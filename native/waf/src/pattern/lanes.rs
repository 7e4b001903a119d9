//! Long values are searched at several places at a time.
//!
//! A step of an automaton waits for the step before it, and the processor with it. So the value is cut into parts that are searched
//! side by side, each as if a search began there. A match found that way is one. Without any, the parts are put together: the state
//! in which one part ends goes on into the next until it is the state that the search there was in at the same place, from where on
//! both are the same. What is said is what one search from the beginning would say.

use regex_automata::dfa::{Automaton as _, dense};
use regex_automata::hybrid::{LazyStateID, dfa as lazy};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input};

/// Parts that are searched side by side.
const LANES: usize = 4;
/// Bytes between two places at which states are compared, in long values and in others.
const BLOCK: usize = 1024;
const SMALL_BLOCK: usize = 64;
/// Shortest value that is cut into parts, bytes: what a search costs to set up is then little.
pub(super) const SHORTEST: usize = 3 * LANES * SMALL_BLOCK;

fn block(value: &[u8]) -> usize {
    if value.len() < 4 * LANES * BLOCK { SMALL_BLOCK } else { BLOCK }
}

/// Where a step leads that is none of the usual.
enum Turn<S> {
    /// To a state that is remembered.
    To(S),
    /// To a match.
    Match,
    /// Nowhere: another search must be made.
    Lost,
}

/// An automaton that goes from state to state.
trait Steps {
    type State: Copy + PartialEq;
    /// The state of a search that begins here; none when there is none that stays valid.
    fn start(&mut self, value: &[u8], at: usize) -> Option<Self::State>;
    /// The next state, perhaps a special one.
    fn next(&self, state: Self::State, byte: u8) -> Self::State;
    /// Whether there is more to it than the state.
    fn is_special(&self, state: Self::State) -> bool;
    /// What a special state that is next means.
    fn turn(&mut self, state: Self::State, byte: u8, next: Self::State) -> Turn<Self::State>;
    /// Whether the end of the value makes it a match.
    fn ends(&mut self, state: Self::State) -> Option<bool>;
}

impl Steps for &dense::DFA<Vec<u32>> {
    type State = StateID;

    fn start(&mut self, value: &[u8], at: usize) -> Option<StateID> {
        self.start_state_forward(&Input::new(value).range(at..).anchored(Anchored::No)).ok()
    }

    #[inline]
    fn next(&self, state: StateID, byte: u8) -> StateID {
        self.next_state(state, byte)
    }

    #[inline]
    fn is_special(&self, state: StateID) -> bool {
        self.is_special_state(state)
    }

    fn turn(&mut self, _: StateID, _: u8, next: StateID) -> Turn<StateID> {
        if self.is_match_state(next) {
            Turn::Match
        } else if self.is_quit_state(next) {
            Turn::Lost
        } else {
            Turn::To(next)
        }
    }

    fn ends(&mut self, state: StateID) -> Option<bool> {
        Some(self.is_match_state(self.next_eoi_state(state)))
    }
}

struct Lazy<'a> {
    dfa: &'a lazy::DFA,
    cache: &'a mut lazy::Cache,
}

impl Steps for Lazy<'_> {
    type State = LazyStateID;

    fn start(&mut self, value: &[u8], at: usize) -> Option<Self::State> {
        let cleared = self.cache.clear_count();
        let start = self.dfa.start_state_forward(self.cache, &Input::new(value).range(at..).anchored(Anchored::No)).ok()?;
        (self.cache.clear_count() == cleared && !start.is_tagged()).then_some(start)
    }

    #[inline]
    fn next(&self, state: Self::State, byte: u8) -> Self::State {
        self.dfa.next_state_untagged(self.cache, state, byte)
    }

    #[inline]
    fn is_special(&self, state: Self::State) -> bool {
        state.is_tagged()
    }

    #[cold]
    fn turn(&mut self, state: Self::State, byte: u8, mut next: Self::State) -> Turn<Self::State> {
        if next.is_unknown() {
            let cleared = self.cache.clear_count();
            let Ok(made) = self.dfa.next_state(self.cache, state, byte) else { return Turn::Lost };
            // The other searches' states mean nothing any more.
            if self.cache.clear_count() != cleared {
                return Turn::Lost;
            }
            next = made;
        }
        if next.is_match() {
            Turn::Match
        } else if next.is_tagged() {
            Turn::Lost
        } else {
            Turn::To(next)
        }
    }

    fn ends(&mut self, state: Self::State) -> Option<bool> {
        Some(self.dfa.next_eoi_state(self.cache, state).ok()?.is_match())
    }
}

/// Whether the automaton, which is not anchored, matches; none when that must be found in another way.
pub(super) fn dense_is_match(dfa: &dense::DFA<Vec<u32>>, value: &[u8]) -> Option<bool> {
    is_match(dfa, value, block(value))
}

/// The same for one that is made as values need it.
pub(super) fn lazy_is_match(dfa: &lazy::DFA, cache: &mut lazy::Cache, value: &[u8]) -> Option<bool> {
    is_match(Lazy { dfa, cache }, value, block(value))
}

fn is_match<S: Steps>(mut steps: S, value: &[u8], block: usize) -> Option<bool> {
    let part = value.len() / LANES / block * block;
    if part == 0 {
        return None;
    }
    let (parts, rest) = value.split_at_checked(part * LANES)?;
    let mut lanes = [steps.start(value, 0)?; LANES];
    for (number, lane) in lanes.iter_mut().enumerate().skip(1) {
        *lane = steps.start(value, number * part)?;
    }
    let (first, mut passed) = (lanes, Vec::with_capacity(part / block));
    for at in (0..part).step_by(block) {
        let of = |lane: usize| parts.get(lane * part + at..lane * part + at + block).unwrap_or_default();
        if side_by_side(&mut steps, &mut lanes, [of(0), of(1), of(2), of(3)])? {
            return Some(true);
        }
        passed.push(lanes);
    }
    let mut state = lanes[0];
    for lane in 1..LANES {
        let (mut same, mut at) = (state == first[lane], lane * part);
        for there in &passed {
            if same {
                break;
            }
            if one_by_one(&mut steps, &mut state, parts.get(at..at + block).unwrap_or_default())? {
                return Some(true);
            }
            at += block;
            same = state == there[lane];
        }
        if same {
            state = lanes[lane];
        }
    }
    if one_by_one(&mut steps, &mut state, rest)? {
        return Some(true);
    }
    steps.ends(state)
}

/// Moves all lanes over as many bytes; whether one came to a match.
#[inline]
fn side_by_side<S: Steps>(steps: &mut S, lanes: &mut [S::State; LANES], [a, b, c, d]: [&[u8]; LANES]) -> Option<bool> {
    for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
        let bytes = [*a, *b, *c, *d];
        let mut next = [steps.next(lanes[0], *a), steps.next(lanes[1], *b), steps.next(lanes[2], *c), steps.next(lanes[3], *d)];
        if next.iter().fold(false, |any, state| any | steps.is_special(*state)) {
            for ((next, lane), byte) in next.iter_mut().zip(*lanes).zip(bytes) {
                // An automaton that is being made may have got the state meanwhile.
                if steps.is_special(*next) {
                    match steps.turn(lane, byte, *next) {
                        Turn::To(state) => *next = state,
                        Turn::Match => return Some(true),
                        Turn::Lost => return None,
                    }
                }
            }
        }
        *lanes = next;
    }
    Some(false)
}

fn one_by_one<S: Steps>(steps: &mut S, state: &mut S::State, bytes: &[u8]) -> Option<bool> {
    for byte in bytes {
        let mut next = steps.next(*state, *byte);
        if steps.is_special(next) {
            match steps.turn(*state, *byte, next) {
                Turn::To(to) => next = to,
                Turn::Match => return Some(true),
                Turn::Lost => return None,
            }
        }
        *state = next;
    }
    Some(false)
}

#[cfg(test)]
#[allow(clippy::expect_used)]
#[path = "lanes_tests.rs"]
mod tests;

//! Patterns of `@rx` in PCRE's dialect over bytes, in time linear in the value's length.
//!
//! A pattern is read into a tree of our own, and automata are made of it. What no automaton has is put in other terms where that is
//! possible. What remains runs in a matcher that backtracks and gives up after so many steps, and only on values that an automaton
//! for a wider pattern lets through. Of the Core Rule Set, version 4 is linear as it stands; of 3.3 these are not:
//!
//! | rule | construct | what is done |
//! |---|---|---|
//! | 920120 | look-behind for one of eight words | its complement is written out before the `;`; groups by the bounded matcher |
//! | 920600, 942260 | `\s*+`, `[^…]++` | greedy, and what follows must not begin with a byte of the set |
//! | 953120 | `(?!xml)` at the end | its complement is written out; groups by the bounded matcher |
//! | 942130 | compares two words (`\1`, `(?!\1)`) | bounded |
//!
//! Differences from PCRE that are left: `^` in multi-line mode also matches behind a newline that ends the value, and a group in a loop
//! keeps what its last round that consumed a byte matched, where PCRE notes an empty last round.

mod ast;
mod automata;
mod automaton;
mod bounded;
mod byte_set;
mod caches;
mod error;
mod flags;
mod frequency;
mod grams;
mod groups;
mod lanes;
mod lower;
mod parse;
mod parse_class;
mod parse_escape;
mod parse_group;
mod possessive;
mod prefilter;
mod program;
mod required;
mod rewrite;
mod trim;
mod words;

pub use byte_set::ByteSet;
pub use caches::thread_memory;
pub use error::{PatternError, Reason};
pub use flags::Flags;
pub use groups::{GROUPS, Groups};
pub use prefilter::{Builder, IdSet, Prefilter};
pub use required::Required;

use crate::shared::{Pool, Shared};
use ast::Node;
use automaton::{Automaton, MAX_NFA};
use bounded::Outcome;
use program::Program;
use regex_automata::meta;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Input, MatchKind, PatternID};
use rewrite::Rewriting;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a pattern is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approach {
    /// By automata, as it stands.
    Linear,
    /// By an automaton for an equivalent pattern.
    Rewritten {
        /// The construct that was put in other terms.
        why: &'static str,
    },
    /// By backtracking within a number of steps.
    Bounded {
        /// The construct that no automaton has.
        why: &'static str,
    },
}

/// The steps of a [`Approach::Bounded`] pattern were used up before it was known whether it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GaveUp;

/// A compiled pattern, for any number of threads.
#[derive(Debug)]
pub struct Pattern {
    approach: Approach,
    /// Says whether the pattern matches; a bounded one only that it may.
    question: Automaton,
    exact: Exact,
    required: Required,
    gave_up: AtomicU64,
}

/// Finds where the pattern and its groups match.
#[derive(Debug)]
enum Exact {
    Linear { regex: Box<meta::Regex>, key: caches::Key },
    Bounded { program: Box<Program>, first: ByteSet, question: Box<Program>, question_first: ByteSet },
}

impl Pattern {
    /// Compiles a pattern; errors carry the offset.
    pub fn compile(source: &str, flags: Flags) -> Result<Self, PatternError> {
        Self::compile_bytes(source.as_bytes(), flags)
    }

    /// Compiles a pattern, or takes the one that somebody else in this process has of the same source and flags: what searches learn
    /// is shared with it.
    pub fn shared(source: &str, flags: Flags) -> Result<Shared<Self>, PatternError> {
        static POOL: Pool<Pattern> = Pool::new();
        POOL.get(&[source.as_bytes(), &[flags.bits()]].concat(), || Self::compile(source, flags))
    }

    /// Compiles a pattern that need not be UTF-8.
    pub fn compile_bytes(source: &[u8], flags: Flags) -> Result<Self, PatternError> {
        let parsed = parse::parse(source, flags)?;
        let failed = |reason| PatternError::new(0, reason);
        // The program is made for every pattern with a look-behind, for it is what says that its length varies.
        let bounded = || -> Result<Exact, PatternError> {
            let program = Program::new(&parsed.node, parsed.groups).map_err(failed)?;
            let trimmed = trim::trim_lead(&parsed.node);
            let question = Program::new(&trimmed, parsed.groups).map_err(failed)?;
            Ok(Exact::Bounded {
                program: Box::new(program),
                first: first_of(&parsed.node),
                question: Box::new(question),
                question_first: first_of(&trimmed),
            })
        };
        let why = construct(&parsed.node);
        let regular = parsed.node.is_regular();
        let (approach, question, exact) = match rewrite::rewrite(&parsed.node) {
            Rewriting::Alike(node) => {
                let approach = if regular { Approach::Linear } else { Approach::Rewritten { why } };
                let exact = linear(&node).map_err(failed)?;
                (approach, node, exact)
            }
            Rewriting::Whether(node) => (Approach::Rewritten { why }, node, bounded()?),
            Rewriting::Wider(node) => (Approach::Bounded { why }, node, bounded()?),
        };
        let question = trim::trim(&question);
        let required = Required::of(&question);
        let hir = lower::lower(&question, false).ok_or_else(|| failed(Reason::Unsupported("this combination of look-around")))?;
        let question = Automaton::new(&hir).map_err(failed)?;
        Ok(Self { approach, question, exact, required, gave_up: AtomicU64::new(0) })
    }

    /// How the pattern is run.
    pub const fn approach(&self) -> &Approach {
        &self.approach
    }

    /// What every match contains.
    pub const fn required(&self) -> &Required {
        &self.required
    }

    /// Whether the pattern matches anywhere in the value. A search that gives up counts as no match, see [`Self::gave_up`].
    pub fn is_match(&self, value: &[u8]) -> bool {
        self.try_match(value).unwrap_or(false)
    }

    /// Whether the pattern matches, or that it is not known.
    pub fn try_match(&self, value: &[u8]) -> Result<bool, GaveUp> {
        if value.len() < self.required.min_length || !self.question.is_match(value) {
            return Ok(false);
        }
        match (&self.exact, self.approach) {
            (Exact::Bounded { question, question_first, .. }, Approach::Bounded { .. }) => {
                match bounded::search(question, value, 0, question_first, &mut Vec::new()) {
                    Outcome::Match => Ok(true),
                    Outcome::NoMatch => Ok(false),
                    Outcome::GaveUp => Err(self.give_up()),
                }
            }
            _ => Ok(true),
        }
    }

    /// The leftmost match and its groups. Without a match `groups` is empty.
    pub fn captures(&self, value: &[u8], groups: &mut Groups) -> bool {
        groups.clear();
        self.try_match(value) == Ok(true) && self.captures_at(value, 0, groups)
    }

    /// The leftmost match that begins at `from` or later; what stands before it is seen by conditions on positions.
    pub fn captures_at(&self, value: &[u8], from: usize, groups: &mut Groups) -> bool {
        groups.clear();
        if from > value.len() {
            return false;
        }
        match &self.exact {
            Exact::Linear { regex, key } => {
                let input = Input::new(value).range(from..);
                // With no more room than the pattern has groups, a pattern without any is spared the search that follows each way.
                let room = (2 * regex.group_info().group_len(PatternID::ZERO)).min(groups.slots.len());
                let slots = groups.slots.get_mut(..room).unwrap_or_default();
                caches::with(*key, || regex.create_cache(), |cache| regex.search_slots_with(cache, &input, slots).is_some())
            }
            Exact::Bounded { program, first, .. } => {
                let mut slots = Vec::new();
                let outcome = bounded::search(program, value, from, first, &mut slots);
                for (slot, position) in groups.slots.iter_mut().zip(slots.iter().take(program.group_slots)) {
                    *slot = NonMaxUsize::new(*position);
                }
                if outcome == Outcome::GaveUp {
                    self.give_up();
                }
                outcome == Outcome::Match
            }
        }
    }

    /// How many searches were given up since the pattern was compiled.
    pub fn gave_up(&self) -> u64 {
        self.gave_up.load(Ordering::Relaxed)
    }

    fn give_up(&self) -> GaveUp {
        self.gave_up.fetch_add(1, Ordering::Relaxed);
        GaveUp
    }

    /// Bytes held for all threads together; what each thread needs besides is bounded, see [`thread_memory`].
    pub fn memory(&self) -> usize {
        let exact = match &self.exact {
            Exact::Linear { regex, .. } => regex.memory_usage(),
            Exact::Bounded { program, question, .. } => (program.code.len() + question.code.len()) * size_of::<program::Instruction>(),
        };
        self.question.memory() + exact
    }

    /// Whether the automaton was made in full beforehand.
    pub fn is_dense(&self) -> bool {
        self.question.is_dense()
    }
}

fn linear(node: &Node) -> Result<Exact, Reason> {
    let too_large = Reason::TooLarge(MAX_NFA);
    let hir = lower::lower(node, true).ok_or_else(|| too_large.clone())?;
    let config = meta::Regex::config()
        .match_kind(MatchKind::LeftmostFirst)
        .utf8_empty(false)
        .nfa_size_limit(Some(MAX_NFA))
        .dfa(false)
        .onepass(false)
        .hybrid_cache_capacity(256 * 1024);
    let regex = meta::Regex::builder().configure(config).build_from_hir(&hir).map_err(|_| too_large)?;
    Ok(Exact::Linear { regex: Box::new(regex), key: caches::Key::new() })
}

/// Bytes that a match begins with; all when it may be empty.
fn first_of(node: &Node) -> ByteSet {
    if node.is_nullable() { ByteSet::ALL } else { node.first() }
}

/// Names the construct that keeps a pattern from being regular.
fn construct(node: &Node) -> &'static str {
    let has = |test: fn(&Node) -> bool| node.any(&test);
    if has(|node| matches!(node, Node::Backreference { .. })) {
        "back-reference"
    } else if has(|node| matches!(node, Node::Around { ahead: false, .. })) {
        "look-behind"
    } else if has(|node| matches!(node, Node::Around { .. })) {
        "look-ahead"
    } else if has(|node| matches!(node, Node::Atomic(_))) {
        "atomic group"
    } else if has(|node| matches!(node, Node::Repeat { greed: ast::Greed::Possessive, .. })) {
        "possessive repetition"
    } else if has(|node| matches!(node, Node::Keep)) {
        r"\K"
    } else {
        "end before a final newline"
    }
}

#[cfg(test)]
mod crs_rules;
#[cfg(test)]
mod crs_tests;
#[cfg(test)]
mod tests;

//! Automata that find literals in linear time. One for the core rules' takes a megabyte, so that rule sets with nearly the same
//! literals share it: what it finds and a set does not look for is passed over, and what only this set looks for has one of its own.

use aho_corasick::MatchKind;
use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// An automaton, and the number of each literal in it.
#[derive(Debug)]
pub(super) struct Known {
    /// The automaton.
    pub nfa: contiguous::NFA,
    numbers: HashMap<Box<[u8]>, usize, foldhash::fast::FixedState>,
}

/// One of the automata of a set.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The automaton.
    pub known: Arc<Known>,
    /// By the automaton's number the set's own; none for what the set does not look for.
    pub numbers: Box<[Option<u32>]>,
}

/// The automata that others may share, as long as one of them has it.
static SHARED: Mutex<Vec<Weak<Known>>> = Mutex::new(Vec::new());

fn make(literals: &[(u32, &[u8])]) -> Option<Known> {
    let mut builder = contiguous::Builder::new();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::Standard).prefilter(false);
    let nfa = builder.build(literals.iter().map(|(_, text)| text)).ok()?;
    Some(Known { nfa, numbers: literals.iter().enumerate().map(|(number, (_, text))| (Box::from(*text), number)).collect() })
}

impl Part {
    /// Of these literals those that the automaton knows.
    fn new(known: Arc<Known>, literals: &[(u32, &[u8])]) -> Self {
        let mut numbers = vec![None; known.numbers.len()];
        for (own, text) in literals {
            if let Some(place) = known.numbers.get(*text).and_then(|number| numbers.get_mut(*number)) {
                *place = Some(*own);
            }
        }
        Self { known, numbers: numbers.into() }
    }

    fn count(&self) -> usize {
        self.numbers.iter().flatten().count()
    }

    /// Automata that find all of these literals, each with its number; none when one would be too large.
    pub(super) fn all(literals: &[&[u8]]) -> Option<Vec<Self>> {
        let numbered: Vec<(u32, &[u8])> = (0..).zip(literals.iter().copied()).collect();
        // Held while one is made: whoever needs nearly the same meanwhile waits instead of making it too.
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.retain(|known| known.strong_count() > 0);
        let candidates = shared.iter().filter_map(Weak::upgrade).map(|known| Self::new(known, &numbered));
        // One that knows much else would be slow for nothing.
        let fits = |part: &Self| part.count() * 2 >= numbered.len() && part.count() * 2 >= part.numbers.len();
        let Some(part) = candidates.filter(fits).max_by_key(Self::count) else {
            let known = Arc::new(make(&numbered)?);
            shared.push(Arc::downgrade(&known));
            return Some(vec![Self::new(known, &numbered)]);
        };
        let left: Vec<(u32, &[u8])> = numbered.into_iter().filter(|(_, text)| !part.known.numbers.contains_key(*text)).collect();
        if left.is_empty() {
            return Some(vec![part]);
        }
        let own = Self::new(Arc::new(make(&left)?), &left);
        Some(vec![part, own])
    }

    /// Bytes held, of what is shared the set's part.
    pub(super) fn memory(&self) -> usize {
        let shares = Arc::strong_count(&self.known).max(1);
        size_of_val(&*self.numbers) + self.known.nfa.memory_usage() / shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(from: u32, to: u32) -> Vec<Vec<u8>> {
        (from..to).map(|n| format!("literal{n}x").into_bytes()).collect()
    }

    fn all(texts: &[Vec<u8>]) -> Vec<Part> {
        Part::all(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap_or_default()
    }

    #[test]
    fn sets_with_nearly_the_same_literals_share() {
        let (base, more, fewer, other) = (texts(0, 100), texts(0, 103), texts(7, 100), texts(500, 600));
        let first = all(&more);
        for (set, parts) in [(&base, 1), (&fewer, 1), (&[texts(0, 90), texts(900, 905)].concat(), 2), (&more, 1)] {
            let found = all(set);
            assert_eq!(found.len(), parts);
            assert!(Arc::ptr_eq(&found[0].known, &first[0].known));
            // Each literal has its number once.
            let mut numbers: Vec<u32> = found.iter().flat_map(|part| part.numbers.iter().flatten().copied()).collect();
            numbers.sort_unstable();
            assert!(numbers.into_iter().eq(0..u32::try_from(set.len()).unwrap_or(0)));
        }
        assert!(!Arc::ptr_eq(&all(&other)[0].known, &first[0].known));
        let gone = Arc::downgrade(&first[0].known);
        drop(first);
        assert!(gone.upgrade().is_none(), "nobody has it");
    }
}

//! One pass over a value that says which of many patterns may match it.

use super::byte_set::ByteSet;
use super::required::Required;
use aho_corasick::automaton::Automaton;
use aho_corasick::{Anchored, MatchKind, dfa::DFA};
use std::collections::HashMap;

/// A set of ids: small numbers, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdSet {
    words: Vec<u64>,
}

impl IdSet {
    /// The set as words of 64 ids each, the lowest first; ids beyond them are not in it.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Adds an id.
    #[inline]
    pub fn insert(&mut self, id: u32) {
        let word = (id / 64) as usize;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (id % 64);
    }

    /// Whether the id is in the set.
    #[inline]
    pub fn contains(&self, id: u32) -> bool {
        self.words.get((id / 64) as usize).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    /// Removes every id and keeps the memory.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The ids in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words
            .iter()
            .zip(0u32..)
            .flat_map(|(word, index)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| index * 64 + bit))
    }
}

/// Collects what patterns require.
#[derive(Debug, Default)]
pub struct Builder {
    entries: Vec<(u32, Required)>,
}

impl Builder {
    /// Adds a pattern under an id. Ids are small numbers from 0: the scan's result has a bit for each.
    pub fn add(&mut self, id: u32, required: Required) -> &mut Self {
        self.entries.push((id, required));
        self
    }

    /// Makes the prefilter. `None` when the automaton would be too large, which 2^31 states would be.
    pub fn build(self) -> Option<Prefilter> {
        let mut numbers: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut literals: Vec<Vec<u8>> = Vec::new();
        let mut owners: Vec<Vec<u32>> = Vec::new();
        let mut always = IdSet::default();
        let mut unfiltered = IdSet::default();
        let mut checks = Vec::new();
        for (id, required) in self.entries {
            if required.is_nothing() && required.min_length == 0 {
                always.insert(id);
                continue;
            }
            checks.push(Check { id, min_length: required.min_length, bytes: required.bytes });
            if required.literals.is_empty() {
                unfiltered.insert(id);
            }
            for literal in required.literals {
                let number = *numbers.entry(literal.clone()).or_insert_with(|| {
                    literals.push(literal);
                    owners.push(Vec::new());
                    literals.len() - 1
                });
                owners[number].push(id);
            }
        }
        let automaton = if literals.is_empty() {
            None
        } else {
            let mut builder = DFA::builder();
            builder
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::Standard)
                .start_kind(aho_corasick::StartKind::Unanchored)
                .prefilter(false);
            Some(builder.build(&literals).ok()?)
        };
        Some(Prefilter { automaton, owners, always, unfiltered, checks })
    }
}

#[derive(Debug)]
struct Check {
    id: u32,
    min_length: usize,
    bytes: Vec<ByteSet>,
}

/// Says which patterns may match a value. It may name one that does not match, and never leaves one out that does.
#[derive(Debug)]
pub struct Prefilter {
    automaton: Option<DFA>,
    /// Ids by literal.
    owners: Vec<Vec<u32>>,
    always: IdSet,
    /// Ids without literals, which other conditions may still rule out.
    unfiltered: IdSet,
    checks: Vec<Check>,
}

impl Prefilter {
    /// An empty collection.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Ids of which nothing is known: they may match every value, and scans do not name them.
    pub const fn always(&self) -> &IdSet {
        &self.always
    }

    /// Makes `out` the ids that may match `value`, those of [`Self::always`] excepted.
    pub fn scan(&self, value: &[u8], out: &mut IdSet) {
        out.words.clone_from(&self.unfiltered.words);
        if let Some(automaton) = &self.automaton {
            self.search(automaton, value, out);
        }
        if out.is_empty() {
            return;
        }
        let mut present = ByteSet::EMPTY;
        for byte in value {
            present.insert(*byte);
        }
        for check in &self.checks {
            if out.contains(check.id) && (value.len() < check.min_length || check.bytes.iter().any(|set| set.is_disjoint(&present))) {
                out.remove(check.id);
            }
        }
    }

    fn search(&self, automaton: &DFA, value: &[u8], out: &mut IdSet) {
        let Ok(mut state) = automaton.start_state(Anchored::No) else { return };
        for byte in value {
            state = automaton.next_state(Anchored::No, state, *byte);
            // A state knows every literal that ends here, shorter ones within longer ones too.
            if automaton.is_special(state) && automaton.is_match(state) {
                for index in 0..automaton.match_len(state) {
                    let literal = automaton.match_pattern(state, index).as_usize();
                    self.owners[literal].iter().for_each(|id| out.insert(*id));
                }
            }
        }
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.automaton.as_ref().map_or(0, Automaton::memory_usage) + self.owners.iter().map(|ids| 24 + ids.len() * 4).sum::<usize>()
    }

    /// How many different literals are looked for.
    pub fn literals(&self) -> usize {
        self.owners.len()
    }
}

impl IdSet {
    /// Takes an id out.
    #[inline]
    pub fn remove(&mut self, id: u32) {
        if let Some(word) = self.words.get_mut((id / 64) as usize) {
            *word &= !(1 << (id % 64));
        }
    }
}

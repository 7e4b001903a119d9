//! The automaton that says whether a pattern matches: a DFA made in full when it is small, else made as values need it.

use super::caches;
use super::error::Reason;
use super::lanes;
use regex_automata::dfa::{Automaton as _, dense};
use regex_automata::hybrid::dfa as lazy;
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::{Hir, Look};

/// Bytes that a pattern's NFA may take. The largest of the Core Rule Set takes a tenth of it.
pub(super) const MAX_NFA: usize = 4 * 1024 * 1024;
/// Bytes up to which a DFA is made in full; and while it is made.
const MAX_DENSE: usize = 24 * 1024;
const MAX_DETERMINIZE: usize = 96 * 1024;
/// NFA states beyond which making it in full is not tried: the time is lost too often.
const MAX_DENSE_STATES: usize = 300;
/// Bytes of the cache of a DFA that is made as needed, for each thread.
const LAZY_CACHE: usize = 512 * 1024;

/// Decides in time linear in the value's length.
#[derive(Debug)]
pub(super) struct Automaton {
    anchored: Anchored,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Dense(Box<dense::DFA<Vec<u32>>>),
    Lazy { dfa: Box<lazy::DFA>, key: caches::Key },
}

impl Automaton {
    pub(super) fn new(hir: &Hir) -> Result<Self, Reason> {
        let anchored = if hir.properties().look_set_prefix().contains(Look::Start) { Anchored::Yes } else { Anchored::No };
        let nfa = nfa(hir, WhichCaptures::None)?;
        if nfa.states().len() <= MAX_DENSE_STATES {
            if let Ok(dfa) = dense::Builder::new().configure(dense_config(anchored)).build_from_nfa(&nfa) {
                return Ok(Self { anchored, kind: Kind::Dense(Box::new(dfa)) });
            }
        }
        let config = lazy::DFA::config().match_kind(MatchKind::LeftmostFirst).cache_capacity(LAZY_CACHE).skip_cache_capacity_check(true);
        let dfa = lazy::Builder::new().configure(config).build_from_nfa(nfa).map_err(|_| Reason::TooLarge(MAX_NFA))?;
        Ok(Self { anchored, kind: Kind::Lazy { dfa: Box::new(dfa), key: caches::Key::new() } })
    }

    pub(super) fn is_match(&self, value: &[u8]) -> bool {
        if value.len() >= lanes::SHORTEST && self.anchored == Anchored::No {
            if let Some(outcome) = self.is_match_in_long(value) {
                return outcome;
            }
        }
        self.is_match_in_one(value)
    }

    /// By one search from the beginning.
    pub(super) fn is_match_in_one(&self, value: &[u8]) -> bool {
        let input = Input::new(value).anchored(self.anchored).earliest(true);
        // Neither search can fail: no byte makes it quit, no cache use makes it give up, both kinds of start were built.
        match &self.kind {
            Kind::Dense(dfa) => matches!(dfa.try_search_fwd(&input), Ok(Some(_))),
            Kind::Lazy { dfa, key } => {
                let search = |cache: &mut lazy::Cache| matches!(dfa.try_search_fwd(cache, &input), Ok(Some(_)));
                caches::with(*key, || dfa.create_cache(), search)
            }
        }
    }

    #[cold]
    fn is_match_in_long(&self, value: &[u8]) -> Option<bool> {
        match &self.kind {
            Kind::Dense(dfa) => lanes::dense_is_match(dfa, value),
            Kind::Lazy { dfa, key } => caches::with(*key, || dfa.create_cache(), |cache| lanes::lazy_is_match(dfa, cache, value)),
        }
    }

    /// Bytes held for all threads together.
    pub(super) fn memory(&self) -> usize {
        match &self.kind {
            Kind::Dense(dfa) => dfa.memory_usage(),
            Kind::Lazy { dfa, .. } => dfa.memory_usage() + dfa.get_nfa().memory_usage(),
        }
    }

    /// Whether the DFA was made in full.
    pub(super) fn is_dense(&self) -> bool {
        matches!(self.kind, Kind::Dense(_))
    }
}

fn dense_config(anchored: Anchored) -> dense::Config {
    let start =
        if anchored == Anchored::Yes { regex_automata::dfa::StartKind::Anchored } else { regex_automata::dfa::StartKind::Unanchored };
    dense::Config::new()
        .match_kind(MatchKind::LeftmostFirst)
        .start_kind(start)
        // Leaping ahead gains little on short values, and costs six times as much where it is tried at every other byte.
        .accelerate(false)
        .dfa_size_limit(Some(MAX_DENSE))
        .determinize_size_limit(Some(MAX_DETERMINIZE))
}

/// The NFA of a pattern within the limit.
pub(super) fn nfa(hir: &Hir, captures: WhichCaptures) -> Result<NFA, Reason> {
    let config = thompson::Config::new().utf8(false).shrink(false).nfa_size_limit(Some(MAX_NFA)).which_captures(captures);
    thompson::Compiler::new().configure(config).build_from_hir(hir).map_err(|_| Reason::TooLarge(MAX_NFA))
}

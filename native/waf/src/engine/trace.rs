//! What each rule looked at and did, written down for people.
//!
//! A traced phase runs by the loop here, step by step and in words; without a trace none of it is entered.

use super::event::excerpt;
use super::program::{Head, Link, NO_BIT, Next, Quick, Source, Step};
use super::run::Run;
use super::state::{Live, Tx, Value};
use crate::seclang::Variable;
use crate::seclang::settings::Mode;
use std::time::{Duration, Instant};

/// Values that are written down of one link; more are counted.
const MOST_VALUES: usize = 64;
/// Longest value that is written down, bytes.
const LONGEST: usize = 256;
/// The first TX elements hold what was captured.
const CAPTURES: usize = 10;

/// What became of a rule when its turn came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A rule with this number jumped over it.
    Skipped(u32),
    /// It was taken out, by the policy or by a rule.
    LeftOut,
    /// None of what it looks at is there.
    Nothing,
    /// It looked, and did not match; a value without the words that the test needs counts as looked at.
    Unmatched,
    /// It matched.
    Matched,
}

/// A value under its name, `ARGS:q`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Its beginning, transformed as the rule says; what is no UTF-8 is shown as `\xNN`.
    pub value: String,
}

/// What a link looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// The values before the test.
    pub values: Vec<Named>,
    /// Values beyond those.
    pub more: usize,
    /// Those that matched, as they were when they did.
    pub matches: Vec<Named>,
}

/// A TX element that a rule changed; none is "not there".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its name, lower case.
    pub name: String,
    /// Its value before.
    pub before: Option<String>,
    /// Its value after.
    pub after: Option<String>,
}

/// One rule's turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The phase, 1 to 5.
    pub phase: u8,
    /// The rule's place among all rules, from 0.
    pub number: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// Its links, as far as they were tried.
    pub links: Vec<Looks>,
    /// What was captured, by TX's number.
    pub captured: Vec<(usize, String)>,
    /// What it changed in TX, also when a later link did not match.
    pub changes: Vec<Changed>,
    /// Where its event stands in the report.
    pub event: Option<usize>,
    /// Whether it ended the phase.
    pub ended: bool,
    /// How long it took, with all that no rule before had asked for: transformations, and the look for literals.
    pub took: Duration,
}

/// The turns of all rules, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The turns.
    pub turns: Vec<Turn>,
}

impl Turn {
    const fn new(phase: u8, number: u32, outcome: Outcome) -> Self {
        Self {
            phase,
            number,
            outcome,
            links: Vec::new(),
            captured: Vec::new(),
            changes: Vec::new(),
            event: None,
            ended: false,
            took: Duration::ZERO,
        }
    }
}

impl Run<'_> {
    /// Runs the rules of a phase as [`Run::phase`] does, and writes down what they do.
    pub(super) fn traced(&mut self, phase: u8, list: &[Step]) {
        let rules = self.rules;
        let mut at = 0;
        while let Some(step) = list.get(at) {
            at += 1;
            let number = step.head;
            let Some(head) = rules.heads.get(number as usize) else { continue };
            let mut turn = Turn::new(phase, number, Outcome::LeftOut);
            if self.state.disabled.has(number) {
                self.write_down(turn);
                continue;
            }
            turn.outcome = Outcome::Unmatched;
            let from = Instant::now();
            if !self.may_match(step.quick) {
                turn.links.extend(rules.links.get(head.links.0 as usize).map(|link| self.looks(link)));
                turn.took = from.elapsed();
                self.write_down(turn);
                continue;
            }
            self.state.head = number;
            let (tx, named) = (self.state.tx.clone(), self.state.tx_named.clone());
            let matched = self.traced_rule(number, head, &mut turn.links);
            turn.took = from.elapsed();
            turn.changes = self.changes(&tx, &named);
            let Some(matched) = matched else {
                self.write_down(turn);
                continue;
            };
            turn.outcome = Outcome::Matched;
            turn.captured = self.captured(head);
            self.spare_memory();
            let ends = self.ends(head, phase);
            let events = self.state.events.len();
            self.report(head, phase, matched, ends);
            turn.event = (self.state.events.len() > events).then_some(events);
            turn.ended = ends && self.end(head);
            let ended = turn.ended;
            self.write_down(turn);
            if ended || self.state.mode == Mode::Off {
                return;
            }
            if let Next::At(place) = head.next {
                let place = (place as usize).max(at);
                for step in list.get(at..place.min(list.len())).unwrap_or_default() {
                    self.write_down(Turn::new(phase, step.head, Outcome::Skipped(head.id)));
                }
                at = place;
            }
        }
    }

    fn write_down(&mut self, mut turn: Turn) {
        let looked = |link: &Looks| !link.values.is_empty() || !link.matches.is_empty();
        if turn.outcome == Outcome::Unmatched && !turn.links.iter().any(looked) {
            turn.outcome = Outcome::Nothing;
        }
        if let Some(trace) = &mut self.state.trace {
            trace.turns.push(turn);
        }
    }

    fn traced_rule(&mut self, number: u32, head: &Head, links: &mut Vec<Looks>) -> Option<(Option<Live>, u32)> {
        let rules = self.rules;
        let mut first = (None, 0);
        for at in head.links.0..head.links.1 {
            let link = rules.links.get(at as usize)?;
            let mut looks = self.looks(link);
            let ruled_out = matches!((&link.source, at > head.links.0 && link.bit != NO_BIT && !link.multi), (Source::Group(group), true)
                if !self.may_match(Quick::Bit { group: *group, bit: link.bit }));
            let count = if ruled_out { 0 } else { self.link(number, at, link, head) };
            if count > 0 {
                let matches = self.state.link_matches.clone();
                looks.matches = matches.iter().take(MOST_VALUES).map(|live| self.shown(live)).collect();
            }
            links.push(looks);
            if count == 0 {
                return None;
            }
            std::mem::swap(&mut self.state.matched_vars, &mut self.state.link_matches);
            if at == head.links.0 {
                first = (self.state.matched, count);
            }
        }
        Some(first)
    }

    /// What a link is about to look at.
    fn looks(&mut self, link: &Link) -> Looks {
        let mut all: Vec<Live> = Vec::new();
        match &link.source {
            Source::None => {}
            Source::Slot(slot) => {
                let name = self.rules.slots.get(*slot as usize).map_or(&[][..], |s| s.as_bytes());
                let key = self.state.values.intern(name);
                let value = self.state.tx.get(*slot as usize).copied().and_then(super::lookup::value_of);
                all.extend(value.map(|value| Live { variable: Variable::Tx, key, value, count: false }));
            }
            // Before any transformation: each of them is a stage of its own.
            Source::Group(group) if link.multi => {
                let base = self.rules.groups.get(*group as usize).map_or(0, |g| g.base);
                self.base(base);
                all.extend(self.state.bases.get(base as usize).into_iter().flat_map(|b| &b.found).copied().map(Live::from));
            }
            Source::Group(group) => {
                self.group(*group);
                all.extend(self.listed(*group).found.iter().copied().map(Live::from));
            }
            Source::Live(targets) => {
                self.live(targets, &mut all);
                if !link.multi {
                    for live in &mut all {
                        if !link.chain.is_empty() {
                            let id = self.id_of(live.value);
                            live.value = Value::Id(self.state.values.chain(id, &link.chain, self.rules.unicode.as_ref()));
                        }
                    }
                }
            }
        }
        let values = all.iter().take(MOST_VALUES).map(|live| self.shown(live)).collect();
        Looks { values, more: all.len().saturating_sub(MOST_VALUES), matches: Vec::new() }
    }

    fn shown(&self, live: &Live) -> Named {
        let value = match live.value {
            Value::Id(id) => excerpt(self.state.values.get(id), LONGEST),
            Value::Int(number) => number.to_string(),
        };
        Named { name: excerpt(&self.name_of(live), LONGEST), value }
    }

    fn tx_text(&self, tx: Tx) -> Option<String> {
        match tx {
            Tx::Unset => None,
            Tx::Int(number) => Some(number.to_string()),
            Tx::Text(id) => Some(excerpt(self.state.values.get(id), LONGEST)),
        }
    }

    fn captured(&self, head: &Head) -> Vec<(usize, String)> {
        let captures = (head.links.0..head.links.1).any(|at| self.rules.links.get(at as usize).is_some_and(|l| l.capture));
        let first = self.state.tx.iter().take(if captures { CAPTURES } else { 0 }).enumerate();
        first.filter_map(|(digit, tx)| self.tx_text(*tx).map(|text| (digit, text))).collect()
    }

    /// What changed in TX since it was so; captures are told apart.
    fn changes(&self, tx: &[Tx], named: &[(super::values::ValueId, Tx)]) -> Vec<Changed> {
        let mut all = Vec::new();
        for (slot, (before, after)) in tx.iter().zip(&self.state.tx).enumerate().skip(CAPTURES) {
            if before != after {
                let name = self.rules.slots.get(slot).map_or_else(String::new, ToString::to_string);
                all.push(Changed { name, before: self.tx_text(*before), after: self.tx_text(*after) });
            }
        }
        for (at, (name, after)) in self.state.tx_named.iter().enumerate() {
            let before = named.get(at).map_or(Tx::Unset, |(_, tx)| *tx);
            if before != *after {
                let name = excerpt(self.state.values.get(*name), LONGEST);
                all.push(Changed { name, before: self.tx_text(before), after: self.tx_text(*after) });
            }
        }
        all
    }
}

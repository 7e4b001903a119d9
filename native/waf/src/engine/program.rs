//! A compiled rule set: plain data, shared by all requests.

use super::bits::Bits;
use super::classes::Classes;
use super::test::{Comparison, Test};
use super::wording::Wording;
use crate::body::Processor;
use crate::pattern::Pattern;
use crate::seclang::action::Reach;
use crate::seclang::ctl::Rules;
use crate::seclang::settings::{Mode, Settings};
use crate::seclang::update::Chooser;
use crate::seclang::{Place, Variable};
use crate::shared::Shared;
use crate::transform::{Transformation, UnicodeMap};
use foldhash::HashMap;
use std::sync::Arc;

/// Which parts of a variable a target means.
#[derive(Debug)]
pub enum Part {
    /// All of it.
    All,
    /// The parts of this name, compared without case.
    Name(Box<[u8]>),
    /// The parts whose names match.
    Pattern(Arc<Choice>),
    /// The TX element with this number.
    Slot(u32),
    /// The TX elements with these numbers, and others whose name matches.
    Slots(Box<[u32]>, Arc<Choice>),
}

/// An expression that chooses parts by name.
#[derive(Debug)]
pub struct Choice {
    /// The expression.
    pub pattern: Shared<Pattern>,
    /// Its number in the rule set, under which outcomes are remembered; none for those of policies.
    pub number: Option<u16>,
}

/// Transformations in order.
#[derive(Debug)]
pub struct Chain {
    steps: Box<[Transformation]>,
    /// Its number in the rule set, under which outcomes are remembered.
    pub number: u16,
}

impl Chain {
    /// Transformations and their number.
    pub fn new(steps: &[Transformation], number: u16) -> Self {
        Self { steps: steps.into(), number }
    }
}

impl std::ops::Deref for Chain {
    type Target = [Transformation];

    fn deref(&self) -> &[Transformation] {
        &self.steps
    }
}

/// A target of a rule.
#[derive(Debug)]
pub struct Target {
    /// The variable.
    pub variable: Variable,
    /// Its parts.
    pub part: Part,
    /// These are left out.
    pub exclude: bool,
    /// Their number is meant.
    pub count: bool,
}

/// A target list of variables that stand still within a phase; many rules share one.
#[derive(Debug)]
pub struct Base {
    /// The targets.
    pub targets: Box<[Target]>,
}

/// A base seen through a chain of transformations.
#[derive(Debug)]
pub struct Group {
    /// Number of the base.
    pub base: u32,
    /// The transformations in order.
    pub chain: Chain,
    /// Byte classes without which the chain changes nothing.
    pub triggers: Classes,
}

/// Where a link's values come from.
#[derive(Debug)]
pub enum Source {
    /// Nowhere: the link always matches (`SecAction`).
    None,
    /// A group.
    Group(u32),
    /// One TX element, compared as a number.
    Slot(u32),
    /// Looked up anew at each run.
    Live(Box<[Target]>),
}

/// A piece of text with macros.
#[derive(Debug)]
pub enum Piece {
    /// Itself.
    Text(Box<[u8]>),
    /// A TX element.
    Slot(u32),
    /// The first value of a target.
    Target(Target),
}

/// Text with macros.
#[derive(Debug, Default)]
pub struct Macro {
    /// The pieces.
    pub pieces: Box<[Piece]>,
}

impl Macro {
    /// The text, when it holds no macro.
    pub fn literal(&self) -> Option<&[u8]> {
        match &*self.pieces {
            [] => Some(b""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The same; texts of rules are UTF-8.
    fn words(&self) -> Option<&str> {
        self.literal().and_then(|text| std::str::from_utf8(text).ok())
    }
}

/// The name of a collection's element.
#[derive(Debug)]
pub enum Element {
    /// A TX element known by number.
    Slot(u32),
    /// An element by name.
    Named(Variable, Macro),
}

/// A value to put on an element.
#[derive(Debug)]
pub enum Put {
    /// A number.
    Int(i64),
    /// A text.
    Text(Macro),
    /// Adds a number.
    AddInt(i64),
    /// Adds what the text says, times this sign.
    Add(Macro, i64),
    /// Takes the element away.
    Unset,
}

/// What a link does at each match.
#[derive(Debug)]
pub enum Act {
    /// `setvar`
    Set(Element, Put),
    /// `expirevar`
    Expire(Element, Macro),
    /// `deprecatevar`
    Deprecate(Element, i64, u64),
    /// `initcol`, `setuid`, `setsid`, `setrsc`
    Collect(Variable, Macro),
    /// `setenv`
    Env(Box<str>, Macro),
    /// `ctl`
    Ctl(Box<CtlAct>),
    /// `sanitiseArg` and `sanitise…Header`: values of these names are hidden in events.
    Hide(Variable, Box<[u8]>),
    /// `sanitiseMatched`
    HideMatched,
}

/// A `ctl` with the rules it names looked up.
#[derive(Debug)]
pub enum CtlAct {
    /// `ruleEngine`
    Engine(Mode),
    /// `requestBodyAccess`
    RequestBodyAccess(bool),
    /// `responseBodyAccess`
    ResponseBodyAccess(bool),
    /// `requestBodyProcessor`
    Processor(Processor),
    /// `forceRequestBodyVariable`
    ForceRequestBody(bool),
    /// `requestBodyLimit`
    RequestBodyLimit(usize),
    /// `responseBodyLimit`
    ResponseBodyLimit(usize),
    /// `auditEngine`
    AuditEngine(Option<bool>),
    /// `auditLogParts`
    AuditParts(Option<bool>, Box<str>),
    /// `ruleRemove…`: numbers of heads
    Remove(Box<[u32]>),
    /// `ruleRemoveTarget…`
    RemoveTarget(TargetRemoval),
    /// Changes nothing here.
    Nothing,
}

/// Targets that some rules no longer look at.
#[derive(Debug)]
pub struct TargetRemoval {
    /// The rules' heads.
    pub heads: Bits,
    /// What they leave out.
    pub targets: Box<[Target]>,
}

/// One link of a rule.
#[derive(Debug)]
pub struct Link {
    /// Where values come from.
    pub source: Source,
    /// Bit in the prefilter without which the test cannot match; `NO_BIT` when it must run.
    pub bit: u32,
    /// The test.
    pub test: Test,
    /// The link matches where the test does not.
    pub negated: bool,
    /// The transformations, for values that no group holds.
    pub chain: Chain,
    /// The test is made after each transformation.
    pub multi: bool,
    /// TX 0 to 9 are set at a match.
    pub capture: bool,
    /// At each match.
    pub acts: Box<[Act]>,
}

/// No bit in the prefilter.
pub const NO_BIT: u32 = u32::MAX;

/// What ends a request, or lets it through.
#[derive(Debug)]
pub enum Ending {
    /// Nothing.
    Pass,
    /// With a status; `true` asks for the connection to be closed too.
    Deny(u16, bool),
    /// Inspection ends.
    Allow(Reach),
    /// To an address.
    Redirect(u16, Macro),
}

/// Where the phase goes on after a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// With the next rule.
    Step,
    /// With the rule at this place of the phase.
    At(u32),
}

/// A rule.
#[derive(Debug)]
pub struct Head {
    /// Its number in the rules.
    pub id: u32,
    /// 1 to 5.
    pub phase: u8,
    /// Its links: the first, and one past the last.
    pub links: (u32, u32),
    /// What it does to the request.
    pub ending: Ending,
    /// Where to go after a match.
    pub next: Next,
    /// Whether a match makes an event.
    pub log: bool,
    /// Whether the event belongs in the audit log.
    pub audit: bool,
    /// What it says.
    pub wording: Shared<Wording>,
    /// 0 (EMERGENCY) to 7 (DEBUG).
    pub severity: Option<u8>,
    /// `maturity` and `accuracy`, 0 when not said.
    pub grades: (u8, u8),
    /// Where it stands.
    pub place: Place,
}

/// What is looked at first when a rule's turn comes; most turns end here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quick {
    /// Nothing: the rule runs.
    Run,
    /// The rule cannot match unless a value of this group has this bit.
    Bit {
        /// Number of the group.
        group: u32,
        /// The bit.
        bit: u32,
    },
    /// The rule compares a TX element with a number.
    Compare {
        /// The element.
        slot: u32,
        /// How.
        comparison: Comparison,
        /// The rule matches where the comparison does not hold.
        negated: bool,
        /// The number.
        with: i64,
    },
}

/// A rule's turn in its phase.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Number of the head.
    pub head: u32,
    /// What is looked at first.
    pub quick: Quick,
    /// The first look decides, and a match does nothing but lead elsewhere.
    pub light: bool,
}

/// A compiled rule set.
#[derive(Debug)]
pub struct RuleSet {
    /// Settings.
    pub settings: Settings,
    /// The rules in order.
    pub heads: Vec<Head>,
    /// The turns of each phase, in order.
    pub phases: [Vec<Step>; 5],
    /// The links.
    pub links: Vec<Link>,
    /// The bases.
    pub bases: Vec<Base>,
    /// The groups.
    pub groups: Vec<Group>,
    /// Names of TX elements, lower case, by number; 0 to 9 are the captures.
    pub slots: Vec<Box<str>>,
    /// Numbers of TX elements by name.
    pub slot_of: HashMap<Box<str>, u32>,
    /// Numbers of heads by rule number.
    pub head_of: HashMap<u32, u32>,
    /// The code page for `urlDecodeUni`.
    pub unicode: Option<UnicodeMap>,
    /// Words of a value's prefilter bits.
    pub words: usize,
    /// The expressions that choose from an XML body, as written in targets.
    pub paths: Vec<(Box<[u8]>, crate::body::xpath::XPath)>,
    /// Numbers of the variables that rules name.
    pub uses: Bits,
    /// The prefilter.
    pub filter: super::filter::Filter,
}

impl RuleSet {
    /// The same rules with every test made on every value, to compare with: what is found must be the same.
    #[must_use]
    pub fn without_filter(mut self) -> Self {
        for link in &mut self.links {
            link.bit = NO_BIT;
        }
        for step in self.phases.iter_mut().flatten() {
            step.quick = Quick::Run;
            step.light = false;
        }
        self
    }

    /// Numbers of the heads of the rules that are meant, in order.
    pub fn choose(&self, rules: &Rules) -> Result<Vec<u32>, String> {
        choose(&self.heads, rules)
    }
}

/// Numbers of the heads of the rules that are meant, in order.
pub fn choose(heads: &[Head], rules: &Rules) -> Result<Vec<u32>, String> {
    let chooser = Chooser::new(rules)?;
    let mut chosen = Vec::new();
    for (number, head) in (0..).zip(heads) {
        if chooser.chooses(head.id, head.wording.tags.iter().filter_map(Macro::words), || head.wording.message.words()) {
            chosen.push(number);
        }
    }
    Ok(chosen)
}

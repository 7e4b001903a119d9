//! What one request's inspection knows. Its memory is used again by later requests.

use super::bits::Bits;
use super::classes::Classes;
use super::event::Event;
use super::program::RuleSet;
use super::store::Loaded;
use super::values::{ValueId, Values};
use crate::body::Processor;
use crate::pattern::{Groups, IdSet};
use crate::seclang::Variable;
use crate::seclang::settings::Mode;
use hcc_injection::Fingerprint;

/// A value and what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The variable.
    pub variable: Variable,
    /// The part's name, or none.
    pub key: ValueId,
    /// The value.
    pub value: ValueId,
}

/// A value that may be a number without text yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Id(ValueId),
    /// A number.
    Int(i64),
}

/// As [`Found`], looked up in what rules change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    /// The variable.
    pub variable: Variable,
    /// The part's name, or none.
    pub key: ValueId,
    /// The value.
    pub value: Value,
    /// It is the number of parts (`&`).
    pub count: bool,
}

impl From<Found> for Live {
    fn from(found: Found) -> Self {
        Self { variable: found.variable, key: found.key, value: Value::Id(found.value), count: false }
    }
}

/// An element of TX.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tx {
    /// Not there.
    #[default]
    Unset,
    /// A number.
    Int(i64),
    /// A text.
    Text(ValueId),
}

/// A name and a value.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The name.
    pub key: ValueId,
    /// The value.
    pub value: ValueId,
}

/// What a target list gave in this epoch.
#[derive(Debug, Default)]
pub struct Listed {
    /// The epoch it was looked up in; another one makes it stale.
    pub epoch: u64,
    /// Of a base: grows with each list that differs from the one before. Of a group: the one of the base it was made from.
    pub version: u64,
    /// Of a base: the generation of the numbers in it.
    pub generation: u32,
    /// Some of its values lost bits that `bits` has.
    pub stale: bool,
    /// The values.
    pub found: Vec<Found>,
    /// All their byte classes.
    pub classes: Classes,
    /// All their prefilter bits.
    pub bits: Vec<u64>,
    /// Whether `bits` was made.
    pub scanned: bool,
    /// Whose values and bits are meant instead.
    pub instead: Instead,
    /// Of a base: what chains came down to so far, and the groups that hold what they gave.
    pub made: Vec<(u64, u32)>,
}

/// Where values stand that transformations left alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Instead {
    /// Here.
    #[default]
    Nothing,
    /// With the base.
    Base,
    /// With another group of the same base.
    Group(u32),
}

/// The state.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent switches, each a ctl of the language
pub struct State {
    /// Byte strings.
    pub values: Values,
    /// Variables with one value.
    pub scalars: Vec<ValueId>,
    /// Variables with parts.
    pub collections: Vec<Vec<Pair>>,
    /// TX elements by number.
    pub tx: Vec<Tx>,
    /// Names of TX elements by number, as far as they were asked for.
    pub slot_keys: Vec<ValueId>,
    /// TX elements whose names came up at run time, lower case.
    pub tx_named: Vec<(ValueId, Tx)>,
    /// The last match.
    pub matched: Option<Live>,
    /// The matches of the last link that matched.
    pub matched_vars: Vec<Live>,
    /// The matches of the link that runs.
    pub link_matches: Vec<Live>,
    /// Persistent collections.
    pub persistent: Vec<Loaded>,
    /// `setenv`
    pub env: Vec<Pair>,
    /// Parts of GEO after a look-up.
    pub geo: Vec<Pair>,
    /// The gravest severity so far; 255 is none.
    pub highest_severity: u8,
    /// Heads that do not run.
    pub disabled: Bits,
    /// Heads that leave some targets out.
    pub retargeted: Bits,
    /// Removals of targets: link and act that made them.
    pub removals: Vec<(u32, u32)>,
    /// What bases gave.
    pub bases: Vec<Listed>,
    /// What groups gave.
    pub groups: Vec<Listed>,
    /// Grows whenever variables that stand still got values.
    pub epoch: u64,
    /// The engine's mode for the rest of this request.
    pub mode: Mode,
    /// Inspection is over but for phase 5.
    pub allowed: bool,
    /// The phases of the request are over.
    pub request_allowed: bool,
    /// The phase that runs or ran last.
    pub phase: u8,
    /// The head that runs.
    pub head: u32,
    /// The verdict that ended the request.
    pub ended: Option<(u16, u32)>,
    /// Where the client is sent.
    pub location: Option<String>,
    /// The connection is to be closed.
    pub close: bool,
    /// Whether the request's body is looked at.
    pub request_body_access: bool,
    /// Whether the response's body is looked at.
    pub response_body_access: bool,
    /// Bytes of the request's body that are looked at.
    pub request_body_limit: usize,
    /// Bytes of the response's body that are looked at.
    pub response_body_limit: usize,
    /// What reads the request's body.
    pub processor: Option<Processor>,
    /// `REQUEST_BODY` is filled whatever reads it.
    pub force_request_body: bool,
    /// Whether the request belongs in the audit log, when a rule said so.
    pub audit: Option<bool>,
    /// Names whose values are hidden in events.
    pub hidden: Vec<(Variable, ValueId)>,
    /// Every value of the current rule's event is hidden.
    pub hide_matched: bool,
    /// Matches so far.
    pub events: Vec<Event>,
    /// Groups of the last expression.
    pub captures: Groups,
    /// What `@detectSQLi` found the last time.
    pub print: Option<Fingerprint>,
    /// The prefilter's answer.
    pub ids: IdSet,
    /// Buffers.
    pub text: Vec<u8>,
    /// The operator's argument.
    pub argument: Vec<u8>,
    /// Values of a live target list.
    pub live: Vec<Live>,
    /// Values of one of its targets, or of a base.
    pub found: Vec<Found>,
    /// Whether the contents of files are kept.
    pub keep_files: bool,
    /// Memory of body processors.
    pub scratch: crate::body::Scratch,
    /// Moment of the beginning.
    pub began: std::time::Duration,
    /// What rules do is written down here, when it is.
    pub trace: Option<Box<super::trace::Trace>>,
}

impl State {
    /// For requests against this rule set.
    pub fn new(rules: &RuleSet) -> Self {
        let heads = rules.heads.len();
        Self {
            values: Values::default(),
            scalars: vec![ValueId::NONE; Variable::COUNT],
            collections: vec![Vec::new(); Variable::COUNT],
            tx: vec![Tx::Unset; rules.slots.len()],
            slot_keys: vec![ValueId::NONE; rules.slots.len()],
            tx_named: Vec::new(),
            matched: None,
            matched_vars: Vec::new(),
            link_matches: Vec::new(),
            persistent: Vec::new(),
            env: Vec::new(),
            geo: Vec::new(),
            highest_severity: u8::MAX,
            disabled: Bits::none(heads),
            retargeted: Bits::none(heads),
            removals: Vec::new(),
            bases: (0..rules.bases.len()).map(|_| Listed::default()).collect(),
            groups: (0..rules.groups.len()).map(|_| Listed::default()).collect(),
            epoch: 1,
            mode: Mode::Block,
            allowed: false,
            request_allowed: false,
            phase: 0,
            head: u32::MAX,
            ended: None,
            location: None,
            close: false,
            request_body_access: true,
            response_body_access: true,
            request_body_limit: 0,
            response_body_limit: 0,
            processor: None,
            force_request_body: false,
            audit: None,
            hidden: Vec::new(),
            hide_matched: false,
            events: Vec::new(),
            captures: Groups::default(),
            print: None,
            ids: IdSet::default(),
            text: Vec::new(),
            argument: Vec::new(),
            live: Vec::new(),
            found: Vec::new(),
            keep_files: false,
            scratch: crate::body::Scratch::default(),
            began: std::time::Duration::ZERO,
            trace: None,
        }
    }

    /// Ready for the next request.
    pub fn reset(&mut self, rules: &RuleSet) {
        self.values.next();
        self.scalars.fill(ValueId::NONE);
        for variable in DEFAULT_EMPTY {
            self.scalars[*variable as usize] = ValueId::EMPTY;
        }
        for variable in DEFAULT_ZERO {
            self.scalars[*variable as usize] = ValueId::ZERO;
        }
        for collection in &mut self.collections {
            collection.clear();
        }
        self.tx.fill(Tx::Unset);
        self.slot_keys.fill(ValueId::NONE);
        self.tx_named.clear();
        self.matched = None;
        self.matched_vars.clear();
        self.link_matches.clear();
        self.persistent.clear();
        self.env.clear();
        self.geo.clear();
        self.highest_severity = u8::MAX;
        self.removals.clear();
        self.epoch += 1;
        self.allowed = false;
        self.request_allowed = false;
        self.phase = 0;
        self.head = u32::MAX;
        self.ended = None;
        self.location = None;
        self.close = false;
        self.request_body_access = rules.settings.request_body_access.unwrap_or(true);
        self.response_body_access = rules.settings.response_body_access.unwrap_or(true);
        self.request_body_limit = rules.settings.request_body_limit;
        self.response_body_limit = rules.settings.response_body_limit;
        self.processor = None;
        self.force_request_body = false;
        self.audit = None;
        self.hidden.clear();
        self.hide_matched = false;
        self.events.clear();
        self.trace = None;
    }

    /// Puts the value of a variable with one value.
    pub fn set(&mut self, variable: Variable, bytes: &[u8]) -> ValueId {
        let id = self.values.intern(bytes);
        self.scalars[variable as usize] = id;
        id
    }

    /// Puts a number.
    pub fn set_number(&mut self, variable: Variable, number: u64) {
        let mut digits = [0; 20];
        let id = self.values.intern(decimal(number, &mut digits));
        self.scalars[variable as usize] = id;
    }

    /// Puts 0 or 1.
    pub fn set_flag(&mut self, variable: Variable, on: bool) {
        self.scalars[variable as usize] = if on { ValueId::ONE } else { ValueId::ZERO };
    }

    /// Adds a part to a variable.
    pub fn add(&mut self, variable: Variable, key: &[u8], value: &[u8]) -> Pair {
        let pair = Pair { key: self.values.intern(key), value: self.values.intern(value) };
        self.collections[variable as usize].push(pair);
        pair
    }

    /// The value of a variable with one value.
    pub fn scalar(&self, variable: Variable) -> &[u8] {
        self.values.get(self.scalars[variable as usize])
    }

    /// The parts of a variable.
    pub fn parts(&self, variable: Variable) -> &[Pair] {
        &self.collections[variable as usize]
    }

    /// Variables that stand still got values: what was looked up is stale.
    pub const fn touched(&mut self) {
        self.epoch += 1;
    }
}

/// Decimal digits of a number.
pub fn decimal(mut number: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut at = digits.len();
    while at > 0 {
        at -= 1;
        digits[at] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    &digits[at..]
}

/// Variables that are there, empty, before anything is known.
const DEFAULT_EMPTY: &[Variable] =
    &[Variable::ReqbodyProcessor, Variable::ReqbodyErrorMsg, Variable::ReqbodyProcessorErrorMsg, Variable::UniqueId, Variable::RemoteHost];

/// Variables that are 0 before anything is known.
const DEFAULT_ZERO: &[Variable] = &[
    Variable::ArgsCombinedSize,
    Variable::FilesCombinedSize,
    Variable::InboundDataError,
    Variable::OutboundDataError,
    Variable::MultipartBoundaryQuoted,
    Variable::MultipartBoundaryWhitespace,
    Variable::MultipartCrlfLfLines,
    Variable::MultipartDataAfter,
    Variable::MultipartDataBefore,
    Variable::MultipartFileLimitExceeded,
    Variable::MultipartHeaderFolding,
    Variable::MultipartInvalidHeaderFolding,
    Variable::MultipartInvalidPart,
    Variable::MultipartInvalidQuoting,
    Variable::MultipartLfLine,
    Variable::MultipartMissingSemicolon,
    Variable::MultipartSemicolonMissing,
    Variable::MultipartStrictError,
    Variable::MultipartUnmatchedBoundary,
    Variable::ReqbodyError,
    Variable::ReqbodyProcessorError,
    Variable::UrlencodedError,
    Variable::RequestBodyLength,
    Variable::FullRequestLength,
];

//! An operator with its argument made ready, and how it is applied to a value.

use super::classes::{self, Classes};
use super::program::Macro;
use super::run::Run;
use super::state::Pair;
use super::values::ValueId;
use crate::operator::{
    ByteRange, IpSet, PhraseSet, begins_with, contains, contains_word, ends_with, find_verified, integer, is_card_number, is_cpf, is_ssn,
    is_svnr, rbl_name, streq, validate_url_encoding, validate_utf8_encoding, within,
};
use crate::pattern::{Flags, Groups, Pattern};
use crate::shared::Shared;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// How a text is compared with an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextTest {
    /// `@beginsWith`
    Begins,
    /// `@contains`
    Contains,
    /// `@containsWord`
    ContainsWord,
    /// `@endsWith`
    Ends,
    /// `@streq`
    Equals,
    /// `@within`
    Within,
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Comparison {
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
}

impl Comparison {
    /// Whether it holds.
    pub fn holds(self, value: i64, wanted: i64) -> bool {
        // `@eq` alone takes what does not fit 32 bits for 0, as the reference does.
        let narrow = |n: i64| i32::try_from(n).unwrap_or_default();
        match self {
            Self::Eq => narrow(value) == narrow(wanted),
            Self::Ge => value >= wanted,
            Self::Gt => value > wanted,
            Self::Le => value <= wanted,
            Self::Lt => value < wanted,
        }
    }
}

/// Which check digits are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Payment cards.
    Card,
    /// Brazil's taxpayers.
    Cpf,
    /// The social security of the United States.
    Ssn,
    /// Austria's social insurance.
    Svnr,
}

impl Check {
    fn holds(self, digits: &[u8]) -> bool {
        match self {
            Self::Card => is_card_number(digits),
            Self::Cpf => is_cpf(digits),
            Self::Ssn => is_ssn(digits),
            Self::Svnr => is_svnr(digits),
        }
    }
}

/// An expression whose text holds macros; the last ones made are kept.
#[derive(Debug)]
pub struct Made {
    /// The text.
    pub text: Macro,
    kept: Mutex<Vec<Kept>>,
}

/// A text and its expression, none when it is wrong.
type Kept = (Vec<u8>, Option<Arc<Pattern>>);

/// Expressions kept for one text with macros.
const MADE: usize = 8;

impl Made {
    /// Nothing made yet.
    pub const fn new(text: Macro) -> Self {
        Self { text, kept: Mutex::new(Vec::new()) }
    }

    /// The expression for an expanded text; none when it is wrong.
    fn pattern(&self, text: &[u8]) -> Option<Arc<Pattern>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, pattern)) = kept.iter().find(|(known, _)| known == text) {
            return pattern.clone();
        }
        let pattern = Pattern::compile_bytes(text, Flags::MOD_SECURITY).ok().map(Arc::new);
        if kept.len() >= MADE {
            kept.remove(0);
        }
        kept.push((text.to_vec(), pattern.clone()));
        pattern
    }
}

/// A test.
#[derive(Debug)]
pub enum Test {
    /// `@unconditionalMatch`
    Always,
    /// `@noMatch`
    Never,
    /// `@rx ^.*$`
    Whole,
    /// `@rx`, `@rxGlobal`
    Rx(Shared<Pattern>),
    /// `@rx` with macros
    Made(Box<Made>),
    /// `@pm`, `@pmFromFile`
    Phrases(Shared<PhraseSet>),
    /// Comparison with a text
    Text(TextTest, Macro),
    /// Comparison with a number
    Number(Comparison, Macro, Option<i64>),
    /// `@ipMatch`, `@ipMatchFromFile`
    Ip(Shared<IpSet>),
    /// `@detectSQLi`
    Sqli,
    /// `@detectXSS`
    Xss,
    /// `@validateByteRange`, and the classes of the bytes outside of it
    Bytes(Box<ByteRange>, Classes),
    /// `@validateUrlEncoding`
    UrlEncoding,
    /// `@validateUtf8Encoding`
    Utf8,
    /// `@verifyCC` and its like: an expression, and what must hold of what it finds
    Verified(Shared<Pattern>, Check),
    /// `@geoLookup`
    Geo,
    /// `@rbl`
    Rbl(Box<str>),
}

impl Test {
    /// Whether it matches a value of these byte classes; tests that ask elsewhere never do.
    pub fn matches(&self, value: &[u8], classes: Classes, argument: &[u8]) -> bool {
        match self {
            Self::Always | Self::Whole => true,
            Self::Never | Self::Geo | Self::Rbl(_) => false,
            Self::Rx(pattern) => pattern.is_match(value),
            Self::Made(made) => made.pattern(argument).is_some_and(|p| p.is_match(value)),
            Self::Phrases(set) => set.find(value).is_some(),
            Self::Text(kind, _) => text(*kind, value, argument),
            Self::Number(comparison, _, constant) => comparison.holds(integer(value), constant.unwrap_or_else(|| integer(argument))),
            Self::Ip(set) => set.contains_text(value),
            Self::Sqli => hcc_injection::sqli(value).is_some(),
            Self::Xss => hcc_injection::xss(value),
            Self::Bytes(range, outside) => classes & outside != 0 && range.first_outside(value).is_some(),
            Self::UrlEncoding => classes & classes::PERCENT != 0 && validate_url_encoding(value).is_some(),
            Self::Utf8 => classes & classes::HIGH != 0 && validate_utf8_encoding(value).is_some(),
            Self::Verified(pattern, check) => verified(pattern, *check, value).is_some(),
        }
    }

    /// Whether the outcome follows from the value alone, and is worth remembering.
    pub fn is_pure(&self) -> bool {
        match self {
            Self::Always | Self::Never | Self::Whole | Self::Made(_) | Self::Geo | Self::Rbl(_) | Self::Number(_, _, None) => false,
            Self::Text(_, text) => text.literal().is_some(),
            _ => true,
        }
    }

    /// The text that is expanded once before the values are looked at.
    pub fn argument(&self) -> Option<&Macro> {
        match self {
            Self::Text(_, text) | Self::Number(_, text, None) => Some(text),
            Self::Made(made) => Some(&made.text),
            _ => None,
        }
    }

    /// The number to compare with, when it is known beforehand.
    pub const fn constant(&self) -> Option<i64> {
        if let Self::Number(_, _, constant) = self { *constant } else { None }
    }

    /// Whether it compares numbers.
    pub const fn is_comparison(&self) -> bool {
        matches!(self, Self::Number(..))
    }

    /// Compares numbers.
    pub fn compares(&self, value: i64, wanted: i64) -> bool {
        if let Self::Number(comparison, ..) = self { comparison.holds(value, wanted) } else { false }
    }

    /// Finds what `capture` keeps of a value that matched; false leaves the captures as they are.
    pub fn captures(&self, value: &[u8], groups: &mut Groups) -> bool {
        match self {
            Self::Rx(pattern) => pattern.captures(value, groups),
            Self::Whole | Self::Phrases(_) | Self::Sqli | Self::Xss | Self::Verified(..) => {
                *groups = Groups::default();
                true
            }
            _ => false,
        }
    }

    /// What was found in a value that matched, for tests without groups.
    pub fn finding(&self, value: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Whole => Some(value.to_vec()),
            Self::Phrases(set) => set.find(value).map(|range| value.get(range).unwrap_or_default().to_vec()),
            Self::Verified(pattern, check) => verified(pattern, *check, value).map(|range| value.get(range).unwrap_or_default().to_vec()),
            Self::Sqli => hcc_injection::sqli(value).map(|print| print.to_string().into_bytes()),
            _ => None,
        }
    }
}

/// Where a number with right check digits stands.
fn verified(pattern: &Pattern, check: Check, value: &[u8]) -> Option<std::ops::Range<usize>> {
    let mut groups = Groups::default();
    find_verified(
        value,
        |value, from| pattern.captures_at(value, from, &mut groups).then(|| groups.get(0)).flatten(),
        |digits| check.holds(digits),
    )
}

fn text(test: TextTest, value: &[u8], argument: &[u8]) -> bool {
    match test {
        TextTest::Begins => begins_with(value, argument),
        TextTest::Contains => contains(value, argument).is_some(),
        TextTest::ContainsWord => contains_word(value, argument),
        TextTest::Ends => ends_with(value, argument),
        TextTest::Equals => streq(value, argument),
        TextTest::Within => within(value, argument),
    }
}

impl Run<'_> {
    /// Whether a test matches a value; `argument` is the expanded text of [`Test::argument`].
    pub fn test(&mut self, test: &Test, id: ValueId, argument: &[u8]) -> bool {
        match test {
            Test::Geo => self.geo(id),
            Test::Rbl(list) => self.rbl(id, list),
            Test::Sqli => {
                self.state.print = hcc_injection::sqli(self.state.values.get(id));
                self.state.print.is_some()
            }
            _ => test.matches(self.state.values.get(id), self.state.values.classes(id), argument),
        }
    }

    fn geo(&mut self, id: ValueId) -> bool {
        let address = std::str::from_utf8(self.state.values.get(id)).ok().and_then(|t| t.parse::<IpAddr>().ok());
        let (Some(geo), Some(address)) = (&self.around.geo, address) else { return false };
        let Some(record) = geo.look_up(address) else { return false };
        self.state.geo.clear();
        for (name, value) in record.fields() {
            let pair = Pair { key: self.state.values.intern(name.as_bytes()), value: self.state.values.intern(value.as_bytes()) };
            self.state.geo.push(pair);
        }
        true
    }

    fn rbl(&self, id: ValueId, list: &str) -> bool {
        let Some(rbl) = &self.around.rbl else { return false };
        let name = rbl_name(self.state.values.get(id), list, self.rules.settings.http_bl_key.as_deref());
        name.is_some_and(|name| rbl.is_listed(&name))
    }
}

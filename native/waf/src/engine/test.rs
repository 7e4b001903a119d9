//! An operator with its argument made ready, and how it is applied to a value.

use super::classes::{self, Classes};
use super::plain::{self, ByteRange, IpSet, PhraseSet};
use super::program::Macro;
use super::run::Run;
use super::state::Pair;
use super::values::ValueId;
use crate::pattern::{Flags, Groups, Pattern};
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

/// An expression whose text holds macros; the last ones made are kept.
#[derive(Debug)]
pub struct Made {
    /// The text.
    pub text: Macro,
    kept: Mutex<Vec<(Vec<u8>, Option<Arc<Pattern>>)>>,
}

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
    /// `@rx`, `@rxGlobal`
    Rx(Arc<Pattern>),
    /// `@rx` with macros
    Made(Box<Made>),
    /// `@pm`, `@pmFromFile`
    Phrases(Box<PhraseSet>),
    /// Comparison with a text
    Text(TextTest, Macro),
    /// Comparison with a number
    Number(Comparison, Macro, Option<i64>),
    /// `@ipMatch`, `@ipMatchFromFile`
    Ip(Box<IpSet>),
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
    /// `@geoLookup`
    Geo,
    /// `@rbl`
    Rbl(Box<str>),
}

impl Test {
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
    pub const fn compares(&self, value: i64, wanted: i64) -> bool {
        match self {
            Self::Number(Comparison::Eq, ..) => value == wanted,
            Self::Number(Comparison::Ge, ..) => value >= wanted,
            Self::Number(Comparison::Gt, ..) => value > wanted,
            Self::Number(Comparison::Le, ..) => value <= wanted,
            Self::Number(Comparison::Lt, ..) => value < wanted,
            _ => false,
        }
    }

    /// Finds what `capture` keeps of a value that matched; false leaves the captures as they are.
    pub fn captures(&self, value: &[u8], groups: &mut Groups) -> bool {
        match self {
            Self::Rx(pattern) => pattern.captures(value, groups),
            Self::Phrases(_) | Self::Sqli | Self::Xss => {
                *groups = Groups::default();
                true
            }
            _ => false,
        }
    }

    /// What was found in a value that matched, for tests without groups.
    pub fn finding(&self, value: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Phrases(set) => set.find(value).map(|range| value.get(range).unwrap_or_default().to_vec()),
            Self::Sqli => hcc_injection::sqli(value).map(|print| print.to_string().into_bytes()),
            _ => None,
        }
    }
}

fn text(test: TextTest, value: &[u8], argument: &[u8]) -> bool {
    match test {
        TextTest::Begins => value.starts_with(argument),
        TextTest::Contains => plain::contains(value, argument),
        TextTest::ContainsWord => plain::contains_word(value, argument),
        TextTest::Ends => value.ends_with(argument),
        TextTest::Equals => value == argument,
        TextTest::Within => value.is_empty() || plain::contains(argument, value),
    }
}

impl Run<'_> {
    /// Whether a test matches a value; `argument` is the expanded text of [`Test::argument`].
    pub fn test(&mut self, test: &Test, id: ValueId, argument: &[u8]) -> bool {
        let value = self.state.values.get(id);
        match test {
            Test::Always => true,
            Test::Never => false,
            Test::Rx(pattern) => pattern.is_match(value),
            Test::Made(made) => made.pattern(argument).is_some_and(|p| p.is_match(value)),
            Test::Phrases(set) => set.find(value).is_some(),
            Test::Text(kind, _) => text(*kind, value, argument),
            Test::Number(_, _, constant) => {
                test.compares(super::store::number(value), constant.unwrap_or_else(|| super::store::number(argument)))
            }
            Test::Ip(set) => std::str::from_utf8(value).ok().and_then(|t| t.parse().ok()).is_some_and(|ip| set.contains(ip)),
            Test::Sqli => hcc_injection::sqli(value).is_some(),
            Test::Xss => hcc_injection::xss(value),
            Test::Bytes(range, outside) => self.state.values.classes(id) & outside != 0 && range.first_outside(value).is_some(),
            Test::UrlEncoding => self.state.values.classes(id) & classes::PERCENT != 0 && plain::invalid_url(value),
            Test::Utf8 => self.state.values.classes(id) & classes::HIGH != 0 && plain::invalid_utf8(value),
            Test::Geo => self.geo(id),
            Test::Rbl(list) => self.rbl(id, list),
        }
    }

    fn geo(&mut self, id: ValueId) -> bool {
        let address = std::str::from_utf8(self.state.values.get(id)).ok().and_then(|t| t.parse::<IpAddr>().ok());
        let (Some(geo), Some(address)) = (&self.around.geo, address) else { return false };
        let Some(parts) = geo.parts(address) else { return false };
        self.state.geo.clear();
        for (name, value) in parts {
            let pair = Pair { key: self.state.values.intern(name.as_bytes()), value: self.state.values.intern(value.as_bytes()) };
            self.state.geo.push(pair);
        }
        true
    }

    fn rbl(&mut self, id: ValueId, list: &str) -> bool {
        let address = std::str::from_utf8(self.state.values.get(id)).ok().and_then(|t| t.parse::<IpAddr>().ok());
        let (Some(rbl), Some(address)) = (&self.around.rbl, address) else { return false };
        rbl.is_listed(address, list)
    }
}


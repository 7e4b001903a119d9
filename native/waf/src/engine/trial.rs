//! One operator, tried on values outside of a request.

use super::classes;
use super::compile::compile;
use super::program::RuleSet;
use super::test::Test;
use crate::operator::OperatorName as Name;
use crate::pattern::Groups;
use crate::seclang::action::Action;
use crate::seclang::operator::Operator;
use crate::seclang::rule::{Item, Link, Rule};
use crate::seclang::target;
use crate::seclang::{Place, Program, RuleSource};
use std::sync::Arc;

/// An operator ready to be tried; threads may share it.
#[derive(Debug)]
pub struct Trial {
    rules: RuleSet,
    negated: bool,
}

/// What an operator says of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Whether a rule with it would match.
    pub matched: bool,
    /// What `capture` would put into TX 0 to 9, without the empty end.
    pub captured: Vec<Option<Vec<u8>>>,
}

impl Trial {
    /// From an operator as rules write it (`!@rx ^a$`); files that it names are read from `source`. Errors say what is wrong with it.
    pub fn new(operator: &str, source: &dyn RuleSource) -> Result<Self, String> {
        let operator = Operator::parse(operator)?;
        let told = |why: &str| format!("@{}: {why}", operator.name.name());
        let mut data = Vec::new();
        match operator.name {
            Name::GeoLookup | Name::Rbl => return Err(told("it asks a service that only a gateway has")),
            Name::PmFromFile | Name::IpMatchFromFile => {
                for name in operator.argument.split_whitespace() {
                    let read = source.expand("", name).and_then(|found| found.first().map(|f| source.read(f)).transpose());
                    data.extend(read.map_err(|e| told(&format!("{name}: {e}")))?.ok_or_else(|| told(&format!("no file {name}")))?);
                    data.push(b'\n');
                }
            }
            _ => {}
        }
        let negated = operator.negated;
        let place = Place { file: Arc::from("operator"), line: 1 };
        let actions = vec![Action::Id(1), Action::Phase(2), Action::Capture];
        let link = Link { place, targets: target::parse_list("REQUEST_BODY", false)?, operator: Some(operator), actions, data };
        let rule = Rule { id: 1, phase: 2, links: vec![link], defaults: Vec::new() };
        let program = Program { items: vec![Item::Rule(Box::new(rule))], ..Program::default() };
        let rules = compile(program).map_err(|all| all.into_iter().map(|c| c.what).collect::<Vec<_>>().join("; "))?;
        let trial = Self { rules, negated };
        if trial.test().and_then(Test::argument).is_some_and(|argument| argument.literal().is_none()) {
            return Err("a macro has a value only where a rule runs".to_owned());
        }
        Ok(trial)
    }

    fn test(&self) -> Option<&Test> {
        self.rules.links.first().map(|link| &link.test)
    }

    /// Tries it on a value.
    pub fn run(&self, value: &[u8]) -> Tried {
        let Some(test) = self.test() else { return Tried::default() };
        let argument = test.argument().and_then(|a| a.literal()).unwrap_or_default();
        let found = test.matches(value, classes::of(value), argument);
        let mut tried = Tried { matched: found != self.negated, captured: Vec::new() };
        let mut groups = Groups::default();
        if found && !self.negated && test.captures(value, &mut groups) {
            tried.captured = (0..10).map(|group| groups.text(group, value).map(<[u8]>::to_vec)).collect();
            if let (Some(text), Some(first)) = (test.finding(value), tried.captured.first_mut()) {
                *first = Some(text);
            }
            while tried.captured.last().is_some_and(Option::is_none) {
                tried.captured.pop();
            }
        }
        tried
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::seclang::Memory;

    #[test]
    fn operators_are_tried() {
        type Case<'a> = (&'a str, &'a [u8], bool, &'a [Option<&'a [u8]>]);
        let cases: [Case<'_>; 11] = [
            (r"@rx a(b)?(c)", b"xac", true, &[Some(b"ac"), None, Some(b"c")]),
            (r"!@rx a(b)", b"xac", true, &[]),
            (r"!@rx a(b)", b"ab", false, &[]),
            ("^a", b"ab", true, &[Some(b"a")]),
            ("@pm select union", b"1 UNION 2", true, &[Some(b"UNION")]),
            ("@pmFromFile w.data", b"x sleep(1)", true, &[Some(b"sleep")]),
            ("@contains \u{e4}", b"a\xc3\xa4", true, &[]),
            ("@eq 3", b"3", true, &[]),
            ("@validateByteRange 32-126", b"a\x00", true, &[]),
            ("@detectSQLi", b"1' OR '1'='1", true, &[Some(b"s&sos")]),
            ("@ipMatch 10.0.0.0/8", b"11.1.1.1", false, &[]),
        ];
        let source = Memory::new().with("w.data", "# words\nsleep\n");
        for (operator, value, matched, captured) in cases {
            let tried = Trial::new(operator, &source).unwrap().run(value);
            let captured: Vec<Option<Vec<u8>>> = captured.iter().map(|c| c.map(<[u8]>::to_vec)).collect();
            assert_eq!(tried, Tried { matched, captured }, "{operator}");
        }
    }

    #[test]
    fn what_cannot_be_tried_is_told() {
        for (operator, why) in [
            ("@regex a", "no operator is named `@regex`"),
            ("@rx (", "@rx: "),
            ("@geoLookup", "@geoLookup: it asks"),
            ("@pmFromFile none.data", "@pmFromFile: no file none.data"),
            ("@within %{tx.methods}", "a macro has a value"),
            ("@rx %{tx.a}", "a macro has a value"),
        ] {
            let told = Trial::new(operator, &Memory::new()).unwrap_err();
            assert!(told.starts_with(why), "{operator}: {told}");
        }
    }
}

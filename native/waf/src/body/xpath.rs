//! The part of `XPath` 1.0 that rules use in `XML:…`.
//!
//! Absolute paths of `name`, `prefix:name`, `prefix:*`, `*`, `text()` and `@name`, with `/` and `//`, and of predicates a number,
//! `last()`, `@name`, `name`, and `=` with a literal behind `@name`, `name`, `text()`, `.`, `local-name()` and `name()`. Anything else
//! is an error when the rule is compiled, never a path that finds nothing.

use super::xml::{Document, Element, Name};
use super::xpath_parser as parser;
use std::fmt;

/// A path, compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XPath {
    steps: Vec<Step>,
}

/// Why an expression was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XPathError {
    /// Where in the expression, in bytes.
    pub at: usize,
    /// What was wrong.
    pub what: &'static str,
}

impl fmt::Display for XPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {} of the XPath", self.what, self.at)
    }
}

impl std::error::Error for XPathError {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// After `//`.
    pub deep: bool,
    pub kind: Kind,
    pub predicates: Vec<Predicate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Element(Test),
    Attribute(Test),
    Text,
}

/// Which names fit; a name without prefix is in no namespace, as the standard has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Test {
    pub namespace: Option<Vec<u8>>,
    pub local: Option<Vec<u8>>,
}

impl Test {
    fn fits(&self, name: &Name, document: &Document) -> bool {
        self.local.as_ref().is_none_or(|l| l == name.local.of(&document.names))
            && self.namespace.as_ref().is_none_or(|n| n == name.namespace.of(&document.values))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Predicate {
    Position(usize),
    Last,
    Value(Operand, Option<Vec<u8>>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Attribute(Test),
    Child(Test),
    Text,
    Itself,
    LocalName,
    Name,
}

impl XPath {
    /// Compiles an expression; `namespaces` are prefixes and what they stand for (action `xmlns`).
    pub fn parse(expression: &str, namespaces: &[(&str, &str)]) -> Result<Self, XPathError> {
        parser::path(expression, namespaces).map(|steps| Self { steps })
    }

    /// Gives each value that the path finds, in the order of the document.
    pub fn select<'d>(&self, document: &'d Document, mut give: impl FnMut(&'d [u8])) {
        // The document's root stands above the root element.
        let mut context: Vec<Option<usize>> = vec![None];
        for step in &self.steps {
            if step.deep {
                context = document.descendants_or_self(&context);
            }
            match &step.kind {
                Kind::Element(test) => context = document.children(&context, test, &step.predicates),
                Kind::Attribute(test) => {
                    let elements = context.iter().flatten().filter_map(|n| document.elements.get(*n));
                    let attributes = elements.flat_map(|e| document.attributes.get(e.attributes.clone()).unwrap_or_default());
                    attributes.filter(|a| test.fits(&a.name, document)).for_each(|a| give(a.value.of(&document.values)));
                    return;
                }
                Kind::Text => {
                    let wanted = |parent| context.binary_search(&Some(parent)).is_ok();
                    document.texts.iter().filter(|t| wanted(t.parent)).for_each(|t| give(t.text.of(&document.text)));
                    return;
                }
            }
        }
        context.into_iter().flatten().filter_map(|n| document.elements.get(n)).for_each(|e| give(e.text.of(&document.text)));
    }
}

impl Document {
    /// Elements directly in one, `None` being the document.
    fn children_of(&self, parent: Option<usize>) -> impl Iterator<Item = (usize, &Element)> {
        let (mut at, end) = match parent {
            None => (0, self.elements.len()),
            Some(n) => (n + 1, self.elements.get(n).map_or(0, |e| e.end)),
        };
        std::iter::from_fn(move || {
            let element = self.elements.get(at).filter(|_| at < end)?;
            let found = (at, element);
            at = element.end;
            Some(found)
        })
    }

    /// Sorted and without duplicates, as `context` is.
    fn descendants_or_self(&self, context: &[Option<usize>]) -> Vec<Option<usize>> {
        let (mut out, mut covered) = (Vec::new(), 0);
        for node in context {
            match *node {
                None => {
                    out.push(None);
                    out.extend((0..self.elements.len()).map(Some));
                    return out;
                }
                Some(n) if n < covered => {}
                Some(n) => {
                    covered = self.elements.get(n).map_or(n, |e| e.end);
                    out.extend((n..covered).map(Some));
                }
            }
        }
        out
    }

    fn children(&self, context: &[Option<usize>], test: &Test, predicates: &[Predicate]) -> Vec<Option<usize>> {
        let mut out = Vec::new();
        for parent in context {
            let begin = out.len();
            out.extend(self.children_of(*parent).filter(|(_, e)| test.fits(&e.name, self)).map(|(n, _)| Some(n)));
            for predicate in predicates {
                let found = out.split_off(begin);
                let last = found.len();
                let held = found.into_iter().enumerate().filter(|(position, node)| match predicate {
                    Predicate::Position(wanted) => position + 1 == *wanted,
                    Predicate::Last => position + 1 == last,
                    Predicate::Value(operand, literal) => node.is_some_and(|n| self.holds(n, operand, literal.as_deref())),
                });
                out.extend(held.map(|(_, node)| node));
            }
        }
        // Children of an element come before later children of the elements above it.
        out.sort_unstable();
        out
    }

    fn holds(&self, node: usize, operand: &Operand, literal: Option<&[u8]>) -> bool {
        let Some(element) = self.elements.get(node) else { return false };
        let equal = |value: &[u8]| literal.is_none_or(|l| l == value);
        match operand {
            Operand::Attribute(test) => {
                let attributes = self.attributes.get(element.attributes.clone()).unwrap_or_default();
                attributes.iter().any(|a| test.fits(&a.name, self) && equal(a.value.of(&self.values)))
            }
            Operand::Child(test) => self.children_of(Some(node)).any(|(_, e)| test.fits(&e.name, self) && equal(e.text.of(&self.text))),
            Operand::Text => {
                // An element's own runs come behind its start and before what follows its last descendant.
                let from = self.texts.partition_point(|t| t.elements <= node);
                let texts = self.texts.get(from..).unwrap_or_default().iter().take_while(|t| t.elements <= element.end);
                texts.filter(|t| t.parent == node).any(|t| equal(t.text.of(&self.text)))
            }
            Operand::Itself => equal(element.text.of(&self.text)),
            Operand::LocalName => equal(element.name.local.of(&self.names)),
            Operand::Name => equal(element.name.whole.of(&self.names)),
        }
    }
}

#[cfg(test)]
#[path = "xpath_tests.rs"]
mod tests;

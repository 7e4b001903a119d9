//! Reading the expressions of [`super::xpath`].

use super::xml_markup::name_length;
use super::xpath::{Kind, Operand, Predicate, Step, Test, XPathError};

/// The steps of an absolute path.
pub(super) fn path(expression: &str, namespaces: &[(&str, &str)]) -> Result<Vec<Step>, XPathError> {
    let mut reader = Reader { text: expression.trim_end(), at: 0, namespaces };
    let mut steps: Vec<Step> = Vec::new();
    while reader.at < reader.text.len() {
        if steps.last().is_some_and(|s| !matches!(s.kind, Kind::Element(_))) {
            return Err(reader.error("nothing can follow an attribute or text()"));
        }
        steps.push(reader.step()?);
    }
    if steps.is_empty() { Err(reader.error("a path is missing")) } else { Ok(steps) }
}

struct Reader<'r> {
    text: &'r str,
    at: usize,
    namespaces: &'r [(&'r str, &'r str)],
}

impl<'r> Reader<'r> {
    fn error(&self, what: &'static str) -> XPathError {
        XPathError { at: self.at, what }
    }

    fn rest(&self) -> &'r str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn step(&mut self) -> Result<Step, XPathError> {
        let deep = self.take("//");
        if !deep && !self.take("/") {
            return Err(self.error("a step begins with / or //"));
        }
        let kind = if self.take("text()") {
            Kind::Text
        } else if self.take("@") {
            Kind::Attribute(self.test()?)
        } else {
            Kind::Element(self.test()?)
        };
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.predicate()?);
        }
        if !predicates.is_empty() && !matches!(kind, Kind::Element(_)) {
            return Err(self.error("a predicate stands behind an element only"));
        }
        Ok(Step { deep, kind, predicates })
    }

    fn test(&mut self) -> Result<Test, XPathError> {
        if self.take("*") {
            return Ok(Test::default());
        }
        let length = name_length(self.rest().as_bytes());
        let name = self.rest().get(..length).unwrap_or_default().trim_end_matches(':');
        if name.is_empty() {
            return Err(self.error("a name is missing"));
        }
        let (prefix, local) = name.split_once(':').map_or((None, name), |(p, l)| (Some(p), l));
        if local.contains(':') {
            return Err(self.error("axes are not supported"));
        }
        let namespace = match prefix {
            None => String::new(),
            Some("xml") => "http://www.w3.org/XML/1998/namespace".to_owned(),
            Some(prefix) => {
                let known = self.namespaces.iter().rev().find(|(p, _)| *p == prefix);
                known.map(|(_, uri)| (*uri).to_owned()).ok_or_else(|| self.error("the prefix has no xmlns"))?
            }
        };
        self.at += name.len();
        let mut test = Test { namespace: Some(namespace.into_bytes()), local: Some(local.as_bytes().to_vec()) };
        if self.rest().starts_with(':') {
            // `prefix:*`; axes such as `child::` and other tests are not among what is understood.
            let known = self.namespaces.iter().rev().find(|(p, _)| *p == name).filter(|_| prefix.is_none());
            let Some((_, uri)) = known.filter(|_| self.rest().starts_with(":*")) else {
                return Err(self.error("axes are not supported, or the prefix has no xmlns"));
            };
            self.at += 2;
            test = Test { namespace: Some(uri.as_bytes().to_vec()), local: None };
        }
        if self.rest().starts_with('(') {
            return Err(self.error("the function is not supported here"));
        }
        Ok(test)
    }

    /// From behind `[` to behind `]`.
    fn predicate(&mut self) -> Result<Predicate, XPathError> {
        self.space();
        let digits = self.rest().len() - self.rest().trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let predicate = if digits > 0 {
            let number = self.rest().get(..digits).and_then(|d| d.parse().ok()).filter(|n| *n > 0);
            let number = number.ok_or_else(|| self.error("a position is 1 or more"))?;
            self.at += digits;
            Predicate::Position(number)
        } else if self.take("last()") {
            Predicate::Last
        } else {
            let (operand, alone) = self.operand()?;
            self.space();
            if self.take("=") {
                self.space();
                Predicate::Value(operand, Some(self.literal()?))
            } else if alone {
                Predicate::Value(operand, None)
            } else {
                return Err(self.error("= and a literal are missing"));
            }
        };
        self.space();
        if self.take("]") { Ok(predicate) } else { Err(self.error("] is missing")) }
    }

    /// An operand, and whether it may stand alone.
    fn operand(&mut self) -> Result<(Operand, bool), XPathError> {
        for (token, operand) in [("local-name()", Operand::LocalName), ("name()", Operand::Name)] {
            if self.take(token) {
                return Ok((operand, false));
            }
        }
        if self.take("text()") {
            return Ok((Operand::Text, true));
        }
        if self.take("@") {
            return Ok((Operand::Attribute(self.test()?), true));
        }
        if self.rest().starts_with('.') {
            self.at += 1;
            return Ok((Operand::Itself, false));
        }
        Ok((Operand::Child(self.test()?), true))
    }

    fn literal(&mut self) -> Result<Vec<u8>, XPathError> {
        let quote = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(|| self.error("a literal is missing"))?;
        let inside = self.rest().get(1..).unwrap_or_default();
        let end = inside.find(quote).ok_or_else(|| self.error("a literal does not end"))?;
        self.at += end + 2;
        Ok(inside.as_bytes().get(..end).unwrap_or_default().to_vec())
    }
}

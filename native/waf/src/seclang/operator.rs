//! The operator of a rule as written: `!@rx ^a$`.

use crate::operator::OperatorName as Name;

/// An operator with its argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Matches when the operator does not.
    pub negated: bool,
    /// Which.
    pub name: Name,
    /// What follows the name.
    pub argument: String,
}

impl Operator {
    /// Reads the second word of a rule; without `@` it is an expression for `@rx`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (negated, rest) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let Some(named) = rest.trim_start().strip_prefix('@') else {
            return Ok(Self { negated, name: Name::Rx, argument: rest.to_owned() });
        };
        let end = named.find(char::is_whitespace).unwrap_or(named.len());
        let (word, argument) = (&named[..end], named[end..].trim_start());
        let name = Name::parse(word).map_err(|e| e.to_string())?;
        Ok(Self { negated, name, argument: argument.to_owned() })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn operators() {
        let cases = [
            ("@rx ^a b$", false, Name::Rx, "^a b$"),
            ("!@within %{tx.x}", true, Name::Within, "%{tx.x}"),
            ("(?i)abc", false, Name::Rx, "(?i)abc"),
            ("!abc", true, Name::Rx, "abc"),
            ("@DetectSQLI", false, Name::DetectSqli, ""),
        ];
        for (text, negated, name, argument) in cases {
            assert_eq!(Operator::parse(text).unwrap(), Operator { negated, name, argument: argument.to_owned() }, "{text}");
        }
        assert!(Operator::parse("@nothing x").is_err());
        assert!(Operator::parse("@inspectFile x").is_err());
    }
}

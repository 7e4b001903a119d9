//! Text with macros: `Matched Data: %{TX.0} found within %{MATCHED_VAR_NAME}`.

use super::target::{Selector, Target};
use super::variable::Variable;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Stands for itself.
    Text(String),
    /// Replaced by the variable's first value.
    Macro(Target),
}

/// Text whose macros were found once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// The pieces in order; no two texts follow each other.
    pub pieces: Vec<Piece>,
}

impl Template {
    /// Reads a text; a macro of an unknown variable is an error.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("%{") {
            let Some(end) = rest[at..].find('}') else { break };
            if at > 0 {
                pieces.push(Piece::Text(rest[..at].to_owned()));
            }
            pieces.push(Piece::Macro(named(&rest[at + 2..at + end])?));
            rest = &rest[at + end + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { pieces })
    }

    /// The text, when it holds no macro.
    pub fn literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }
}

fn named(inside: &str) -> Result<Target, String> {
    let (name, part) = match inside.find(['.', ':']) {
        Some(at) => (&inside[..at], Some(&inside[at + 1..])),
        None => (inside, None),
    };
    let variable = Variable::parse(name).ok_or_else(|| format!("unknown variable in macro %{{{inside}}}"))?;
    let selector = match part {
        None => Selector::All,
        Some(_) if !variable.has_parts() => return Err(format!("{} in macro %{{{inside}}} has no parts", variable.name())),
        Some(part) => Selector::Name(part.to_ascii_lowercase()),
    };
    Ok(Target { variable, selector, exclude: false, count: false })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn pieces() {
        let cases: [(&str, &str); 6] = [
            ("plain", "[plain]"),
            ("", ""),
            ("%{TX.0}", "<TX:0>"),
            ("a %{tx.A} b%{MATCHED_VAR}", "[a ]<TX:a>[ b]<MATCHED_VAR>"),
            ("%{REQUEST_HEADERS.User-Agent}_x", "<REQUEST_HEADERS:user-agent>[_x]"),
            ("50%{", "[50%{]"),
        ];
        for (text, expected) in cases {
            let mut shown = String::new();
            for piece in Template::parse(text).unwrap().pieces {
                match piece {
                    Piece::Text(text) => shown.extend(["[", &text, "]"]),
                    Piece::Macro(target) => shown.extend(["<", &target.to_string(), ">"]),
                }
            }
            assert_eq!(shown, expected, "{text}");
        }
        assert!(Template::parse("%{nothing.x}").is_err());
    }
}

//! What a rule looks at: `ARGS|!ARGS:token|&REQUEST_HEADERS:Host`.

use super::variable::Variable;
use std::fmt;

/// Which parts of a collection are meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selector {
    /// All of them (or the variable has no parts).
    All,
    /// The ones of this name, in lower case; names are compared without case.
    Name(String),
    /// The ones whose name this expression matches.
    Pattern(String),
    /// An `XPath` expression, as written.
    Path(String),
}

/// One element of a target list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The variable.
    pub variable: Variable,
    /// Its parts.
    pub selector: Selector,
    /// `!`: these are left out.
    pub exclude: bool,
    /// `&`: their number is meant.
    pub count: bool,
}

impl Target {
    /// The whole of a variable.
    pub const fn all(variable: Variable) -> Self {
        Self { variable, selector: Selector::All, exclude: false, count: false }
    }

    /// Reads one element.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (exclude, rest) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let (count, rest) = rest.strip_prefix('&').map_or((false, rest), |rest| (true, rest));
        let (name, part) = rest.split_once(':').map_or((rest, None), |(name, part)| (name, Some(part)));
        let variable = Variable::parse(name).ok_or_else(|| format!("unknown variable {name:?}"))?;
        let selector = match part {
            None | Some("") => Selector::All,
            Some(_) if !variable.has_parts() => return Err(format!("{} has no parts to choose from", variable.name())),
            Some(path) if variable == Variable::Xml => Selector::Path(path.to_owned()),
            Some(part) => part_of(part),
        };
        Ok(Self { variable, selector, exclude, count })
    }
}

fn part_of(text: &str) -> Selector {
    let bare = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).unwrap_or(text);
    match bare.strip_prefix('/').and_then(|t| t.strip_suffix('/')) {
        Some(pattern) => Selector::Pattern(pattern.to_owned()),
        None => Selector::Name(bare.to_ascii_lowercase()),
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.exclude { "!" } else { "" };
        let count = if self.count { "&" } else { "" };
        write!(f, "{sign}{count}{}", self.variable.name())?;
        match &self.selector {
            Selector::All => Ok(()),
            Selector::Name(name) | Selector::Path(name) => write!(f, ":{name}"),
            Selector::Pattern(pattern) => write!(f, ":/{pattern}/"),
        }
    }
}

/// Reads a target list, elements divided by `|` (and by `,` where `commas` is set, as in updates of targets).
pub fn parse_list(text: &str, commas: bool) -> Result<Vec<Target>, String> {
    let mut all = Vec::new();
    for part in split(text, commas) {
        let part = part.trim();
        if part.is_empty() {
            return Err("an empty element in the list of variables".to_owned());
        }
        all.push(Target::parse(part)?);
    }
    Ok(all)
}

/// Splits at dividers that stand neither in quotes nor in a `:/…/` expression.
fn split(text: &str, commas: bool) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    let (mut quoted, mut pattern) = (false, false);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if pattern => at += 1,
            b'\'' => quoted = !quoted,
            b'/' if pattern => pattern = !ends_here(bytes.get(at + 1), commas),
            // An XPath starts with a slash too, but has no closing one.
            b'/' if at > 0 && bytes[at - 1] == b':' && !text[from..].starts_with("XML") && !text[from..].starts_with("!XML") => {
                pattern = true;
            }
            b'|' if !quoted && !pattern => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            b',' if commas && !quoted && !pattern => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&text[from..]);
    parts
}

fn ends_here(next: Option<&u8>, commas: bool) -> bool {
    match next {
        None | Some(b'|' | b'\'') => true,
        Some(b',') => commas,
        Some(_) => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let cases: [(&str, &str); 7] = [
            ("ARGS", "ARGS"),
            ("args:Foo|!ARGS:bar", "ARGS:foo !ARGS:bar"),
            ("REQUEST_COOKIES|!REQUEST_COOKIES:/__utm|x/|ARGS", "REQUEST_COOKIES !REQUEST_COOKIES:/__utm|x/ ARGS"),
            ("&TX:'/A\\/B/'", "&TX:/A\\/B/"),
            ("XML:/*|XML://@*", "XML:/* XML://@*"),
            ("ARGS:/^a/,!ARGS:b", "ARGS:/^a/ !ARGS:b"),
            ("ARGS:load[]", "ARGS:load[]"),
        ];
        for (text, expected) in cases {
            let shown: Vec<String> = parse_list(text, true).unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(shown.join(" "), expected, "{text}");
        }
        for wrong in ["ARG", "ARGS||TX:a", "", "REQUEST_URI:x"] {
            assert!(parse_list(wrong, false).is_err(), "{wrong}");
        }
    }
}

//! Which paths a route is for: a prefix, one path, or a pattern.

use crate::snapshot::RouteBody;
use std::cmp::Ordering;

/// Most segments of a route's path.
const MAX_SEGMENTS: usize = 32;

/// The paths of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paths {
    /// The path itself and what is below it, in whole segments.
    Prefix(Vec<u8>),
    /// One path.
    Exact(Vec<u8>),
    /// Paths of one shape.
    Pattern(Pattern),
}

/// A path whose segments are literal or named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pub(super) segments: Vec<Segment>,
    /// Name of the last part, which takes all that is left, perhaps nothing.
    pub(super) rest: Option<String>,
}

/// One segment of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Literal(Vec<u8>),
    /// Any one segment that is not empty.
    Named(String),
}

impl Paths {
    /// Reads the one of the three fields that says which paths.
    pub(super) fn compile(body: &RouteBody) -> Result<Self, String> {
        match (&body.path_prefix, &body.path, &body.path_pattern) {
            (Some(prefix), None, None) => normal(prefix, "path_prefix").map(Self::Prefix),
            (None, Some(path), None) => normal(path, "path").map(Self::Exact),
            (None, None, Some(pattern)) => Pattern::compile(pattern).map(Self::Pattern),
            _ => Err("exactly one of path_prefix, path and path_pattern is needed".to_owned()),
        }
    }

    /// Whether a path is one of these.
    pub fn covers(&self, path: &[u8]) -> bool {
        match self {
            Self::Exact(exact) => path == exact,
            Self::Prefix(prefix) => {
                path.starts_with(prefix) && (prefix.ends_with(b"/") || matches!(path.get(prefix.len()), None | Some(b'/')))
            }
            Self::Pattern(pattern) => pattern.values(path).is_some(),
        }
    }

    /// Which of two is tried first: exact before pattern before prefix, longer before shorter.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let kind = |p: &Self| match p {
            Self::Exact(_) => 0,
            Self::Pattern(_) => 1,
            Self::Prefix(_) => 2,
        };
        kind(self).cmp(&kind(other)).then_with(|| match (self, other) {
            (Self::Prefix(a) | Self::Exact(a), Self::Prefix(b) | Self::Exact(b)) => b.len().cmp(&a.len()),
            (Self::Pattern(a), Self::Pattern(b)) => b.length().cmp(&a.length()),
            _ => Ordering::Equal,
        })
    }

    /// Names that templates of this route may use.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Self::Pattern(pattern) => pattern.names().collect(),
            _ => Vec::new(),
        }
    }
}

impl Pattern {
    fn compile(text: &str) -> Result<Self, String> {
        let whole = normal(text, "path_pattern")?;
        let mut pattern = Self { segments: Vec::new(), rest: None };
        for segment in whole[1..].split(|b| *b == b'/') {
            let text = String::from_utf8_lossy(segment);
            if pattern.rest.is_some() {
                return Err(format!("path_pattern: {{*…}} is not last in {}", String::from_utf8_lossy(&whole)));
            }
            let Some(inner) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) else {
                if text.contains(['{', '}']) {
                    return Err(format!("path_pattern: {text} is neither a name in braces nor without braces"));
                }
                pattern.segments.push(Segment::Literal(segment.to_vec()));
                continue;
            };
            let name = inner.strip_prefix('*').unwrap_or(inner);
            let fine =
                name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && name.bytes().next().is_some_and(|b| !b.is_ascii_digit());
            if !fine || matches!(name, "host" | "path" | "query") || pattern.names().any(|n| n == name) {
                return Err(format!("path_pattern: {text} is no name of its own"));
            }
            if inner.starts_with('*') {
                pattern.rest = Some(name.to_owned());
            } else {
                pattern.segments.push(Segment::Named(name.to_owned()));
            }
        }
        Ok(pattern)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let named = self.segments.iter().filter_map(|s| if let Segment::Named(name) = s { Some(name.as_str()) } else { None });
        named.chain(self.rest.as_deref())
    }

    /// More segments, then more literal ones, then those that are literal earlier, then no rest.
    fn length(&self) -> (usize, usize, Vec<bool>, bool) {
        let literal: Vec<bool> = self.segments.iter().map(|s| matches!(s, Segment::Literal(_))).collect();
        let segments = literal.len() + usize::from(self.rest.is_some());
        (segments, literal.iter().filter(|l| **l).count(), literal, self.rest.is_none())
    }

    /// What the names of this pattern are in a path, in their order; `None` when the path has another shape.
    pub fn values<'a>(&self, path: &'a [u8]) -> Option<Vec<(&str, &'a [u8])>> {
        let mut values = Vec::new();
        let mut left = Some(path.strip_prefix(b"/")?);
        for segment in &self.segments {
            let here = left?;
            let (part, after) = match here.iter().position(|b| *b == b'/') {
                Some(at) => (&here[..at], Some(&here[at + 1..])),
                None => (here, None),
            };
            match segment {
                Segment::Literal(literal) if literal != part => return None,
                Segment::Literal(_) => {}
                Segment::Named(_) if part.is_empty() => return None,
                Segment::Named(name) => values.push((name.as_str(), part)),
            }
            left = after;
        }
        match (&self.rest, left) {
            (Some(name), Some(rest)) => values.push((name.as_str(), rest)),
            (None, None) => {}
            _ => return None,
        }
        Some(values)
    }
}

/// A path of the configuration, which must be in the form that requests are compared in.
pub(super) fn normal(path: &str, what: &str) -> Result<Vec<u8>, String> {
    let mut normal = Vec::new();
    let fine = path.starts_with('/')
        && hcc_http::bytes::is_target(path.as_bytes())
        && !path.contains('?')
        && hcc_http::path::normalise(path.as_bytes(), &mut normal).is_ok()
        && normal == path.as_bytes();
    if !fine {
        return Err(format!("{what} is not normal: {path}"));
    }
    if path.split('/').count() > MAX_SEGMENTS + 1 {
        return Err(format!("{what} has more than {MAX_SEGMENTS} segments"));
    }
    Ok(normal)
}

//! The path asked for upstream, where it is not the one received.

use super::paths::{Paths, normal};
use super::template::{Template, escape, in_path};
use crate::snapshot::RouteBody;
use std::borrow::Cow;

/// How the path is changed.
#[derive(Debug)]
pub enum Rewrite {
    /// The beginning is replaced; what follows it stays. Neither ends with a slash.
    Prefix {
        /// What goes.
        from: Vec<u8>,
        /// What comes.
        to: Vec<u8>,
    },
    /// All of it is replaced.
    Whole(Template),
}

impl Rewrite {
    /// Compiles `strip_prefix` or `rewrite` of a route.
    pub(super) fn compile(body: &RouteBody, paths: &Paths) -> Result<Option<Self>, String> {
        let bare = |path: &[u8]| path.strip_suffix(b"/").unwrap_or(path).to_vec();
        match (body.strip_prefix, &body.rewrite, paths) {
            (false, None, _) => Ok(None),
            (true, Some(_), _) => Err("strip_prefix and rewrite exclude each other".to_owned()),
            (true, None, Paths::Prefix(prefix)) => Ok(Some(Self::Prefix { from: bare(prefix), to: Vec::new() })),
            (true, None, _) => Err("strip_prefix needs a path_prefix".to_owned()),
            (false, Some(to), Paths::Prefix(prefix)) => Ok(Some(Self::Prefix { from: bare(prefix), to: bare(&normal(to, "rewrite")?) })),
            (false, Some(to), _) => {
                normal(to, "rewrite")?;
                Template::compile(to, &paths.names()).map(|t| Some(Self::Whole(t))).map_err(|e| format!("rewrite: {e}"))
            }
        }
    }

    /// The path for the upstream; `None` when `path` is not one of `paths`.
    fn path(&self, paths: &Paths, path: &[u8]) -> Option<Vec<u8>> {
        let rewritten = match self {
            Self::Prefix { from, to } => [to, path.strip_prefix(&from[..])?].concat(),
            Self::Whole(template) => {
                let values = match paths {
                    Paths::Pattern(pattern) => pattern.values(path)?,
                    _ => Vec::new(),
                };
                template
                    .fill(|name, _| values.iter().find(|(n, _)| *n == name).map_or(Cow::Borrowed(&b""[..]), |(_, v)| escape(v, in_path)))
            }
        };
        Some(if rewritten.is_empty() { b"/".to_vec() } else { rewritten })
    }

    /// Path and query for the upstream, from those received; `plain` is the path in its normal form.
    ///
    /// `None` when the rewritten path can be read in two ways: a `..` must not lead out of where a rewrite leads to.
    pub fn target(&self, paths: &Paths, target: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        let (path, query) = target.split_at(target.iter().position(|b| *b == b'?').unwrap_or(target.len()));
        let mut rewritten = self.path(paths, path)?;
        if path != plain {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            hcc_http::path::normalise(&self.path(paths, plain)?, &mut ours).ok()?;
            hcc_http::path::normalise(&rewritten, &mut theirs).ok()?;
            if ours != theirs {
                return None;
            }
        }
        rewritten.extend_from_slice(query);
        Some(rewritten)
    }
}

#[cfg(test)]
#[path = "rewrite_tests.rs"]
mod tests;

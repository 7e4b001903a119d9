//! Redirects: to where a template says, without a way for the client to choose another host or another field.

use super::paths::Paths;
use super::template::{Place, Template, escape, in_path, in_query, in_query_value};
use crate::render::Answer;
use crate::snapshot::RedirectBody;
use std::borrow::Cow;

/// A redirect, ready to answer.
#[derive(Debug)]
pub struct Redirect {
    status: u16,
    to: Template,
}

/// What of a request a redirect can use.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Host without port.
    pub host: &'a str,
    /// The path in its normal form.
    pub path: &'a [u8],
    /// The query with its `?`, or nothing.
    pub query: &'a [u8],
}

impl Redirect {
    /// Compiles a redirect of a route with these paths.
    pub(super) fn compile(body: &RedirectBody, paths: &Paths) -> Result<Self, String> {
        if !matches!(body.status, 301 | 302 | 303 | 307 | 308) {
            return Err(format!("redirect: {} is no status of a redirect", body.status));
        }
        let mut names = paths.names();
        names.extend(["host", "path", "query"]);
        let to = Template::compile(&body.to, &names).map_err(|e| format!("redirect: {e}"))?;
        let rooted = to.head().starts_with('/') && !to.head().starts_with("//");
        let from_path = to.parts().next() == Some(Err("path"));
        let absolute = ["https://", "http://"].iter().any(|s| to.head().starts_with(s));
        if !(rooted || from_path || absolute) || body.to.contains('\\') {
            return Err(format!("redirect: {} starts with none of https://, http://, / and {{path}}", body.to));
        }
        if absolute {
            check_authority(&to).map_err(|()| {
                format!("redirect: before the path of {} there must be a host, in which only {{host}} can be filled in", body.to)
            })?;
        }
        Ok(Self { status: body.status, to })
    }

    /// The answer to a request whose path is covered by `paths`.
    pub fn answer(&self, paths: &Paths, asked: &Asked<'_>) -> Answer {
        if asked.host.is_empty() && self.to.parts().any(|p| p == Err("host")) {
            return Answer::closing(400, "redirect needs a host");
        }
        let values = match paths {
            Paths::Pattern(pattern) => pattern.values(asked.path).unwrap_or_default(),
            _ => Vec::new(),
        };
        let mut location = self.to.fill(|name, place| match (name, place) {
            ("host", _) => Cow::Borrowed(asked.host.as_bytes()),
            ("path", Place::Path) => escape(asked.path, in_path),
            ("path", Place::Query) => escape(asked.path, in_query_value),
            // After a `?` of the template the request's query goes on as further fields.
            ("query", Place::Query) if !asked.query.is_empty() => [b"&", &*escape(&asked.query[1..], in_query)].concat().into(),
            ("query", _) => escape(asked.query, in_query),
            (name, place) => {
                let value = values.iter().find(|(n, _)| *n == name).map_or(&b""[..], |(_, v)| v);
                escape(value, if place == Place::Path { in_path } else { in_query_value })
            }
        });
        // Two slashes at the beginning would name a host (RFC 3986 section 4.2); an empty value can bring them about.
        while location.starts_with(b"//") {
            location.remove(0);
        }
        Answer::redirect(self.status, String::from_utf8_lossy(&location).into_owned())
    }
}

/// The host is there, and values of the path neither stand in it nor run on into it.
fn check_authority(to: &Template) -> Result<(), ()> {
    let mut skip = to.head().find("//").map_or(0, |at| at + 2);
    let mut named = false;
    for part in to.parts() {
        match part {
            Ok(text) => {
                let text = &text[skip..];
                skip = 0;
                let end = text.find(['/', '?', '#']);
                if text[..end.unwrap_or(text.len())].contains('@') {
                    return Err(());
                }
                named |= end != Some(0) && !text.is_empty();
                if end.is_some() {
                    return if named { Ok(()) } else { Err(()) };
                }
            }
            // A normal path starts with a slash, which ends the host.
            Err("path") => return if named { Ok(()) } else { Err(()) },
            Err("host") => named = true,
            // A query may be empty, and then ends nothing.
            Err("query") if named => {}
            Err(_) => return Err(()),
        }
    }
    if named { Ok(()) } else { Err(()) }
}

/// The same address over https, for a client that came without.
pub fn to_https(host: &str, target: &[u8]) -> Answer {
    if host.is_empty() {
        return Answer::closing(400, "https needs a host");
    }
    let (path, query) = target.split_at(target.iter().position(|b| *b == b'?').unwrap_or(target.len()));
    let path = if path.starts_with(b"/") { escape(path, in_path) } else { Cow::Borrowed(&b"/"[..]) };
    let location = [b"https://", host.as_bytes(), &path, &escape(query, in_query)].concat();
    Answer::redirect(308, String::from_utf8_lossy(&location).into_owned())
}

#[cfg(test)]
#[path = "redirect_tests.rs"]
mod tests;

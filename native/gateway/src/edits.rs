//! What becomes of the fields of a response: the platform's, the site's, the route's and the request's own changes in one place.

use crate::config::Platform;
use crate::site::cors::Cors;
use crate::site::headers::{DefaultField, Rules};

/// Changes of one response's fields. A forwarded response asks [`Edits::drops`] for each field, then puts [`Edits::put_defaults`] and
/// [`Edits::put_lines`].
#[derive(Clone, Copy, Debug)]
pub struct Edits<'a> {
    pub(crate) platform: &'a Platform,
    pub(crate) rules: Option<&'a Rules>,
    pub(crate) security: &'a [DefaultField],
    pub(crate) hsts: Option<&'a DefaultField>,
    pub(crate) cors: bool,
    pub(crate) lines: &'a [u8],
}

impl<'a> Edits<'a> {
    /// Whether a field of the response goes. `rules` says whether those of the route hold: for all but the gateway's own errors.
    pub fn drops(&self, name: &[u8], rules: bool) -> bool {
        (self.cors && Cors::replaces(name)) || self.replaces(name, rules)
    }

    /// Whether a field is left out because the platform or a rule says what it is. `rules` as above.
    pub(crate) fn replaces(&self, name: &[u8], rules: bool) -> bool {
        self.platform.response_names.iter().any(|own| name.eq_ignore_ascii_case(own.as_bytes()))
            || (rules && self.rules.is_some_and(|r| r.drops(name)))
    }

    /// Fields that come where the response has none of that name.
    pub fn defaults(&self) -> impl Iterator<Item = &'a DefaultField> + use<'a> {
        let platform = self.platform;
        let hsts = self.hsts.filter(|h| !self.rules.is_some_and(|r| r.touches(h.name.as_bytes())));
        self.security.iter().chain(hsts).filter(move |d| !platform.response_names.iter().any(|own| d.name.eq_ignore_ascii_case(own)))
    }

    /// Appends the defaults for which `has` is false.
    pub fn put_defaults(&self, out: &mut Vec<u8>, has: impl Fn(&[u8]) -> bool) {
        for field in self.defaults().filter(|d| !has(d.name.as_bytes())) {
            out.extend_from_slice(&field.line);
        }
    }

    /// Appends the lines that come besides, each with its line end: the platform's, the route's, this request's.
    pub fn put_lines(&self, out: &mut Vec<u8>, rules: bool) {
        out.extend_from_slice(&self.platform.response_lines);
        if let Some(own) = self.rules.filter(|_| rules) {
            own.put_lines(out, |name| self.platform.response_names.iter().any(|p| name.eq_ignore_ascii_case(p.as_bytes())));
        }
        out.extend_from_slice(self.lines);
    }
}

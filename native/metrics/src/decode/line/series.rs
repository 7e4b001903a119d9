//! The series of a line: one a numeric field.

use super::escape::{find, unescaped};
use crate::sink::{Describe, Refused, SeriesKey};

/// Measurement with tags, then the fields' names, all as sent.
pub(super) struct Series<'a> {
    pub parts: &'a [&'a [u8]],
    pub escapes: bool,
}

impl Describe for Series<'_> {
    fn count(&self) -> usize {
        self.parts.len().saturating_sub(1)
    }

    fn series(&self, index: usize, key: &mut SeriesKey) -> Result<(), Refused> {
        let (Some(series), Some(field)) = (self.parts.first(), self.parts.get(index.saturating_add(1))) else {
            return Err(Refused::NoName);
        };
        let (measurement, mut tags) = match find(series, self.escapes, |b| b == b',') {
            Some(at) => (series.get(..at).unwrap_or_default(), series.get(at..)),
            None => (*series, None),
        };
        key.name(&[&unescaped(measurement, self.escapes, false), b"_", &unescaped(field, self.escapes, true)])?;
        while let Some([b',', tag @ ..]) = tags {
            let equals = find(tag, self.escapes, |b| b == b'=' || b == b',').filter(|at| tag.get(*at) == Some(&b'='));
            let (Some(name), Some(rest)) = (equals.and_then(|at| tag.get(..at)), equals.and_then(|at| tag.get(at + 1..))) else {
                return Err(Refused::Malformed("a tag has no value"));
            };
            if name.is_empty() {
                return Err(Refused::Malformed("a tag has no name"));
            }
            let end = find(rest, self.escapes, |b| b == b',').unwrap_or(rest.len());
            let value = rest.get(..end).unwrap_or(rest);
            key.label(&unescaped(name, self.escapes, true), &unescaped(value, self.escapes, true))?;
            tags = rest.get(end..);
        }
        Ok(())
    }
}

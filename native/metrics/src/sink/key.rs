//! Name and labels of one series in canonical form.

use super::{Describe, Refused};

/// What names and labels may be. Lengths are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Labels of a series, its name not among them.
    pub labels: usize,
    /// A metric's or label's name.
    pub name: usize,
    /// A label's value.
    pub value: usize,
}

impl Default for Limits {
    /// As wide as the common stores have it: nobody's dashboards break on the way here.
    fn default() -> Self {
        Limits { labels: 64, name: 1024, value: 4096 }
    }
}

/// Name and labels of one series: labels sorted by name, empty values dropped. One key is used again and again.
///
/// Written through [`SeriesKey::read`]; what it holds after an error has no meaning.
#[derive(Debug, Default)]
pub struct SeriesKey {
    limits: Limits,
    /// What was written, in the order it came.
    text: Vec<u8>,
    name_end: usize,
    labels: Vec<Span>,
    canonical: Vec<u8>,
}

/// Where a label stands in `text`: name from `start` to `middle`, value up to `end`.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    middle: usize,
    end: usize,
}

impl SeriesKey {
    /// An empty key that holds to `limits`.
    pub fn new(limits: Limits) -> Self {
        SeriesKey { limits, ..SeriesKey::default() }
    }

    /// Reads series `index` of a source, sorts its labels and checks everything.
    pub fn read(&mut self, describe: &dyn Describe, index: usize) -> Result<(), Refused> {
        self.text.clear();
        self.labels.clear();
        self.name_end = 0;
        describe.series(index, self)?;
        self.finish()
    }

    /// Sets the name to the pieces one after the other. Comes before the labels; the last call counts.
    pub fn name(&mut self, pieces: &[&[u8]]) -> Result<(), Refused> {
        if pieces.iter().map(|p| p.len()).fold(0, usize::saturating_add) > self.limits.name {
            return Err(Refused::NameTooLong);
        }
        // Labels that came before it move behind it.
        let behind = self.text.split_off(self.name_end);
        let before = self.name_end;
        self.text.clear();
        for piece in pieces {
            self.text.extend_from_slice(piece);
        }
        self.name_end = self.text.len();
        self.text.extend_from_slice(&behind);
        for label in &mut self.labels {
            for at in [&mut label.start, &mut label.middle, &mut label.end] {
                *at = *at - before + self.name_end;
            }
        }
        Ok(())
    }

    /// Adds a label. One with an empty value is no label. `__name__` is the name.
    pub fn label(&mut self, name: &[u8], value: &[u8]) -> Result<(), Refused> {
        if name == b"__name__" {
            return if self.name_end == 0 { self.name(&[value]) } else { Err(Refused::DuplicateLabel) };
        }
        if name.len() > self.limits.name {
            return Err(Refused::NameTooLong);
        }
        if value.len() > self.limits.value {
            return Err(Refused::ValueTooLong);
        }
        if name.is_empty() {
            return Err(Refused::NoName);
        }
        if value.is_empty() {
            return Ok(());
        }
        if self.labels.len() >= self.limits.labels {
            return Err(Refused::TooManyLabels);
        }
        let start = self.text.len();
        self.text.extend_from_slice(name);
        let middle = self.text.len();
        self.text.extend_from_slice(value);
        self.labels.push(Span { start, middle, end: self.text.len() });
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Refused> {
        if self.name_end == 0 {
            return Err(Refused::NoName);
        }
        let text = std::str::from_utf8(&self.text).map_err(|_| Refused::NotText)?;
        // Pieces that are text only when put together are not: half a character of the name, half of a label.
        let split = |at: usize| !text.is_char_boundary(at);
        if self.text.contains(&0) || self.labels.iter().any(|l| split(l.start) || split(l.middle) || split(l.end)) {
            return Err(Refused::NotText);
        }
        let name = |l: &Span| self.text.get(l.start..l.middle).unwrap_or_default();
        self.labels.sort_unstable_by(|a, b| name(a).cmp(name(b)));
        if self.labels.windows(2).any(|pair| matches!(pair, [a, b] if name(a) == name(b))) {
            return Err(Refused::DuplicateLabel);
        }
        self.canonical.clear();
        self.canonical.extend_from_slice(self.text.get(..self.name_end).unwrap_or_default());
        for label in &self.labels {
            for part in [label.start..label.middle, label.middle..label.end] {
                self.canonical.push(0);
                self.canonical.extend_from_slice(self.text.get(part).unwrap_or_default());
            }
        }
        Ok(())
    }

    /// The series in one run of bytes: the name, then each label's name and value, with a NUL before each. UTF-8; equal series
    /// have equal bytes, and other series other bytes.
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }

    /// The series' name.
    pub fn metric(&self) -> &[u8] {
        self.text.get(..self.name_end).unwrap_or_default()
    }

    /// The labels, sorted by name.
    pub fn labels(&self) -> Labels<'_> {
        Labels { text: &self.text, spans: self.labels.iter() }
    }
}

/// A key's labels: (name, value), sorted by name.
#[derive(Clone, Debug)]
pub struct Labels<'a> {
    text: &'a [u8],
    spans: std::slice::Iter<'a, Span>,
}

impl<'a> Iterator for Labels<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let span = self.spans.next()?;
        let part = |range| self.text.get(range).unwrap_or_default();
        Some((part(span.start..span.middle), part(span.middle..span.end)))
    }
}

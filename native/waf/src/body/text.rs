//! What processors hand over, and to whom.

use std::ops::{Deref, Range};

/// Bytes of a name or a value; they stand in the input or were made from it.
#[derive(Clone, Copy, Debug)]
pub struct Text<'s> {
    bytes: &'s [u8],
    at: Option<usize>,
}

impl<'s> Text<'s> {
    /// Bytes that stand in the input at `range`; empty when the range is not in it.
    pub fn standing(input: &'s [u8], range: Range<usize>) -> Self {
        Self { at: Some(range.start), bytes: input.get(range).unwrap_or_default() }
    }

    /// Bytes that were made; they live as long as the call they are handed over in.
    pub const fn made(bytes: &'s [u8]) -> Self {
        Self { bytes, at: None }
    }

    /// The bytes.
    pub const fn bytes(self) -> &'s [u8] {
        self.bytes
    }

    /// Where in the input they stand, so that whoever keeps the input need not copy; `None` when they were made.
    pub fn range(self) -> Option<Range<usize>> {
        self.at.map(|at| at..at.saturating_add(self.bytes.len()))
    }
}

impl Deref for Text<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes
    }
}

/// The collection that a name and its value belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// `ARGS`, and `ARGS_GET` or `ARGS_POST` by what was parsed.
    Argument,
    /// `REQUEST_COOKIES`.
    Cookie,
    /// `FILES`: the part's name, the file's name. A part with `filename*` too gives both.
    File,
    /// `FILES_SIZES`: the part's name, the size in decimal bytes.
    FileSize,
    /// `FILES_TMP_CONTENT`: the part's name, the file. Always stands in the input.
    FileContent,
    /// `MULTIPART_PART_HEADERS`: the part's name, a line of its header with folds joined.
    PartHeader,
    /// `MULTIPART_NAME`: a `name` parameter, twice.
    PartName,
    /// `MULTIPART_FILENAME`: a `filename` parameter, twice.
    PartFilename,
}

/// Takes what processors find, in the order of the input.
pub trait BodyVariables {
    /// One value. `FILES_NAMES` is the names of [`Field::File`], and names of arguments and cookies are likewise not repeated.
    fn put(&mut self, field: Field, name: Text<'_>, value: Text<'_>);
}

impl<F: FnMut(Field, Text<'_>, Text<'_>)> BodyVariables for F {
    fn put(&mut self, field: Field, name: Text<'_>, value: Text<'_>) {
        self(field, name, value);
    }
}

/// The decimal digits of a number, without formatting machinery.
pub(super) fn decimal(mut number: usize, out: &mut [u8; 20]) -> &[u8] {
    let mut begin = out.len();
    for (at, digit) in out.iter_mut().enumerate().rev() {
        *digit = b'0' | u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        begin = at;
        if number == 0 {
            break;
        }
    }
    out.get(begin..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for number in [0, 1, 9, 10, 99, 100, 1_234_567, usize::MAX] {
            assert_eq!(decimal(number, &mut [0; 20]), number.to_string().as_bytes());
        }
    }

    #[test]
    fn text_knows_where_it_stands() {
        let text = Text::standing(b"a=bc", 2..4);
        assert_eq!((text.bytes(), text.range(), text.len()), (&b"bc"[..], Some(2..4), 2));
        assert_eq!(Text::standing(b"a", 1..3).bytes(), b"");
        assert_eq!(Text::made(b"x").range(), None);
    }
}

//! `normalisePath` and `normalisePathWin`: self and back references and doubled slashes leave a path.
//!
//! A segment that merely ends in `..` counts as a back reference, as rules were tuned to; so the walk is the reference
//! implementation's and not RFC 3986's.

/// With `windows`, backslashes are slashes; without, they are letters.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>, windows: bool) -> bool {
    if is_normal(input, windows) {
        return false;
    }
    out.reserve(input.len());
    Walk { input, out, windows, from: 0, top: 0, at_root: false }.run();
    true
}

/// Certainly unchanged: no slash stands behind a slash or a dot, the last byte is no dot, no backslash matters.
fn is_normal(input: &[u8], windows: bool) -> bool {
    if input.last().is_none_or(|b| *b == b'.') {
        return input.is_empty();
    }
    if windows && memchr::memchr(b'\\', input).is_some() {
        return false;
    }
    memchr::memchr_iter(b'/', input).all(|at| !matches!(at.checked_sub(1).and_then(|before| input.get(before)), Some(b'/' | b'.')))
}

struct Walk<'a> {
    input: &'a [u8],
    out: &'a mut Vec<u8>,
    windows: bool,
    /// Next byte to read.
    from: usize,
    /// Backslashes up to here and one further are slashes; one behind a run of slashes is not.
    top: usize,
    /// A relative path went above where it starts.
    at_root: bool,
}

impl Walk<'_> {
    fn run(&mut self) {
        let last = self.input.len().saturating_sub(1);
        let relative = !self.is_slash(self.input.first());
        let trailing = self.is_slash(self.input.last());
        while self.from <= last && self.out.len() <= last {
            self.top = self.from;
            let end = self.from == last;
            let closes = end || self.byte(self.from + 1) == b'/';
            if closes && (end || self.byte(self.from) != b'/') && !self.segment(relative, end) {
                break;
            }
            self.copy(relative, last);
            if end {
                break;
            }
        }
        if !trailing && self.out.last() == Some(&b'/') {
            self.out.pop();
        }
    }

    fn is_slash(&self, byte: Option<&u8>) -> bool {
        byte == Some(&b'/') || self.windows && byte == Some(&b'\\')
    }

    fn byte(&self, at: usize) -> u8 {
        match self.input.get(at) {
            Some(b'\\') if self.windows && at <= self.top + 1 => b'/',
            other => other.copied().unwrap_or_default(),
        }
    }

    /// The segment that ends at this byte; false where nothing is left to copy.
    fn segment(&mut self, relative: bool, end: bool) -> bool {
        if self.byte(self.from) != b'.' {
            if !self.out.is_empty() {
                self.at_root = false;
            }
            return true;
        }
        match self.out.last() {
            Some(b'.') => {
                if relative && (self.at_root || self.out.len() <= 2) {
                    self.at_root = true;
                    return true;
                }
                self.climb(relative, end);
            }
            None => {}
            Some(b'/') if end => {}
            Some(b'/') => {
                self.out.pop();
            }
            Some(_) => return true,
        }
        self.from += 1;
        !end
    }

    /// Takes the dot and the segment before it away.
    fn climb(&mut self, relative: bool, end: bool) {
        // Three back is on the slash before the dots, then on to the one before that.
        let from = self.out.len().saturating_sub(3);
        let kept = self.out.get(..=from).and_then(|head| memchr::memrchr(b'/', head)).unwrap_or_default();
        if self.out.len() <= 3 || kept == 0 {
            self.at_root = true;
            self.out.truncate(usize::from(!relative && end));
        } else {
            self.out.truncate(kept);
        }
    }

    fn copy(&mut self, relative: bool, last: usize) {
        if self.byte(self.from) == b'/' {
            while self.from < last && self.is_slash(self.input.get(self.from + 1)) {
                self.from += 1;
            }
            if relative && self.out.is_empty() {
                self.from += 1;
                return;
            }
        }
        self.out.push(self.byte(self.from));
        self.from += 1;
    }
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn unix() {
        table(
            Transformation::NormalisePath,
            [
                (b"", b""),
                (b"/foo/bar", b"/foo/bar"),
                (b"/foo//bar///", b"/foo/bar/"),
                (b"./a/./b/.", b"a/b"),
                (b"/a/b/../c", b"/a/c"),
                (b"/a/..", b""),
                (b"/a/../", b"/"),
                (b"/a/b/..", b"/a"),
                (b"/../../a", b"/a"),
                (b"a/../..", b".."),
                // Climbing over a copied reference forgets it.
                (b"../a/../../b", b"b"),
                (b".", b""),
                (b"..", b".."),
                (b"/.", b""),
                (b"/a../b", b"/b"),
                (b"a.b/.c", b"a.b/.c"),
                (b"a\\..\\b", b"a\\..\\b"),
                (b"dir/foo/../../..//./bar.", b"../bar."),
                (b"/a\0/../b", b"/b"),
            ],
        );
    }

    #[test]
    fn windows() {
        table(
            Transformation::NormalisePathWin,
            [
                (b"", b""),
                (b"\\foo\\bar", b"/foo/bar"),
                (b"a\\.\\b\\..\\c", b"a/c"),
                (b"a\\\\b", b"a/b"),
                // Of three, the last is copied as it stands.
                (b"a\\\\\\b", b"a\\b"),
                (b"/a/b/../c", b"/a/c"),
                (b"..\\..\\x", b"../../x"),
            ],
        );
    }
}

//! `replaceComments`: each C comment becomes one space.

use super::bytes::splice;
use memchr::memmem::Finder;
use std::sync::LazyLock;

static START: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"/*"));
static END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"*/"));

/// An open comment takes all behind it; a lone end stays.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| START.find(rest), comment)
}

fn comment(marked: &[u8], out: &mut Vec<u8>) -> usize {
    out.push(b' ');
    let inside = marked.get(2..).unwrap_or_default();
    END.find(inside).map_or(marked.len(), |at| at + 4)
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::ReplaceComments,
            [
                (b"", b""),
                (b"a/b*c*/d", b"a/b*c*/d"),
                (b"a/*x*/b", b"a b"),
                (b"/*x", b" "),
                (b"a/**/b/**/c", b"a b c"),
                (b"/*/x*/b", b" b"),
                (b"<!--x-->", b"<!--x-->"),
                (b"/*x*//*y*/", b"  "),
            ],
        );
    }
}

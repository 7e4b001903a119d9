//! `replaceComments`: each C comment becomes one space.

use super::bytes::splice;

/// An open comment takes all behind it; a lone end stays.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| pair(rest, b'/', b'*'), comment)
}

/// Where `first` is followed by `second`.
fn pair(input: &[u8], first: u8, second: u8) -> Option<usize> {
    memchr::memchr_iter(first, input).find(|at| input.get(at + 1) == Some(&second))
}

fn comment(marked: &[u8], out: &mut Vec<u8>) -> usize {
    out.push(b' ');
    let inside = marked.get(2..).unwrap_or_default();
    pair(inside, b'*', b'/').map_or(marked.len(), |at| at + 4)
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

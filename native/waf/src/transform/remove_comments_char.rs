//! `removeCommentsChar`: the marks of comments go, what they enclose stays.

use super::bytes::{position, splice};

/// `/* */ <!-- --> --` and `#`; what they leave together is not looked at again.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, find, |marked, _| mark(marked))
}

/// Bytes of the mark that `rest` starts with.
fn mark(rest: &[u8]) -> usize {
    match rest {
        [b'#', ..] => 1,
        [b'-', b'-', b'>', ..] => 3,
        [b'/', b'*', ..] | [b'*', b'/', ..] | [b'-', b'-', ..] => 2,
        [b'<', b'!', b'-', b'-', ..] => 4,
        _ => 0,
    }
}

fn find(input: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = input.get(from..)?;
        let at = position(rest, |b| matches!(b, b'#' | b'/' | b'*' | b'-' | b'<'))?;
        if mark(rest.get(at..)?) > 0 {
            return Some(from + at);
        }
        from += at + 1;
    }
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::RemoveCommentsChar,
            [
                (b"", b""),
                (b"a/b-c*d<!-", b"a/b-c*d<!-"),
                (b"a/*x*/b", b"axb"),
                (b"<!--x-->", b"x"),
                (b"a--b#c", b"abc"),
                (b"---", b"-"),
                (b"--->", b"->"),
                (b"/*/", b"/"),
                (b"/-->*", b"/*"),
                (b"/#*", b"/*"),
            ],
        );
    }
}

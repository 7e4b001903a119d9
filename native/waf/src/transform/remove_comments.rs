//! `removeComments`: C, HTML, SQL and shell comments.

use super::bytes::{position, splice};

/// `/*…*/` and `<!--…-->` go, either end closes either start; `--` and `#` end the value; an open comment becomes a space.
///
/// The byte behind a comment is copied unseen, and a NUL where the value ends there.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, find, comment)
}

/// Bytes of the mark that `rest` starts with.
fn mark(rest: &[u8]) -> usize {
    match rest {
        [b'#', ..] => 1,
        [b'/', b'*', ..] | [b'-', b'-', ..] => 2,
        [b'<', b'!', b'-', b'-', ..] => 4,
        _ => 0,
    }
}

fn find(input: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = input.get(from..)?;
        let at = position(rest, |b| matches!(b, b'#' | b'/' | b'-' | b'<'))?;
        if mark(rest.get(at..)?) > 0 {
            return Some(from + at);
        }
        from += at + 1;
    }
}

fn comment(marked: &[u8], out: &mut Vec<u8>) -> usize {
    if matches!(marked, [b'#' | b'-', ..]) {
        return marked.len();
    }
    let start = mark(marked);
    let inside = marked.get(start..).unwrap_or_default();
    let end = memchr::memchr2_iter(b'*', b'-', inside).find_map(|at| match inside.get(at..) {
        Some([b'*', b'/', ..]) => Some(at + 2),
        Some([b'-', b'-', b'>', ..]) => Some(at + 3),
        _ => None,
    });
    let Some(end) = end else {
        out.push(b' ');
        return marked.len();
    };
    let behind = start + end;
    out.push(marked.get(behind).copied().unwrap_or(0));
    behind + 1
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::RemoveComments,
            [
                (b"", b""),
                (b"a/b-c<d", b"a/b-c<d"),
                (b"a/*x*/b", b"ab"),
                (b"/*x*/", b"\0"),
                (b"/*x", b" "),
                (b"a<!--x-->b", b"ab"),
                (b"a<!--x*/b/*y-->c", b"abc"),
                (b"a--b", b"a"),
                (b"a#b", b"a"),
                (b"/*/x*/b", b"b"),
                // The mark behind a comment is not seen.
                (b"/*x*/#b", b"#b"),
                (b"/*x*//*y*/b", b"/*y*/b"),
                (b"<!-", b"<!-"),
                (b"/*--", b" "),
                (b"-", b"-"),
            ],
        );
    }
}

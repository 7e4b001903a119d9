//! `cmdLine`: undoes what hides a command from a pattern but not from a shell.

/// Quotes, backslashes and carets go; separators become one space; a space before `/` or `(` goes; letters are in lower case.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    let Some(first) = first_change(input) else { return false };
    let (plain, rest) = input.split_at(first);
    out.reserve(input.len());
    out.extend_from_slice(plain);
    let mut space = false;
    for byte in rest {
        match byte {
            b'"' | b'\'' | b'\\' | b'^' => {}
            b' ' | b',' | b';' | b'\t' | b'\r' | b'\n' => {
                if !space {
                    out.push(b' ');
                }
                space = true;
            }
            b'/' | b'(' => {
                if space {
                    out.pop();
                }
                space = false;
                out.push(*byte);
            }
            _ => {
                space = false;
                out.push(byte.to_ascii_lowercase());
            }
        }
    }
    true
}

/// Where to begin copying: the first byte that changes, or the space before it.
fn first_change(input: &[u8]) -> Option<usize> {
    let mut after_space = false;
    for (at, byte) in input.iter().enumerate() {
        let changes = match byte {
            b'"' | b'\'' | b'\\' | b'^' | b',' | b';' | b'\t' | b'\r' | b'\n' | b'A'..=b'Z' => true,
            b' ' | b'/' | b'(' => after_space,
            _ => false,
        };
        if changes {
            return Some(at - usize::from(after_space));
        }
        after_space = *byte == b' ';
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::CmdLine,
            [
                (b"", b""),
                (b"test", b"test"),
                (b"a b c", b"a b c"),
                (b"C^OMMAND /C DIR", b"command/c dir"),
                (b"c\\m'd\" , ;\t x", b"cmd x"),
                (b"a  /b", b"a/b"),
                (b"a \"/b", b"a/b"),
                (b" (", b"("),
                (b" / (", b"/("),
                (b"a\r\nb", b"a b"),
                (b"a ^ b", b"a b"),
                (b"\x0b\0", b"\x0b\0"),
            ],
        );
    }
}

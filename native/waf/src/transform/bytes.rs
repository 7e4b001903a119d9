//! What several transformations ask about bytes.

/// C's `isspace` in the C locale: the vertical tab counts.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The value of a hexadecimal digit.
pub(super) const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// The byte that two hexadecimal digits stand for.
pub(super) const fn hex_pair(high: u8, low: u8) -> Option<u8> {
    match (hex(high), hex(low)) {
        (Some(high), Some(low)) => Some(high << 4 | low),
        _ => None,
    }
}

/// The low byte of a code point of which `high` and `next` are the upper digits: the full width forms U+FF01 to U+FF5E are the
/// ASCII characters that they look like.
pub(super) const fn fold_full_width(high: u8, next: u8, low: u8) -> u8 {
    let wide = matches!(high, b'f' | b'F') && matches!(next, b'f' | b'F');
    if wide && low > 0 && low < 0x5f { low + 0x20 } else { low }
}

/// The control character of `\a \b \f \n \r \t \v`.
pub(super) const fn control_escape(letter: u8) -> Option<u8> {
    match letter {
        b'a' => Some(0x07),
        b'b' => Some(0x08),
        b'f' => Some(0x0c),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'v' => Some(0x0b),
        _ => None,
    }
}

/// The one to three octal digits that `tail` starts with.
pub(super) fn octal_digits(tail: &[u8]) -> &[u8] {
    let length = tail.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
    tail.get(..length).unwrap_or_default()
}

/// The low byte of an octal number.
pub(super) fn octal(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |value: u8, digit| value.wrapping_shl(3) | (digit & 7))
}

/// A lower-case hexadecimal digit.
pub(super) const fn hex_digit(nibble: u8) -> u8 {
    let nibble = nibble & 0xf;
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

/// Where the first byte is for which `wanted` holds.
///
/// Thirty-two bytes are judged without a branch between them, which the compiler turns into vector instructions.
pub(super) fn position(input: &[u8], wanted: impl Fn(u8) -> bool) -> Option<usize> {
    // Where much is to be done, it is often the very next byte.
    if input.first().is_some_and(|byte| wanted(*byte)) {
        return Some(0);
    }
    let mut before = 0;
    for chunk in input.chunks(32) {
        if chunk.iter().fold(false, |any, byte| any | wanted(*byte)) {
            return chunk.iter().position(|byte| wanted(*byte)).map(|at| before + at);
        }
        before += chunk.len();
    }
    None
}

/// Where `mark` is first. Marks often follow each other, and then looking is faster than searching.
pub(super) fn seek(mark: u8, rest: &[u8]) -> Option<usize> {
    if rest.first() == Some(&mark) { Some(0) } else { memchr::memchr(mark, rest) }
}

/// Where one of two marks is first.
pub(super) fn seek_either(one: u8, other: u8, rest: &[u8]) -> Option<usize> {
    match rest.first() {
        Some(byte) if *byte == one || *byte == other => Some(0),
        _ => memchr::memchr2(one, other, rest),
    }
}

/// Copies what is plain and hands what `find` points at to `decode`, which writes its meaning and says how many bytes it read.
///
/// False when `find` finds nothing, and then nothing was written.
pub(super) fn splice(
    input: &[u8],
    out: &mut Vec<u8>,
    find: impl Fn(&[u8]) -> Option<usize>,
    decode: impl Fn(&[u8], &mut Vec<u8>) -> usize,
) -> bool {
    let Some(mut plain) = find(input) else { return false };
    out.reserve(input.len());
    let mut rest = input;
    loop {
        let (before, marked) = rest.split_at(plain.min(rest.len()));
        if plain > 0 {
            out.extend_from_slice(before);
        }
        let read = decode(marked, out).max(1);
        rest = marked.get(read..).unwrap_or_default();
        let Some(next) = find(rest) else { break };
        plain = next;
    }
    out.extend_from_slice(rest);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_beyond_a_chunk() {
        for at in [0, 1, 31, 32, 33, 63, 64, 99] {
            let mut value = vec![b'a'; 100];
            value[at] = b'Z';
            assert_eq!(position(&value, |b| b == b'Z'), Some(at));
        }
        assert_eq!(position(&[b'a'; 100], |b| b == b'Z'), None);
        assert_eq!(position(b"", |_| true), None);
    }

    #[test]
    fn octal_wraps() {
        for (digits, want) in [(&b"101"[..], b'A'), (b"777", 0xff), (b"400", 0), (b"7", 7), (b"", 0)] {
            assert_eq!(octal(digits), want);
        }
        assert_eq!(octal_digits(b"1018"), b"101");
        assert_eq!(octal_digits(b"78"), b"7");
    }
}

//! Backslashes in names: before a comma, a space, an equals sign or another backslash they mean that byte, else themselves.

use std::borrow::Cow;

/// Where the first byte that `stops` stands; a byte behind a backslash never does.
#[inline]
pub(super) fn find(text: &[u8], escapes: bool, stops: impl Fn(u8) -> bool) -> Option<usize> {
    if !escapes {
        return text.iter().position(|b| stops(*b));
    }
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            other if stops(*other) => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// The name that is meant. `equals`: whether a backslash before an equals sign goes too, which it does but in measurements.
pub(super) fn unescaped(text: &[u8], escapes: bool, equals: bool) -> Cow<'_, [u8]> {
    if !escapes || memchr::memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(meant @ (b',' | b' ' | b'\\')) => out.push(meant),
            Some(b'=') if equals => out.push(b'='),
            other => {
                out.push(b'\\');
                out.extend(other);
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{find, unescaped};

    #[test]
    fn what_is_meant() {
        let cases: [(&[u8], &[u8], &[u8]); 9] = [
            (b"plain", b"plain", b"plain"),
            (br"a\ b", b"a b", b"a b"),
            (br"a\,b", b"a,b", b"a,b"),
            (br"a\=b", br"a\=b", b"a=b"),
            (br"a\\b", br"a\b", br"a\b"),
            (br"a\\\ b", br"a\ b", br"a\ b"),
            (br"a\nb", br"a\nb", br"a\nb"),
            (br"a\", br"a\", br"a\"),
            (br#"a\"b"#, br#"a\"b"#, br#"a\"b"#),
        ];
        for (text, measurement, name) in cases {
            assert_eq!(&*unescaped(text, true, false), measurement);
            assert_eq!(&*unescaped(text, true, true), name);
        }
    }

    #[test]
    fn where_it_stops() {
        for (text, escapes, expected) in
            [(&br"a\,b,c"[..], true, Some(4)), (br"a\,b,c", false, Some(2)), (br"a\\,b", true, Some(3)), (br"ab\", true, None)]
        {
            assert_eq!(find(text, escapes, |b| b == b','), expected);
        }
    }
}

//! The small pieces of XML 1.0: names, references, characters, document types.

use super::Fault;
use memchr::{memchr, memchr2, memmem};

type Outcome<T> = Result<T, (Fault, usize)>;

/// Bytes of the name at the beginning; 0 when there is none. All of non-ASCII counts as letters.
pub(super) fn name_length(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' | 0x80..) => {
            bytes.iter().take_while(|b| matches!(b, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b':' | b'-' | b'.' | 0x80..)).count()
        }
        _ => 0,
    }
}

/// White space at the beginning (production 3).
pub(super) fn space_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| is_space(**b)).count()
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Where the first byte is that no document may have (production 2), if there is one.
fn forbidden(bytes: &[u8]) -> Option<usize> {
    let control = bytes.iter().position(|b| *b < 0x20 && !is_space(*b));
    // Both non-characters begin with the same byte.
    let special = memchr::memchr_iter(0xef, bytes).find(|n| matches!(bytes.get(*n..), Some([_, 0xbf, 0xbe | 0xbf, ..])));
    match (control, special) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Checks characters that are not handed over.
pub(super) fn check(bytes: &[u8]) -> Outcome<()> {
    forbidden(bytes).map_or(Ok(()), |at| Err((Fault::Control, at)))
}

/// Appends raw text with line endings as LF (section 2.11).
pub(super) fn append_raw(raw: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
    check(raw)?;
    let mut rest = raw;
    while let Some(at) = memchr(b'\r', rest) {
        let (before, from) = rest.split_at_checked(at).unwrap_or_default();
        out.extend_from_slice(before);
        out.push(b'\n');
        rest = from.strip_prefix(b"\r\n").or_else(|| from.get(1..)).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Ok(())
}

/// Appends character data with its references resolved.
pub(super) fn append_text(raw: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
    if let Some(at) = memmem::find(raw, b"]]>") {
        return Err((Fault::Markup, at));
    }
    let mut at = 0;
    while let Some(next) = memchr(b'&', raw.get(at..).unwrap_or_default()) {
        append_raw(raw.get(at..at + next).unwrap_or_default(), out).map_err(|(f, n)| (f, at + n))?;
        at += next;
        at += reference(raw.get(at..).unwrap_or_default(), out).map_err(|f| (f, at))?;
    }
    append_raw(raw.get(at..).unwrap_or_default(), out).map_err(|(f, n)| (f, at + n))
}

/// Appends an attribute's value, normalised (section 3.3.3).
pub(super) fn append_value(raw: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
    if let Some(at) = memchr(b'<', raw) {
        return Err((Fault::Markup, at));
    }
    check(raw)?;
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        match byte {
            b'&' => at += reference(raw.get(at..).unwrap_or_default(), out).map_err(|f| (f, at))?,
            b'\t' | b'\n' | b'\r' => {
                out.push(b' ');
                at += if raw.get(at..).is_some_and(|r| r.starts_with(b"\r\n")) { 2 } else { 1 };
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    Ok(())
}

/// Appends what the reference at the beginning means; answers how long it is.
fn reference(bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, Fault> {
    // The longest right one is `&#x0010ffff;`; leading zeros beyond that are nobody's habit.
    let window = bytes.get(..bytes.len().min(16)).unwrap_or_default();
    let end = memchr(b';', window).ok_or(Fault::Entity)?;
    let character = match bytes.get(1..end).unwrap_or_default() {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x', digits @ ..] => numbered(digits, 16)?,
        [b'#', digits @ ..] => numbered(digits, 10)?,
        _ => return Err(Fault::Entity),
    };
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(end + 1)
}

fn numbered(digits: &[u8], radix: u32) -> Result<char, Fault> {
    let number = digits.iter().try_fold(0_u32, |sum, d| sum.checked_mul(radix)?.checked_add(char::from(*d).to_digit(radix)?));
    let character = number.filter(|_| !digits.is_empty()).and_then(char::from_u32).ok_or(Fault::Entity)?;
    match character {
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => Err(Fault::Entity),
        _ => Ok(character),
    }
}

/// Reads a document type from behind `<!DOCTYPE`; answers how long it is and whether it declares anything.
pub(super) fn doctype(bytes: &[u8]) -> Outcome<(usize, bool)> {
    let (mut at, mut inside, mut declares) = (0, false, false);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let to = |end: &[u8], from: usize| -> Outcome<usize> {
            let n = memmem::find(rest.get(from..).unwrap_or_default(), end).ok_or((Fault::End, bytes.len()))?;
            Ok(at + from + n + end.len())
        };
        match rest {
            [] => return Err((Fault::End, bytes.len())),
            [b'"', ..] => at = to(b"\"", 1)?,
            [b'\'', ..] => at = to(b"'", 1)?,
            [b'<', b'!', b'-', b'-', ..] if inside => at = to(b"-->", 4)?,
            [b'<', b'?', ..] if inside => at = to(b"?>", 2)?,
            [b'[', ..] if !inside && !declares => (at, inside, declares) = (at + 1, true, true),
            [b']', ..] if inside => (at, inside) = (at + 1, false),
            [b'>', ..] if !inside => return Ok((at + 1, declares)),
            [b'<' | b'[' | b']', ..] if !inside => return Err((Fault::Markup, at)),
            _ => at += 1,
        }
    }
}

/// Whether this stands rightly between `<?xml` and `?>` (production 23).
pub(super) fn is_declaration(inside: &[u8]) -> bool {
    let mut rest = inside;
    let mut next = 0;
    loop {
        let space = space_length(rest);
        rest = rest.get(space..).unwrap_or_default();
        if rest.is_empty() {
            return next > 0;
        }
        let names = [&b"version"[..], b"encoding", b"standalone"];
        let Some(at) =
            names.iter().skip(next).position(|n| rest.starts_with(n)).map(|n| n + next).filter(|n| space > 0 && (*n == 0) == (next == 0))
        else {
            return false;
        };
        next = at + 1;
        rest = rest.get(names.get(at).map_or(0, |n| n.len())..).unwrap_or_default().trim_ascii_start();
        let Some(value) = rest.strip_prefix(b"=").map(<[u8]>::trim_ascii_start).and_then(|r| {
            rest = r;
            quoted(r)
        }) else {
            return false;
        };
        let right = match at {
            0 => value.strip_prefix(b"1.").is_some_and(|v| !v.is_empty() && v.iter().all(u8::is_ascii_digit)),
            1 => {
                value.first().is_some_and(u8::is_ascii_alphabetic) && value.iter().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
            }
            _ => matches!(value, b"yes" | b"no"),
        };
        if !right {
            return false;
        }
        rest = rest.get(value.len() + 2..).unwrap_or_default();
    }
}

/// The inside of the quotes that the bytes begin with; neither they nor a `<` can be in it.
pub(super) fn quoted(bytes: &[u8]) -> Option<&[u8]> {
    let (quote, rest) = bytes.split_first()?;
    let end = if matches!(quote, b'"' | b'\'') { memchr2(*quote, b'<', rest)? } else { return None };
    rest.get(..end).filter(|_| rest.get(end) == Some(quote))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(f: fn(&[u8], &mut Vec<u8>) -> Outcome<()>, raw: &str) -> Result<String, (Fault, usize)> {
        let mut out = Vec::new();
        f(raw.as_bytes(), &mut out).map(|()| String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn text() {
        for (raw, expected) in [
            ("", Ok("")),
            ("a\r\nb\rc\n\r\r\nd", Ok("a\nb\nc\n\n\nd")),
            ("&lt;&gt;&amp;&quot;&apos;", Ok("<>&\"'")),
            ("&#60;&#x3c;&#x3C;&#x1F600;&#0000065;", Ok("<<<\u{1f600}A")),
            ("&#13;\r\n", Ok("\r\n")),
            ("&amp;lt;", Ok("&lt;")),
            ("a & b", Err((Fault::Entity, 2))),
            ("&nbsp;", Err((Fault::Entity, 0))),
            ("&LT;", Err((Fault::Entity, 0))),
            ("&;", Err((Fault::Entity, 0))),
            ("&#;", Err((Fault::Entity, 0))),
            ("&#x;", Err((Fault::Entity, 0))),
            ("&#X41;", Err((Fault::Entity, 0))),
            ("&#0;", Err((Fault::Entity, 0))),
            ("&#x1f;", Err((Fault::Entity, 0))),
            ("&#xd800;", Err((Fault::Entity, 0))),
            ("&#x110000;", Err((Fault::Entity, 0))),
            ("&#99999999999;", Err((Fault::Entity, 0))),
            ("&#+65;", Err((Fault::Entity, 0))),
            ("&#0000000000000000065;", Err((Fault::Entity, 0))),
            ("ab\u{1}", Err((Fault::Control, 2))),
            ("a\0", Err((Fault::Control, 1))),
            ("\u{ffff}", Err((Fault::Control, 0))),
            ("x]]>", Err((Fault::Markup, 1))),
        ] {
            assert_eq!(run(append_text, raw), expected.map(str::to_owned), "{raw:?}");
        }
    }

    #[test]
    fn values() {
        for (raw, expected) in [
            ("a\tb\nc\r\nd\re", Ok("a b c d e")),
            ("&#9;&#10;&#x20;", Ok("\t\n ")),
            ("a&lt;b", Ok("a<b")),
            ("a<b", Err((Fault::Markup, 1))),
            ("a&b", Err((Fault::Entity, 1))),
            ("\u{2}", Err((Fault::Control, 0))),
        ] {
            assert_eq!(run(append_value, raw), expected.map(str::to_owned), "{raw:?}");
        }
    }

    #[test]
    fn doctypes() {
        for (text, expected) in [
            (" a>", Ok((3, false))),
            (" a SYSTEM \"x>y\">z", Ok((16, false))),
            (" a PUBLIC '-//[x' \"y\">", Ok((22, false))),
            (" a []>", Ok((6, true))),
            (" a [<!ENTITY b \"]>\"> <!-- ]> --> <?c ]> ?>]>", Ok((44, true))),
            (" a [", Err(Fault::End)),
            (" a \"", Err(Fault::End)),
            (" a", Err(Fault::End)),
            (" a <b>", Err(Fault::Markup)),
            (" a ][>", Err(Fault::Markup)),
            (" a [] [] >", Err(Fault::Markup)),
        ] {
            assert_eq!(doctype(text.as_bytes()).map_err(|e| e.0), expected, "{text}");
        }
    }

    #[test]
    fn declarations() {
        for inside in [
            " version='1.0'",
            " version = \"1.1\" ",
            " version='1.0' encoding='utf-8'",
            " version='1.0'\nencoding='a' standalone='yes'",
            " version='1.0' standalone='no'",
        ] {
            assert!(is_declaration(inside.as_bytes()), "{inside}");
        }
        for inside in [
            "",
            " ",
            " encoding='utf-8'",
            " version='1.0'encoding='a'",
            " version='2.0'",
            " version='1.'",
            " version=1.0",
            " version='1.0",
            " version",
            " encoding='a' version='1.0'",
            " version='1.0' version='1.0'",
            " version='1.0' encoding=''",
            " version='1.0' encoding='<'",
            " version='1.0' standalone='maybe'",
            " version='1.0' x='y'",
            "version='1.0'",
            " version='</a>1.0'",
        ] {
            assert!(!is_declaration(inside.as_bytes()), "{inside}");
        }
    }

    #[test]
    fn names_and_quotes() {
        for (text, length) in [("a", 1), ("a:b-c.d1 e", 8), ("_x", 2), ("1a", 0), ("-a", 0), ("", 0), ("\u{e9}t\u{e9}=", 5)] {
            assert_eq!(name_length(text.as_bytes()), length, "{text}");
        }
        for (text, value) in [("\"a'\"b", Some("a'")), ("''", Some("")), ("\"a", None), ("\"a<\"", None), ("a", None), ("", None)] {
            assert_eq!(quoted(text.as_bytes()), value.map(str::as_bytes), "{text}");
        }
    }
}

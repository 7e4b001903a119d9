//! Documents in other encodings than UTF-8 become UTF-8 first; who reads them behind us does that too.

use super::Fault;
use memchr::memmem;
use std::borrow::Cow;

/// A document in UTF-8, and where it was cut.
type Converted<'a> = (Cow<'a, [u8]>, Option<usize>);

/// The document in UTF-8 without byte order mark, as far as it is valid, and where that ends if not at the end.
///
/// Which encoding it is follows XML 1.0 appendix F: byte order mark, then the look of the first bytes, then the declaration.
pub(super) fn utf8(input: &[u8]) -> Result<Converted<'_>, (Fault, usize)> {
    match input {
        [0xef, 0xbb, 0xbf, rest @ ..] => declared_utf8(rest).map(|()| valid(rest)),
        [0xff, 0xfe, rest @ ..] | rest @ [b'<', 0, ..] => Ok(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] | rest @ [0, b'<', ..] => Ok(utf16(rest, u16::from_be_bytes)),
        // UTF-32 and EBCDIC.
        [0, 0, ..] | [0x4c, 0x6f, 0xa7, 0x94, ..] => Err((Fault::Encoding, 0)),
        _ => match declared(input) {
            None => Ok(valid(input)),
            Some(name) if is(name, &["utf-8", "utf8", "us-ascii", "ascii"]) => Ok(valid(input)),
            Some(name) if is(name, &["iso-8859-1", "latin1", "iso_8859-1", "l1"]) => {
                let mut out = Vec::with_capacity(input.len());
                for byte in input {
                    out.extend_from_slice(char::from(*byte).encode_utf8(&mut [0; 2]).as_bytes());
                }
                Ok((Cow::Owned(out), None))
            }
            Some(_) => Err((Fault::Encoding, 0)),
        },
    }
}

fn is(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|n| n.as_bytes().eq_ignore_ascii_case(name))
}

fn valid(input: &[u8]) -> Converted<'_> {
    match std::str::from_utf8(input) {
        Ok(_) => (Cow::Borrowed(input), None),
        Err(e) => (Cow::Borrowed(input.get(..e.valid_up_to()).unwrap_or_default()), Some(e.valid_up_to())),
    }
}

/// A byte order mark and another declaration is two stories.
fn declared_utf8(input: &[u8]) -> Result<(), (Fault, usize)> {
    declared(input).is_none_or(|n| is(n, &["utf-8", "utf8"])).then_some(()).ok_or((Fault::Encoding, 0))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Converted<'static> {
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(unit);
    let mut out = Vec::with_capacity(bytes.len());
    for character in char::decode_utf16(units) {
        let Ok(character) = character else { return cut(out) };
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    if bytes.len() % 2 == 0 { (Cow::Owned(out), None) } else { cut(out) }
}

fn cut(out: Vec<u8>) -> Converted<'static> {
    let length = out.len();
    (Cow::Owned(out), Some(length))
}

/// The encoding that a declaration names.
fn declared(input: &[u8]) -> Option<&[u8]> {
    let rest = input.strip_prefix(b"<?xml")?;
    let declaration = rest.get(..memmem::find(rest, b"?>")?)?;
    let rest = declaration.get(memmem::find(declaration, b"encoding")? + 8..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first()?;
    rest.get(..memchr::memchr(*quote, rest)?).filter(|_| matches!(quote, b'"' | b'\''))
}

#[cfg(test)]
#[allow(clippy::type_complexity)] // tables
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        let wide = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        let with = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        let table: &[(Vec<u8>, Result<(&str, Option<usize>), Fault>)] = &[
            (b"<a>\xc3\xa9</a>".to_vec(), Ok(("<a>\u{e9}</a>", None))),
            (with(b"\xef\xbb\xbf", b"<a/>"), Ok(("<a/>", None))),
            (with(b"\xef\xbb\xbf", b"<?xml version='1.0' encoding='latin1'?><a/>"), Err(Fault::Encoding)),
            (with(b"\xff\xfe", &wide("<a>\u{1f600}</a>", false)), Ok(("<a>\u{1f600}</a>", None))),
            (with(b"\xfe\xff", &wide("<a/>", true)), Ok(("<a/>", None))),
            (wide("<a/>", false), Ok(("<a/>", None))),
            (wide("<a/>", true), Ok(("<a/>", None))),
            (with(&wide("<a>", false), &[0, 0xd8, b'x', 0]), Ok(("<a>", Some(3)))),
            (with(&wide("<a>", false), b"x"), Ok(("<a>", Some(3)))),
            (
                b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>".to_vec(),
                Ok(("<?xml version='1.0' encoding='ISO-8859-1'?><a>\u{e9}</a>", None)),
            ),
            (b"<?xml version=\"1.0\" encoding = \"utf-8\"?><a/>".to_vec(), Ok(("<?xml version=\"1.0\" encoding = \"utf-8\"?><a/>", None))),
            (b"<?xml version='1.0' encoding='UTF-7'?><a/>".to_vec(), Err(Fault::Encoding)),
            (b"<?xml version='1.0' encoding='IBM037'?><a/>".to_vec(), Err(Fault::Encoding)),
            (b"\x4c\x6f\xa7\x94\x93".to_vec(), Err(Fault::Encoding)),
            (b"\0\0\0<".to_vec(), Err(Fault::Encoding)),
            (b"<a>\xff</a>".to_vec(), Ok(("<a>", Some(3)))),
            (b"".to_vec(), Ok(("", None))),
        ];
        for (input, expected) in table {
            let found = utf8(input).map(|(text, cut)| (String::from_utf8_lossy(&text).into_owned(), cut)).map_err(|e| e.0);
            assert_eq!(found, expected.map(|(t, c)| (t.to_owned(), c)), "{}", input.escape_ascii());
        }
    }
}

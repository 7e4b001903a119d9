//! The boundary of a multipart body, and all that is suspicious about it.
//!
//! The grammar is `ModSecurity`'s: nothing but one semicolon and white space may stand between the type and `boundary`, and whatever
//! makes two readers see two boundaries is an error.

use super::cookies::is_space;
use super::{Fault, multipart::Flags};
use memchr::{memchr, memmem};

/// Longest `Content-Type` that is looked into, in bytes.
const CONTENT_TYPE: usize = 1_024;
const TYPE: &[u8] = b"multipart/form-data";
const NAME: &[u8] = b"boundary";

/// The boundary in a `Content-Type`; flags are set as they are seen, also when the answer is an error.
pub(super) fn find<'v>(content_type: &'v [u8], flags: &mut Flags) -> Result<&'v [u8], Fault> {
    if content_type.is_empty() || content_type.len() > CONTENT_TYPE {
        return Err(Fault::ContentTypeLength);
    }
    let (kind, parameters) = content_type.split_at_checked(TYPE.len()).ok_or(Fault::NotMultipart)?;
    if !kind.eq_ignore_ascii_case(TYPE) {
        return Err(Fault::NotMultipart);
    }
    let count = parameters_named(content_type);
    if count > 1 {
        return Err(Fault::BoundaryTwice);
    }
    let Some(at) = memmem::find(parameters, NAME) else {
        return Err(if count > 0 { Fault::BoundaryCase } else { Fault::BoundaryMissing });
    };
    let (before, from) = parameters.split_at_checked(at).unwrap_or_default();
    let mut semicolons = before.iter().filter(|b| !is_space(**b));
    match (semicolons.next(), semicolons.next()) {
        (None, _) => flags.missing_semicolon = true,
        (Some(b';'), None) => {}
        _ => return Err(Fault::BoundaryParameter),
    }
    let rest = from.get(NAME.len()..).unwrap_or_default();
    let equals = memchr(b'=', rest).ok_or(Fault::BoundaryParameter)?;
    let (between, value) = rest.split_at_checked(equals).unwrap_or_default();
    if !between.iter().all(|b| is_space(*b)) {
        return Err(Fault::BoundaryParameter);
    }
    flags.boundary_whitespace |= !between.is_empty();
    let value = value.get(1..).unwrap_or_default();
    flags.boundary_whitespace |= value.first().is_some_and(|b| is_space(*b));
    let value = match value {
        [b'"', inside @ .., b'"'] => {
            flags.boundary_quoted = true;
            inside
        }
        [b'"', ..] | [.., b'"'] => return Err(Fault::BoundaryQuote),
        _ => value,
    };
    // A word like the parameter's own in the value may be a second parameter to someone.
    if parameters_named(value) > 0 {
        return Err(Fault::BoundaryTwice);
    }
    // Some clients put a charset behind the boundary; RFC 7578 doesn't forbid it, and `;` can be in no boundary.
    let boundary = if allowed(value) { value } else { value.get(..memchr(b';', value).unwrap_or(value.len())).unwrap_or_default() };
    if boundary.is_empty() || !allowed(boundary) {
        return Err(Fault::BoundaryCharacters);
    }
    Ok(boundary)
}

/// How often `boundary`, in any case, stands in front of a `=`.
fn parameters_named(value: &[u8]) -> usize {
    let Some(last) = memchr::memrchr(b'=', value) else { return 0 };
    let (mut rest, mut count) = (value.get(..last).unwrap_or_default(), 0);
    while rest.len() >= NAME.len() {
        let found = rest.get(..NAME.len()).is_some_and(|w| w.eq_ignore_ascii_case(NAME));
        count += usize::from(found);
        rest = rest.get(if found { NAME.len() } else { 1 }..).unwrap_or_default();
    }
    count
}

/// RFC 2046 section 5.1.1: `bchars`, no space at the end.
fn allowed(boundary: &[u8]) -> bool {
    boundary.iter().all(|b| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(b)) && boundary.last() != Some(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(set: &str) -> Flags {
        let has = |word| set.split(' ').any(|w| w == word);
        Flags { missing_semicolon: has("semicolon"), boundary_whitespace: has("space"), boundary_quoted: has("quoted"), ..Flags::default() }
    }

    #[test]
    fn boundaries() {
        let long = format!("multipart/form-data; boundary={}", "a".repeat(1_000));
        let every = "multipart/form-data; boundary=0123456789AaZz'()+_,-./:=? x";
        let table: &[(&str, Result<&str, Fault>, &str)] = &[
            ("multipart/form-data; boundary=0000", Ok("0000"), ""),
            ("multipart/form-data;boundary=0000", Ok("0000"), ""),
            ("MULTIPART/FORM-DATA \t;\n boundary=0000", Ok("0000"), ""),
            ("multipart/form-data boundary=0000", Ok("0000"), "semicolon"),
            ("multipart/form-databoundary=0000", Ok("0000"), "semicolon"),
            ("multipart/form-data; boundary =0000", Ok("0000"), "space"),
            ("multipart/form-data; boundary= 0000", Ok(" 0000"), "space"),
            ("multipart/form-data; boundary=0000 ", Err(Fault::BoundaryCharacters), ""),
            ("multipart/form-data; boundary=\"0000\"", Ok("0000"), "quoted"),
            ("multipart/form-data; boundary=\" 0000\"", Ok(" 0000"), "quoted"),
            ("multipart/form-data; boundary=\"0000 \"", Err(Fault::BoundaryCharacters), "quoted"),
            ("multipart/form-data; boundary=\"0000 1111\"", Ok("0000 1111"), "quoted"),
            ("multipart/form-data; boundary=\"00\"00\"", Err(Fault::BoundaryCharacters), "quoted"),
            ("multipart/form-data; boundary=\"00\"\"00\"", Err(Fault::BoundaryCharacters), "quoted"),
            ("multipart/form-data; boundary=\"0000", Err(Fault::BoundaryQuote), ""),
            ("multipart/form-data; boundary=0000\"", Err(Fault::BoundaryQuote), ""),
            ("multipart/form-data; boundary=\"", Err(Fault::BoundaryQuote), ""),
            ("multipart/form-data; boundary=\"0000\"; charset=utf-8", Err(Fault::BoundaryQuote), ""),
            ("multipart/form-data; boundary=\"\"", Err(Fault::BoundaryCharacters), "quoted"),
            ("multipart/form-data; boundary='0000'", Ok("'0000'"), ""),
            ("multipart/form-data; boundary=0000!1111", Err(Fault::BoundaryCharacters), ""),
            ("multipart/form-data; boundary=0000 1111", Ok("0000 1111"), ""),
            ("multipart/form-data; boundary=0000; charset=UTF-8", Ok("0000"), ""),
            ("multipart/form-data; boundary=0000;", Ok("0000"), ""),
            ("multipart/form-data; boundary=;0000", Err(Fault::BoundaryCharacters), ""),
            ("multipart/form-data; boundary=0000 ;a=b", Err(Fault::BoundaryCharacters), ""),
            ("multipart/form-data; boundary=", Err(Fault::BoundaryCharacters), ""),
            ("multipart/form-data; boundary=0\u{e9}", Err(Fault::BoundaryCharacters), ""),
            ("multipart/form-data; boundary=0\r\nX: y", Err(Fault::BoundaryCharacters), ""),
            ("multipart/form-data, boundary=0000", Err(Fault::BoundaryParameter), ""),
            ("multipart/form-data; charset=utf-8; boundary=0000", Err(Fault::BoundaryParameter), ""),
            ("multipart/form-data;; boundary=0000", Err(Fault::BoundaryParameter), ""),
            ("multipart/form-data; boundary123=0000", Err(Fault::BoundaryParameter), ""),
            ("multipart/form-data; boundary", Err(Fault::BoundaryParameter), ""),
            ("multipart/form-data; bOundAry=0000", Err(Fault::BoundaryCase), ""),
            ("multipart/form-data; boundary=0000; boundary=1111", Err(Fault::BoundaryTwice), ""),
            ("multipart/form-data; boundary=\"0000\"; BOUNDARY=1111", Err(Fault::BoundaryTwice), ""),
            ("multipart/form-data; boundary=0000, boundary=1111", Err(Fault::BoundaryTwice), ""),
            ("multipart/form-data; boundary=--0xKhTmLbOuNdArY", Ok("--0xKhTmLbOuNdArY"), ""),
            ("multipart/form-data; charset=utf-8", Err(Fault::BoundaryMissing), ""),
            ("multipart/form-data", Err(Fault::BoundaryMissing), ""),
            ("multipart/mixed; boundary=0000", Err(Fault::NotMultipart), ""),
            ("text/plain", Err(Fault::NotMultipart), ""),
            ("", Err(Fault::ContentTypeLength), ""),
            (&long, Err(Fault::ContentTypeLength), ""),
            (every, Ok("0123456789AaZz'()+_,-./:=? x"), ""),
        ];
        for (value, expected, set) in table {
            let mut seen = Flags::default();
            let found = find(value.as_bytes(), &mut seen);
            assert_eq!((found, seen), (expected.map(str::as_bytes), flags(set)), "{value}");
        }
    }
}

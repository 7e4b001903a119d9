//! Schemes of URLs that run script, in what a browser makes of an attribute's value.

const SCHEMES: [&[u8]; 4] = [b"DATA", b"VIEW-SOURCE", b"JAVA", b"VBSCRIPT"];

/// The largest character that a reference may name; beyond it the `&` is text.
const LARGEST: u32 = 0x10_00FF;

/// Whether the value begins with a scheme that runs script, behind whites and bytes beyond ASCII.
pub(crate) fn black(value: &[u8]) -> bool {
    let begin = value.iter().take_while(|b| matches!(b, 0..=b' ' | 0x7F..)).count();
    let value = value.get(begin..).unwrap_or_default();
    SCHEMES.into_iter().any(|scheme| begins(value, scheme))
}

/// Whether the value begins with the scheme, in any case, once character references are decoded and NULs and line feeds left out.
fn begins(mut value: &[u8], scheme: &[u8]) -> bool {
    let mut expected = scheme.iter();
    let Some(mut wanted) = expected.next() else { return true };
    let mut leading = true;
    while !value.is_empty() {
        let (code, len) = decode(value);
        value = value.get(len..).unwrap_or_default();
        if leading && code <= u32::from(b' ') {
            continue;
        }
        leading = false;
        if matches!(code, 0 | 10) {
            continue;
        }
        // The reference compares the lowest byte, after it made small letters of ASCII large.
        let [byte, ..] = if code < 128 { u32::from(wide(code).to_ascii_uppercase()) } else { code }.to_le_bytes();
        if byte != *wanted {
            return false;
        }
        match expected.next() {
            Some(next) => wanted = next,
            None => return true,
        }
    }
    false
}

fn wide(code: u32) -> u8 {
    u8::try_from(code).unwrap_or(0)
}

/// The first character and how many bytes it takes: `&#106;` and `&#x6a` are decoded, names are not.
fn decode(value: &[u8]) -> (u32, usize) {
    let literal = (value.first().map_or(0, |b| u32::from(*b)), 1);
    let (base, begin) = match value {
        [b'&', b'#', b'x' | b'X', ..] => (16, 3),
        [b'&', b'#', ..] => (10, 2),
        _ => return literal,
    };
    let mut code = 0;
    let mut digits = 0;
    for byte in value.get(begin..).unwrap_or_default() {
        let Some(digit) = char::from(*byte).to_digit(base) else {
            let semicolon = usize::from(*byte == b';');
            return if digits == 0 { literal } else { (code, begin + digits + semicolon) };
        };
        code = code * base + digit;
        if code > LARGEST {
            return literal;
        }
        digits += 1;
    }
    if digits == 0 { literal } else { (code, begin + digits) }
}

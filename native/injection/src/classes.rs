//! Classes of bytes, one bit each, for scanning runs.

/// Ends a bare word of SQL.
pub(crate) const WORD_END: u8 = 1;
/// Ends the name of a variable.
pub(crate) const NAME_END: u8 = 1 << 1;
/// White to SQL: blanks, NUL (Oracle) and the no-break space of Latin-1.
pub(crate) const WHITE: u8 = 1 << 2;
/// A binary digit. NUL is in this class and the three below, as in the reference, whose search in a C string finds the end too.
pub(crate) const BINARY: u8 = 1 << 3;
/// A hexadecimal digit, or NUL.
pub(crate) const HEX: u8 = 1 << 4;
/// What amounts of money are written with: digits, point, comma; or NUL.
pub(crate) const MONEY: u8 = 1 << 5;
/// An ASCII letter, or NUL.
pub(crate) const LETTER: u8 = 1 << 6;
/// Letters, digits, `_` and bytes beyond ASCII: values of these alone are never injections.
pub(crate) const PLAIN: u8 = 1 << 7;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte: u8 = 0;
    loop {
        let mut bits = 0;
        if matches!(byte, 0 | 9..=13 | b' ' | 0xA0) {
            bits |= WHITE;
        }
        let punctuation = matches!(
            byte,
            b'<' | b'>' | b':' | b'\\' | b'?' | b'=' | b'@' | b'!' | b'#' | b'~' | b'+' | b'-' | b'*' | b'/' | b'&' | b'|' | b'^' | b'%'
        ) || matches!(byte, b'(' | b')' | b',' | b'\'' | b';' | b'"' | 0 | 9..=13 | b' ');
        if punctuation || matches!(byte, b'[' | b']' | b'{' | b'}' | 0xA0) {
            bits |= WORD_END;
        }
        if punctuation || byte == b'`' {
            bits |= NAME_END;
        }
        if matches!(byte, 0 | b'0' | b'1') {
            bits |= BINARY;
        }
        if byte == 0 || byte.is_ascii_hexdigit() {
            bits |= HEX;
        }
        if byte.is_ascii_digit() || matches!(byte, 0 | b'.' | b',') {
            bits |= MONEY;
        }
        if byte == 0 || byte.is_ascii_alphabetic() {
            bits |= LETTER;
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' || (byte >= 0x80 && byte != 0xA0) {
            bits |= PLAIN;
        }
        table[byte as usize] = bits;
        if byte == 255 {
            return table;
        }
        byte += 1;
    }
}

/// Whether the byte is of one of the classes.
#[inline]
pub(crate) fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// How many of the first bytes are of the class.
#[inline]
pub(crate) fn run(text: &[u8], class: u8) -> usize {
    text.iter().position(|b| !is(*b, class)).unwrap_or(text.len())
}

/// How many of the first bytes are not of the class.
#[inline]
pub(crate) fn run_without(text: &[u8], class: u8) -> usize {
    text.iter().position(|b| is(*b, class)).unwrap_or(text.len())
}

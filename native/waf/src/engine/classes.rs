//! Byte classes of a value, found in one pass: they say which transformations leave it as it is.

use crate::transform::Transformation;

/// A set of byte classes.
pub type Classes = u32;

macro_rules! classes {
    ($($name:ident = $bit:literal : $doc:literal),+ $(,)?) => { $(#[doc = $doc] pub const $name: Classes = 1 << $bit;)+ };
}

classes! {
    PERCENT = 0: "`%`", PLUS = 1: "`+`", UPPER = 2: "`A-Z`", AMPERSAND = 3: "`&`", BACKSLASH = 4: "backslash", NUL = 5: "NUL",
    HIGH = 6: "`\\x80-\\xff`", SPACE = 7: "a blank", BLANKS = 8: "tab, line feed, vertical tab, form feed, carriage return",
    SLASH = 9: "`/`", DOT = 10: "`.`", DASH = 11: "`-`", HASH = 12: "`#`", QUOTE = 13: "quotes and backtick", CARET = 14: "`^`",
    COMMA = 15: "`,` and `;`", STAR = 16: "`*`", ANGLE = 17: "`<` and `>`", LOWER = 18: "`a-z`", DIGIT = 19: "`0-9`",
    CONTROL = 20: "control characters that are not blanks, and DEL", OTHER = 21: "other printable characters", BANG = 22: "`!`",
    COLON = 23: "`:`", EQUALS = 24: "`=`", PAREN = 25: "`(` and `)`", UNDERSCORE = 26: "`_`", DOLLAR = 27: "`$`", BRACE = 28: "`{` and `}`",
    PIPE = 29: "`|`",
}

/// All classes.
const ALL: Classes = u32::MAX;

const TABLE: [Classes; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = class(byte);
        byte += 1;
    }
    table
};

const fn class(byte: usize) -> Classes {
    if byte == 0 {
        return NUL;
    }
    if byte >= 0x80 {
        return HIGH;
    }
    #[allow(clippy::cast_possible_truncation)] // below 0x80
    match byte as u8 {
        b'%' => PERCENT,
        b'+' => PLUS,
        b'A'..=b'Z' => UPPER,
        b'a'..=b'z' => LOWER,
        b'0'..=b'9' => DIGIT,
        b'&' => AMPERSAND,
        b'\\' => BACKSLASH,
        b' ' => SPACE,
        0x09..=0x0d => BLANKS,
        b'/' => SLASH,
        b'.' => DOT,
        b'-' => DASH,
        b'#' => HASH,
        b'"' | b'\'' | b'`' => QUOTE,
        b'^' => CARET,
        b',' | b';' => COMMA,
        b'*' => STAR,
        b'<' | b'>' => ANGLE,
        b'!' => BANG,
        b':' => COLON,
        b'=' => EQUALS,
        b'(' | b')' => PAREN,
        b'_' => UNDERSCORE,
        b'$' => DOLLAR,
        b'{' | b'}' => BRACE,
        b'|' => PIPE,
        1..=31 | 127 => CONTROL,
        _ => OTHER,
    }
}

/// The classes that occur in a value.
pub fn of(value: &[u8]) -> Classes {
    let mut chunks = value.chunks_exact(4);
    let mut found = [0; 4];
    for chunk in &mut chunks {
        for (lane, byte) in found.iter_mut().zip(chunk) {
            *lane |= TABLE[usize::from(*byte)];
        }
    }
    let rest = chunks.remainder().iter().fold(0, |all, byte| all | TABLE[usize::from(*byte)]);
    found.iter().fold(rest, |all, lane| all | lane)
}

/// The classes of the bytes that a predicate refuses.
pub fn of_bytes(mut is_in: impl FnMut(u8) -> bool) -> Classes {
    (0..=255_u8).filter(|b| is_in(*b)).fold(0, |all, b| all | TABLE[usize::from(b)])
}

/// The classes without which a transformation changes nothing. Every class when the transformation may change anything.
pub const fn triggers(transformation: Transformation) -> Classes {
    match transformation {
        Transformation::Lowercase => UPPER,
        Transformation::Uppercase => LOWER,
        Transformation::UrlDecode | Transformation::UrlDecodeUni => PERCENT | PLUS,
        Transformation::HtmlEntityDecode => AMPERSAND,
        Transformation::JsDecode | Transformation::CssDecode | Transformation::EscapeSeqDecode => BACKSLASH,
        Transformation::RemoveNulls | Transformation::ReplaceNulls => NUL,
        // A no-break space in Latin-1 counts as a blank.
        Transformation::RemoveWhitespace | Transformation::Trim | Transformation::TrimLeft | Transformation::TrimRight => {
            SPACE | BLANKS | HIGH | NUL
        }
        Transformation::CompressWhitespace => SPACE | BLANKS | HIGH,
        Transformation::Utf8ToUnicode => HIGH | NUL,
        Transformation::CmdLine => UPPER | SPACE | BLANKS | BACKSLASH | QUOTE | CARET | COMMA,
        Transformation::ReplaceComments => SLASH | STAR,
        Transformation::RemoveComments | Transformation::RemoveCommentsChar => SLASH | STAR | DASH | HASH | ANGLE | NUL,
        Transformation::NormalisePath => SLASH | DOT,
        Transformation::NormalisePathWin => SLASH | DOT | BACKSLASH,
        _ => ALL,
    }
}

/// Classes that a value of `classes` has at most after a transformation.
pub const fn after(transformation: Transformation, classes: Classes) -> Classes {
    match transformation {
        Transformation::Lowercase => classes & !UPPER | LOWER,
        Transformation::Uppercase => classes & !LOWER | UPPER,
        Transformation::RemoveNulls
        | Transformation::RemoveWhitespace
        | Transformation::Trim
        | Transformation::TrimLeft
        | Transformation::TrimRight
        | Transformation::NormalisePath => classes,
        Transformation::CompressWhitespace | Transformation::ReplaceNulls | Transformation::ReplaceComments => classes | SPACE,
        Transformation::CmdLine => classes & !UPPER | LOWER | SPACE,
        _ => ALL,
    }
}

/// What is left of a list of transformations when those that change no value of these classes are left out: a number that is
/// equal for equal rests, zero when there is no rest, and the classes that trigger it. None for long rests.
pub fn rest(chain: &[Transformation], classes: Classes) -> Option<(u64, Classes)> {
    const WIDTH: u32 = 6;
    let (mut number, mut triggering, mut now) = (0_u64, 0, classes);
    for step in chain {
        let triggers = triggers(*step);
        if triggers == ALL || now & triggers != 0 {
            if number >> (64 - WIDTH) != 0 {
                return None;
            }
            number = number << WIDTH | (*step as u64 + 1);
            triggering |= triggers;
            now = after(*step, now);
        }
    }
    Some((number, triggering))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_add_up() {
        assert_eq!(of(b""), 0);
        assert_eq!(of(b"abc"), LOWER);
        assert_eq!(of(b"GET /a?b=%20"), UPPER | SPACE | SLASH | LOWER | OTHER | EQUALS | PERCENT | DIGIT);
        assert_eq!(of_bytes(|b| b >= 0x80), HIGH);
    }

    #[test]
    fn rests_of_chains() {
        use Transformation::{CompressWhitespace, HtmlEntityDecode, JsDecode, Lowercase, RemoveNulls, UrlDecodeUni};
        let number = |chain: &[Transformation], value: &[u8]| rest(chain, of(value)).map(|(number, _)| number);
        assert_eq!(number(&[UrlDecodeUni, HtmlEntityDecode, RemoveNulls], b"plain words"), Some(0));
        assert_eq!(number(&[UrlDecodeUni, Lowercase, HtmlEntityDecode], b"Plain"), number(&[JsDecode, Lowercase], b"Plain"));
        assert_ne!(number(&[Lowercase], b"Plain"), number(&[CompressWhitespace], b"Pl ain"));
        // What is decoded may hold anything.
        assert_ne!(number(&[UrlDecodeUni, Lowercase], b"%41"), number(&[UrlDecodeUni], b"%41"));
        assert!(Transformation::ALL.iter().all(|t| (*t as u64) < 63), "each has a number of six bits");
    }
}

#[cfg(test)]
mod properties {
    use super::{after, of, triggers};
    use crate::transform::Transformation;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_other_classes_come_up(value in proptest::collection::vec(any::<u8>(), 0..24), ascii in "[ -~]{0,24}") {
            for value in [value.as_slice(), ascii.as_bytes()] {
                for transformation in Transformation::ALL {
                    let mut out = Vec::new();
                    if transformation.apply(value, &mut out, None) {
                        prop_assert_eq!(of(&out) & !after(transformation, of(value)), 0, "{:?} {:?}", transformation, value);
                    }
                }
            }
        }

        /// A value without any triggering class is left as it is.
        #[test]
        fn what_triggers_nothing_changes_nothing(value in proptest::collection::vec(any::<u8>(), 0..24), ascii in "[ -~]{0,24}", dense in "[a-z0-9./*#<>!-]{0,16}") {
            for value in [value.as_slice(), ascii.as_bytes(), dense.as_bytes()] {
                for transformation in Transformation::ALL {
                    let triggers = triggers(transformation);
                    if triggers != u32::MAX && of(value) & triggers == 0 {
                        let mut out = Vec::new();
                        prop_assert!(!transformation.apply(value, &mut out, None) || out == value, "{transformation:?} {value:?}");
                    }
                }
            }
        }
    }
}

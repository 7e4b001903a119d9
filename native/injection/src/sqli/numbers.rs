//! Numbers, and what looks like one at first.

use super::lexer::{Lexer, Read};
use super::token::Kind;
use crate::classes;

impl Lexer<'_> {
    /// `12`, `1.5e-3`, `0x1F`, `0b01`, Oracle's `1.2f`; `.` alone is a dot, and `0x` and `1e` are words.
    pub(super) fn number(&self) -> Read {
        if self.ahead(0) == b'0' {
            let digits = match self.ahead(1) {
                b'x' | b'X' => classes::HEX,
                b'b' | b'B' => classes::BINARY,
                _ => 0,
            };
            if digits != 0 {
                let len = classes::run(self.rest(self.at + 2), digits);
                return self.token(if len == 0 { Kind::Bareword } else { Kind::Number }, 2 + len);
            }
        }
        let mut len = self.digits(0);
        if self.ahead(len) == b'.' {
            len = self.digits(len + 1);
            if len == 1 {
                return self.token(Kind::Dot, 1);
            }
        }
        let mut kind = Kind::Number;
        if matches!(self.ahead(len), b'e' | b'E') {
            len += 1;
            if matches!(self.ahead(len), b'+' | b'-') {
                len += 1;
            }
            let end = self.digits(len);
            if end == len {
                kind = Kind::Bareword;
            }
            len = end;
        }
        // The suffix of Oracle's floats, if the number ends there; "1fUNION" is meant to be read as "1f UNION".
        if matches!(self.ahead(len), b'd' | b'D' | b'f' | b'F') {
            let after = self.rest(self.at + len + 1).first();
            if after.is_none_or(|b| classes::is(*b, classes::WHITE) || matches!(b, b';' | b'u' | b'U')) {
                len += 1;
            }
        }
        self.token(kind, len)
    }

    /// Where the digits end that begin `from` bytes ahead.
    fn digits(&self, from: usize) -> usize {
        from + self.rest(self.at + from).iter().take_while(|b| b.is_ascii_digit()).count()
    }
}

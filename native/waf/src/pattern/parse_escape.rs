//! Reading of what follows a backslash, outside and inside of classes.

use super::ast::{Node, Position};
use super::byte_set::ByteSet;
use super::error::{PatternError, Reason};
use super::flags::Flags;
use super::parse::Parser;

/// What an escape means in either place.
pub(super) enum Escape {
    /// One byte.
    Byte(u8),
    /// A set of bytes, to which case does not matter.
    Set(ByteSet),
}

impl Parser<'_> {
    /// Behind a backslash, outside of a class.
    pub(super) fn escape(&mut self) -> Result<Node, PatternError> {
        let letter = self.next("escape")?;
        Ok(match letter {
            b'A' => Node::At(Position::Start),
            b'z' => Node::At(Position::End),
            b'Z' => Node::At(Position::EndOrFinalNewline),
            b'b' => Node::At(Position::WordBoundary),
            b'B' => Node::At(Position::NotWordBoundary),
            b'K' => Node::Keep,
            b'R' => newline_sequence(),
            b'N' => Node::Class(ByteSet::one(b'\n').complement()),
            b'C' => Node::Class(ByteSet::ALL),
            b'G' => return Err(self.error(Reason::Unsupported(r"\G"))),
            b'X' => return Err(self.error(Reason::Unsupported(r"\X"))),
            b'p' | b'P' => return Err(self.error(Reason::Unsupported("a Unicode property"))),
            b'k' => {
                let end = match self.next("group name")? {
                    b'<' => b'>',
                    b'{' => b'}',
                    b'\'' => b'\'',
                    _ => return Err(self.error(Reason::BadGroupName)),
                };
                let name = self.until(end, "group name")?;
                self.reference_to(name)?
            }
            b'g' => self.numbered()?,
            b'1'..=b'9' => self.digits(letter)?,
            _ => match self.common(letter)? {
                Escape::Byte(byte) => Node::byte(byte, self.flags.has(Flags::CASELESS)),
                Escape::Set(set) => Node::Class(set),
            },
        })
    }

    /// Escapes that mean the same in a class.
    pub(super) fn common(&mut self, letter: u8) -> Result<Escape, PatternError> {
        Ok(match letter {
            b'd' => Escape::Set(ByteSet::range(b'0', b'9')),
            b'D' => Escape::Set(ByteSet::range(b'0', b'9').complement()),
            b'w' => Escape::Set(ByteSet::word()),
            b'W' => Escape::Set(ByteSet::word().complement()),
            b's' => Escape::Set(ByteSet::space()),
            b'S' => Escape::Set(ByteSet::space().complement()),
            b'h' => Escape::Set(ByteSet::of(b"\t \xa0")),
            b'H' => Escape::Set(ByteSet::of(b"\t \xa0").complement()),
            b'v' => Escape::Set(vertical()),
            b'V' => Escape::Set(vertical().complement()),
            b'a' => Escape::Byte(7),
            b'e' => Escape::Byte(27),
            b'f' => Escape::Byte(12),
            b'n' => Escape::Byte(10),
            b'r' => Escape::Byte(13),
            b't' => Escape::Byte(9),
            b'0' => Escape::Byte(self.octal(2, 0)?),
            b'x' => Escape::Byte(self.hexadecimal()?),
            b'o' => {
                if !self.take(b"{") {
                    return Err(self.error(Reason::Unfinished("octal code")));
                }
                let digits = self.until(b'}', "octal code")?;
                Escape::Byte(self.code(digits, 8)?)
            }
            b'c' => match self.next("escape")? {
                byte @ 32..=126 => Escape::Byte(byte.to_ascii_uppercase() ^ 64),
                byte => return Err(self.error(Reason::UnknownEscape(byte))),
            },
            letter if letter.is_ascii_alphanumeric() => {
                self.at -= 1;
                return Err(self.error(Reason::UnknownEscape(letter)));
            }
            byte => Escape::Byte(byte),
        })
    }

    /// `\x`: two digits at most, or any number in braces; without a digit it is NUL.
    fn hexadecimal(&mut self) -> Result<u8, PatternError> {
        if self.take(b"{") {
            let start = self.at;
            let digits = self.until(b'}', "hexadecimal code")?;
            if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
                return Err(PatternError::new(start, Reason::Unfinished("hexadecimal code")));
            }
            return self.code(digits, 16);
        }
        let rest = self.rest();
        let digits = rest.iter().take(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let code = if digits == 0 { 0 } else { self.code(&rest[..digits], 16)? };
        self.at += digits;
        Ok(code)
    }

    fn code(&self, digits: &[u8], radix: u32) -> Result<u8, PatternError> {
        let text = std::str::from_utf8(digits).unwrap_or_default();
        u8::from_str_radix(text, radix).map_err(|_| self.error(Reason::CodeTooLarge))
    }

    /// Up to `more` further octal digits.
    pub(super) fn octal(&mut self, more: usize, start: u32) -> Result<u8, PatternError> {
        let mut code = start;
        for _ in 0..more {
            let Some(digit @ b'0'..=b'7') = self.peek() else { break };
            code = code * 8 + u32::from(digit - b'0');
            self.at += 1;
        }
        u8::try_from(code).map_err(|_| self.error(Reason::CodeTooLarge))
    }

    /// `\1` to `\9` are references; larger numbers too when that many groups were opened, else they are octal.
    fn digits(&mut self, first: u8) -> Result<Node, PatternError> {
        let more = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = self.rest().iter().take(more.min(6)).fold(u32::from(first - b'0'), |n, digit| n * 10 + u32::from(digit - b'0'));
        if number < 10 || first >= b'8' || number <= self.groups {
            self.at += more;
            return Ok(self.reference(number));
        }
        let byte = self.octal(2, u32::from(first - b'0'))?;
        Ok(Node::byte(byte, self.flags.has(Flags::CASELESS)))
    }

    /// `\g1`, `\g{1}`, `\g{-1}` and `\g{name}`.
    fn numbered(&mut self) -> Result<Node, PatternError> {
        let text = if self.take(b"{") {
            self.until(b'}', "group number")?
        } else if matches!(self.peek(), Some(b'<' | b'\'')) {
            return Err(self.error(Reason::Unsupported("a call of a group")));
        } else {
            let rest = self.rest();
            let sign = usize::from(rest.first() == Some(&b'-'));
            let length = sign + rest.iter().skip(sign).take_while(|byte| byte.is_ascii_digit()).count();
            self.at += length;
            &rest[..length]
        };
        if text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
            return self.reference_to(text);
        }
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok());
        let group = match number {
            Some(back) if back < 0 => u32::try_from(i64::from(self.groups) + 1 + back).ok(),
            Some(group) => u32::try_from(group).ok(),
            None => None,
        };
        match group {
            Some(group) if group > 0 => Ok(self.reference(group)),
            _ => Err(self.error(Reason::UnknownGroup)),
        }
    }
}

/// What `\v` stands for: not the vertical tab alone.
fn vertical() -> ByteSet {
    ByteSet::of(b"\n\x0b\x0c\r\x85")
}

fn newline_sequence() -> Node {
    let pair = Node::concat(vec![Node::byte(b'\r', false), Node::byte(b'\n', false)]);
    Node::Atomic(Box::new(Node::Alternation(vec![pair, Node::Class(vertical())])))
}

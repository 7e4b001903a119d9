//! Protocol buffers' wire format, read in place. Groups are refused, unknown fields passed over.

use std::fmt;

/// The message cannot be read: nothing of it should be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

/// A field's content.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64(u64),
    /// Wire type 2: text, bytes, a message, packed numbers.
    Bytes(&'a [u8]),
    /// Wire type 5.
    Fixed32(u32),
}

const WRONG_TYPE: Malformed = Malformed("a field of the message has the wrong type");
const TRUNCATED: Malformed = Malformed("the message ends too early");

impl<'a> Value<'a> {
    /// A message, text or bytes.
    #[inline]
    pub fn bytes(self) -> Result<&'a [u8], Malformed> {
        if let Value::Bytes(bytes) = self { Ok(bytes) } else { Err(WRONG_TYPE) }
    }

    /// An integer, boolean or enumeration.
    #[inline]
    pub fn varint(self) -> Result<u64, Malformed> {
        if let Value::Varint(value) = self { Ok(value) } else { Err(WRONG_TYPE) }
    }

    /// A fixed integer of 64 bits.
    #[inline]
    pub fn fixed64(self) -> Result<u64, Malformed> {
        if let Value::Fixed64(value) = self { Ok(value) } else { Err(WRONG_TYPE) }
    }

    /// A float of 64 bits, bit by bit.
    #[inline]
    pub fn double(self) -> Result<f64, Malformed> {
        self.fixed64().map(f64::from_bits)
    }

    /// A signed integer in the zigzag form.
    pub fn zigzag(self) -> Result<i64, Malformed> {
        self.varint().map(|v| signed(v >> 1) ^ -signed(v & 1))
    }
}

/// Reads a message's fields one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a> {
    rest: &'a [u8],
}

impl<'a> Message<'a> {
    /// A message in `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Message { rest: bytes }
    }

    /// Bytes not read yet.
    #[inline]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next field's number and content; none at the end.
    #[inline]
    pub fn field(&mut self) -> Result<Option<(u32, Value<'a>)>, Malformed> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = varint(&mut self.rest)?;
        // Field numbers have 29 bits; a larger one is an unknown field, whatever it would be cut down to.
        let number = u32::try_from(key >> 3).unwrap_or(u32::MAX);
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut self.rest)?),
            1 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let len = usize::try_from(varint(&mut self.rest)?).map_err(|_| TRUNCATED)?;
                let (bytes, rest) = self.rest.split_at_checked(len).ok_or(TRUNCATED)?;
                self.rest = rest;
                Value::Bytes(bytes)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.array()?)),
            _ => return Err(Malformed("the message has a field of unknown wire type")),
        };
        if number == 0 {
            return Err(Malformed("the message has a field without number"));
        }
        Ok(Some((number, value)))
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(TRUNCATED)?;
        self.rest = rest;
        Ok(*bytes)
    }
}

/// The same bits as a signed integer, two's complement.
#[inline]
pub(super) fn signed(bits: u64) -> i64 {
    i64::from_ne_bytes(bits.to_ne_bytes())
}

/// The other way round.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::from_ne_bytes(value.to_ne_bytes())
}

/// Takes a varint off the front: 10 bytes at most, bits beyond 64 dropped as every implementation does.
#[inline]
pub(super) fn varint(rest: &mut &[u8]) -> Result<u64, Malformed> {
    match *rest {
        [first @ ..0x80, after @ ..] => {
            *rest = after;
            Ok(u64::from(*first))
        }
        [first, second @ ..0x80, after @ ..] => {
            *rest = after;
            Ok(u64::from(first & 0x7f) | u64::from(*second) << 7)
        }
        _ => long_varint(rest),
    }
}

fn long_varint(rest: &mut &[u8]) -> Result<u64, Malformed> {
    let (mut value, mut shift) = (0u64, 0u32);
    let mut bytes = rest.iter();
    // Ten bytes and no more; wrapping, since checks for what cannot be cost as much as the rest.
    while let (Some(byte), ..70) = (bytes.next(), shift) {
        value |= u64::from(byte & 0x7f).wrapping_shl(shift);
        shift = shift.wrapping_add(7);
        if *byte < 0x80 {
            *rest = bytes.as_slice();
            return Ok(value);
        }
    }
    Err(if rest.len() < 10 { TRUNCATED } else { Malformed("the message has a number of more than ten bytes") })
}

#[cfg(test)]
mod tests {
    use super::{Malformed, Message, TRUNCATED, Value, varint};

    #[test]
    fn varints() {
        let long = Malformed("the message has a number of more than ten bytes");
        let cases: [(&[u8], Result<u64, Malformed>); 9] = [
            (&[0], Ok(0)),
            (&[0x7f], Ok(127)),
            (&[0x80, 1], Ok(128)),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], Ok(u64::MAX)),
            (&[0x80, 0x80, 0x80, 0x80, 0], Ok(0)),
            (&[], Err(TRUNCATED)),
            (&[0x80], Err(TRUNCATED)),
            (&[0xff; 10], Err(long)),
            (&[0xff; 11], Err(long)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(varint(&mut &*bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn fields() {
        let bytes = [0x08, 5, 0x11, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x1a, 2, b'h', b'i', 0x25, 1, 0, 0, 0];
        let mut message = Message::new(&bytes);
        let mut found = Vec::new();
        while let Ok(Some(field)) = message.field() {
            found.push(field);
        }
        let expected = [(1, Value::Varint(5)), (2, Value::Fixed64(1.5f64.to_bits())), (3, Value::Bytes(b"hi")), (4, Value::Fixed32(1))];
        assert_eq!((found.as_slice(), message.left()), (&expected[..], 0));
    }

    #[test]
    fn refused() {
        let cases: [&[u8]; 8] = [
            &[0x08],
            &[0x09, 1, 2, 3],
            &[0x0a, 5, 1],
            &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
            &[0x0b, 0x0c],
            &[0x0d, 1],
            &[0x0f, 1],
            &[0x00, 1],
        ];
        for bytes in cases {
            assert!(Message::new(bytes).field().is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn zigzag() {
        for (wire, expected) in [(0, 0), (1, -1), (2, 1), (3, -2), (u64::MAX, i64::MIN), (u64::MAX - 1, i64::MAX)] {
            assert_eq!(Value::Varint(wire).zigzag(), Ok(expected));
        }
    }
}

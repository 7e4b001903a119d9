//! OTLP in JSON, rewritten in protocol buffers, so that there is one reader of what it means.
//!
//! It is written as it is read: nothing is kept in between, whatever the body. Numbers may be texts, enumerations names, fields in
//! either spelling; null is as if it were not there, and unknown fields are passed over.

use super::schema::{Field, REQUEST, Schema, Type};
use crate::decode::number::{integer, number};
use crate::decode::wire::{self, Malformed};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// An `ExportMetricsServiceRequest` in protocol buffers. Lengths are padded to five bytes, which every reader takes.
pub fn transcode(body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::with_capacity(body.len());
    let mut json = serde_json::Deserializer::from_slice(body);
    Content { schema: &REQUEST, out: &mut out }
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|_| Malformed("the body is no JSON of the form that OTLP has"))?;
    Ok(out)
}

/// Writes the fields of a message.
struct Content<'o> {
    schema: &'static Schema,
    out: &'o mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Content<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Content<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(Name(self.schema))? {
            match field {
                Some(field) => map.next_value_seed(Whole { field, out: self.out })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Finds the field of a name.
struct Name(&'static Schema);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static Field>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.fields.iter().find(|field| field.name == name || field.snake == name))
    }
}

/// Writes a field with all that it holds.
struct Whole<'o> {
    field: &'static Field,
    out: &'o mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Whole<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "field {}", self.field.name)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        if self.field.repeated {
            return from.deserialize_seq(self);
        }
        One { field: self.field, packed: false, out: self.out }.deserialize(from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        // Numbers of a list stand together behind one length.
        let packed = !matches!(self.field.kind, Type::Message(_) | Type::Text);
        let start = if packed { Some(begin(self.field.number, self.out)) } else { None };
        while list.next_element_seed(One { field: self.field, packed, out: self.out })?.is_some() {}
        start.map_or(Ok(()), |start| end(start, self.out))
    }
}

/// Writes one value of a field.
struct One<'o> {
    field: &'static Field,
    packed: bool,
    out: &'o mut Vec<u8>,
}

impl One<'_> {
    fn key(&mut self, wire: u32) {
        if !self.packed {
            varint(u64::from(self.field.number << 3 | wire), self.out);
        }
    }

    fn fixed(mut self, value: u64) {
        self.key(1);
        self.out.extend(value.to_le_bytes());
    }

    fn varint(mut self, value: u64) {
        self.key(0);
        varint(value, self.out);
    }
}

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        let word = match &self.field.kind {
            Type::Message(schema) => {
                let start = begin(self.field.number, self.out);
                Content { schema, out: self.out }.deserialize(from)?;
                return end(start, self.out);
            }
            Type::Text => {
                let text = from.deserialize_str(Text)?;
                let start = begin(self.field.number, self.out);
                self.out.extend(text.as_bytes());
                return end(start, self.out);
            }
            _ => serde::Deserialize::deserialize(from).map(RawValue::get)?,
        };
        // Numbers as they stand, so that none is rounded twice.
        let bare = word.strip_prefix('"').and_then(|w| w.strip_suffix('"')).unwrap_or(word);
        let wrong = || D::Error::custom("a number or word of another kind");
        match &self.field.kind {
            Type::Double => {
                let value = double(bare).ok_or_else(wrong)?;
                self.fixed(value.to_bits());
            }
            Type::Fixed64 => {
                let value = unsigned(bare).ok_or_else(wrong)?;
                self.fixed(value);
            }
            Type::Sfixed64 => {
                let value = signed(bare).ok_or_else(wrong)?;
                self.fixed(wire::unsigned(value));
            }
            Type::Unsigned => {
                let value = unsigned(bare).ok_or_else(wrong)?;
                self.varint(value);
            }
            Type::Signed => {
                let value = signed(bare).ok_or_else(wrong)?;
                self.varint(wire::unsigned(value));
            }
            Type::Zigzag => {
                let value = signed(bare).ok_or_else(wrong)?;
                self.varint(wire::unsigned(value << 1 ^ value >> 63));
            }
            Type::Bool => {
                let value = match bare {
                    "true" => 1,
                    "false" => 0,
                    _ => return Err(wrong()),
                };
                self.varint(value);
            }
            Type::Enumeration(words) => {
                let named = words.iter().find(|(name, _)| *name == bare).map(|(_, number)| *number);
                let value = named.or_else(|| unsigned(bare)).ok_or_else(wrong)?;
                self.varint(value);
            }
            Type::Text | Type::Message(_) => {}
        }
        Ok(())
    }
}

/// A text, in place where it has no escapes.
struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// A float; `NaN`, `Infinity` and `-Infinity` are words.
fn double(word: &str) -> Option<f64> {
    match word {
        "NaN" => Some(f64::from_bits(crate::decode::NAN)),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => number(word.as_bytes()).filter(|read| read.len == word.len() && read.value.is_finite()).map(|read| read.value),
    }
}

/// An integer, which may be written as a float without a fraction.
fn signed(word: &str) -> Option<i64> {
    integer(word.as_bytes()).or_else(|| whole(word).and_then(|value| i64::try_from(value).ok()))
}

fn unsigned(word: &str) -> Option<u64> {
    word.parse().ok().or_else(|| whole(word).and_then(|value| u64::try_from(value).ok()))
}

#[allow(clippy::cast_possible_truncation)] // within the bound
fn whole(word: &str) -> Option<i128> {
    double(word).filter(|value| value.fract() == 0.0 && value.abs() < 1e20).map(|value| value as i128)
}

/// Writes a key and room for the length of what follows; gives where that begins.
fn begin(number: u32, out: &mut Vec<u8>) -> usize {
    varint(u64::from(number << 3 | 2), out);
    out.extend([0x80, 0x80, 0x80, 0x80, 0]);
    out.len()
}

/// Writes the length of what was written since `start` into its room.
fn end<E: Error>(start: usize, out: &mut [u8]) -> Result<(), E> {
    let len = u32::try_from(out.len() - start).map_err(E::custom)?;
    let room = start.checked_sub(5).and_then(|from| out.get_mut(from..start)).unwrap_or_default();
    for (place, byte) in room.iter_mut().enumerate() {
        *byte |= (len >> (7 * place) & 0x7f) as u8;
    }
    Ok(())
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

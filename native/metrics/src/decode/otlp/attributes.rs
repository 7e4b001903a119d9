//! Attributes: keys with values of any kind, as labels.

use super::name::label;
use crate::decode::wire::{Malformed, Message, Value, signed};
use crate::sink::Refused;
use std::borrow::Cow;
use std::fmt::Write;

/// How deep lists and maps may stand in each other.
const DEPTH: usize = 16;

/// `key` 1, `value` 2 of a `KeyValue`.
pub(super) fn pair(bytes: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let (mut key, mut value) = (&b""[..], &b""[..]);
    let mut message = Message::new(bytes);
    while let Some((field, content)) = message.field()? {
        match field {
            1 => key = content.bytes()?,
            2 => value = content.bytes()?,
            _ => {}
        }
    }
    Ok((key, value))
}

/// An `AnyValue` as a label has it: text as it is, bytes in base64, numbers in decimal, lists and maps as JSON.
pub(super) fn text(value: &[u8]) -> Result<Cow<'_, [u8]>, Refused> {
    let mut message = Message::new(value);
    let mut found = None;
    while let Some(field) = message.field().map_err(unreadable)? {
        found = Some(field);
    }
    match found {
        None => Ok(Cow::Borrowed(b"")),
        Some((1, Value::Bytes(text))) => Ok(Cow::Borrowed(text)),
        Some((7, Value::Bytes(bytes))) => Ok(Cow::Owned(base64(bytes).into_bytes())),
        Some(_) => {
            let mut out = String::new();
            json(value, DEPTH, &mut out)?;
            // A float that is none is a word, in quotes only within JSON.
            Ok(Cow::Owned(out.trim_matches('"').to_owned().into_bytes()))
        }
    }
}

/// An `AnyValue` in JSON: `string` 1, `bool` 2, `int` 3, `double` 4, `array` 5, `kvlist` 6, `bytes` 7.
fn json(value: &[u8], depth: usize, out: &mut String) -> Result<(), Refused> {
    let depth = depth.checked_sub(1).ok_or(Refused::Malformed("an attribute is nested too deeply"))?;
    let mut message = Message::new(value);
    let mut found = None;
    while let Some(field) = message.field().map_err(unreadable)? {
        found = Some(field);
    }
    match found {
        Some((1, Value::Bytes(text))) => quoted(text, out)?,
        Some((2, Value::Varint(number))) => out.push_str(if number == 0 { "false" } else { "true" }),
        Some((3, Value::Varint(number))) => drop(write!(out, "{}", signed(number))),
        Some((4, Value::Fixed64(bits))) => match f64::from_bits(bits) {
            float if float.is_nan() => out.push_str("\"NaN\""),
            f64::INFINITY => out.push_str("\"Infinity\""),
            f64::NEG_INFINITY => out.push_str("\"-Infinity\""),
            float => out.push_str(&decimal(float)),
        },
        Some((5, Value::Bytes(list))) => {
            out.push('[');
            let mut values = Message::new(list);
            while let Some((_, value)) = values.field().map_err(unreadable)? {
                separate(out, '[');
                json(value.bytes().map_err(unreadable)?, depth, out)?;
            }
            out.push(']');
        }
        Some((6, Value::Bytes(map))) => {
            out.push('{');
            let mut values = Message::new(map);
            while let Some((_, value)) = values.field().map_err(unreadable)? {
                let (key, value) = value.bytes().and_then(pair).map_err(unreadable)?;
                separate(out, '{');
                quoted(key, out)?;
                out.push(':');
                json(value, depth, out)?;
            }
            out.push('}');
        }
        Some((7, Value::Bytes(bytes))) => quoted(base64(bytes).as_bytes(), out)?,
        _ => out.push_str("null"),
    }
    Ok(())
}

/// A float in as few digits as say it exactly, with an exponent where zeros would fill the line (as JSON has it elsewhere).
pub(super) fn decimal(float: f64) -> String {
    let plain = float == 0.0 || (1e-6..1e21).contains(&float.abs());
    if plain { float.to_string() } else { format!("{float:e}") }
}

fn separate(out: &mut String, open: char) {
    if !out.ends_with(open) {
        out.push(',');
    }
}

fn quoted(text: &[u8], out: &mut String) -> Result<(), Refused> {
    let text = std::str::from_utf8(text).map_err(|_| Refused::NotText)?;
    out.push_str(&serde_json::to_string(text).map_err(|_| Refused::NotText)?);
    Ok(())
}

/// RFC 4648 section 4, padded.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4usize {
            let letter = LETTERS.get((word >> (18 - 6 * place)) as usize & 63).copied().unwrap_or_default();
            out.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

fn unreadable(malformed: Malformed) -> Refused {
    Refused::Malformed(malformed.0)
}

/// Labels by name, sorted.
pub(super) type Labels = Vec<(String, Vec<u8>)>;

/// Attributes as labels. Keys that become one name are one label: their values in the order of the keys, with semicolons between.
pub(super) fn labels<'a>(attributes: impl Iterator<Item = &'a [u8]>) -> Result<Labels, Refused> {
    let mut found = Vec::new();
    for attribute in attributes {
        let (key, value) = pair(attribute).map_err(unreadable)?;
        let name = label(key);
        if name.is_empty() {
            return Err(Refused::NoName);
        }
        if std::str::from_utf8(key).is_err() {
            return Err(Refused::NotText);
        }
        found.push((name, key, text(value)?));
    }
    found.sort();
    let mut labels = Labels::new();
    for (name, _, value) in found {
        match labels.last_mut() {
            Some((last, values)) if *last == name => {
                values.push(b';');
                values.extend_from_slice(&value);
            }
            _ => labels.push((name, value.into_owned())),
        }
    }
    Ok(labels)
}

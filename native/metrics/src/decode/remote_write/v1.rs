//! Version 1.0 (`prometheus.WriteRequest`): `timeseries` 1, `metadata` 3.

use super::super::wire::{Malformed, Message};
use super::{give, kind};
use crate::sink::{Describe, Protocol, Refused, Report, SeriesKey, Sink, Source};

/// A series: `labels` 1, `samples` 2, `exemplars` 3, `histograms` 4.
const LABELS: u32 = 1;
const SAMPLES: u32 = 2;
const HISTOGRAMS: u32 = 4;

/// Decodes an uncompressed request. Faults name the number of the series, from 1.
pub fn decode<S: Sink + ?Sized>(body: &[u8], sink: &mut S) -> Result<Report, Malformed> {
    let mut report = Report::default();
    let mut parts = Vec::new();
    let mut number = 0;
    let mut request = Message::new(body);
    while let Some((field, value)) = request.field()? {
        match field {
            1 => {
                number += 1;
                series(value.bytes()?, number, &mut parts, sink, &mut report)?;
            }
            3 => metadata(value.bytes()?, sink)?,
            // Read as this version it would say nothing, and be acknowledged.
            4 | 5 => return Err(Malformed("the message is one of remote write 2.0")),
            _ => {}
        }
    }
    Ok(report)
}

fn series<'a, S: Sink + ?Sized>(
    bytes: &'a [u8],
    number: u64,
    parts: &mut Vec<&'a [u8]>,
    sink: &mut S,
    report: &mut Report,
) -> Result<(), Malformed> {
    // Senders write labels first and together: one part, and the samples behind it. Others are read all the same.
    parts.clear();
    let mut rest = bytes;
    while let Some(next) = short_label(rest) {
        rest = next;
    }
    let mut message = Message::new(rest);
    let mut before = rest.len();
    let mut run = 0..bytes.len() - rest.len();
    // Where the first sample or histogram begins; nothing before it needs to be read again.
    let mut values = None;
    while let Some((field, value)) = message.field()? {
        let (start, end) = (bytes.len() - before, bytes.len() - message.left());
        before = message.left();
        match field {
            LABELS => {
                value.bytes()?;
                if run.end != start {
                    parts.extend(bytes.get(run.clone()).filter(|r| !r.is_empty()));
                    run.start = start;
                }
                run.end = end;
            }
            SAMPLES | HISTOGRAMS if values.is_none() => values = Some(start),
            _ => {}
        }
    }
    parts.extend(bytes.get(run).filter(|r| !r.is_empty()));
    let describe = Labels(parts);
    let mut source = Source { protocol: Protocol::RemoteWrite1, parts, again: false, delta: false, describe: &describe };
    let mut message = Message::new(values.and_then(|v| bytes.get(v..)).unwrap_or_default());
    while let Some((field, value)) = message.field()? {
        match field {
            SAMPLES => {
                give(&mut source, value.bytes()?, number, sink, report)?;
            }
            HISTOGRAMS => {
                value.bytes()?;
                report.native_histograms += 1;
                report.reject(number, Refused::NativeHistogram.sentence());
            }
            _ => {}
        }
    }
    Ok(())
}

/// What follows the label that `bytes` begin with, if it is one and shorter than 128 bytes.
#[inline]
fn short_label(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0x0a, len @ ..0x80, after @ ..] => after.get(usize::from(*len)..),
        _ => None,
    }
}

/// Runs of encoded labels: `name` 1, `value` 2.
struct Labels<'a>(&'a [&'a [u8]]);

impl Describe for Labels<'_> {
    fn count(&self) -> usize {
        1
    }

    fn series(&self, _: usize, key: &mut SeriesKey) -> Result<(), Refused> {
        self.0.iter().try_for_each(|run| {
            let mut message = Message::new(run);
            while let Some((_, value)) = message.field().map_err(unreadable)? {
                let (mut name, mut text) = (&b""[..], &b""[..]);
                let mut label = Message::new(value.bytes().map_err(unreadable)?);
                while let Some((field, value)) = label.field().map_err(unreadable)? {
                    match field {
                        1 => name = value.bytes().map_err(unreadable)?,
                        2 => text = value.bytes().map_err(unreadable)?,
                        _ => {}
                    }
                }
                key.label(name, text)?;
            }
            Ok(())
        })
    }
}

fn unreadable(malformed: Malformed) -> Refused {
    Refused::Malformed(malformed.0)
}

/// `type` 1, `metric_family_name` 2, `help` 4, `unit` 5.
fn metadata<S: Sink + ?Sized>(bytes: &[u8], sink: &mut S) -> Result<(), Malformed> {
    let (mut number, mut name, mut help, mut unit) = (0, &b""[..], &b""[..], &b""[..]);
    let mut message = Message::new(bytes);
    while let Some((field, value)) = message.field()? {
        match field {
            1 => number = value.varint()?,
            2 => name = value.bytes()?,
            4 => help = value.bytes()?,
            5 => unit = value.bytes()?,
            _ => {}
        }
    }
    if !name.is_empty() {
        sink.metadata(name, kind(number), unit, help);
    }
    Ok(())
}

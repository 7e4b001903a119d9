//! Version 2.0 (`io.prometheus.write.v2.Request`): `symbols` 4, `timeseries` 5.
//!
//! Every text stands once in the table of symbols, whose first entry is empty; a series names its labels by their numbers there.
//! What the answer's `X-Prometheus-Remote-Write-Samples-Written` says is the report's `rows`; the same for histograms and
//! exemplars is 0, since none are kept.

use super::super::wire::{Malformed, Message, Value, varint};
use super::{give, kind};
use crate::sink::{Describe, Kind, Protocol, Refused, Report, SeriesKey, Sink, Source};

/// Symbols in a request. Senders have some ten thousand; one costs 16 bytes beside the request itself.
pub const SYMBOLS: usize = 1 << 20;

/// References of a series that are looked up; far more than labels are kept.
const REFERENCES: usize = 1_024;

/// A series: `labels_refs` 1, `samples` 2, `histograms` 3, `exemplars` 4, `metadata` 5.
const REFS: u32 = 1;
const SAMPLES: u32 = 2;
const HISTOGRAMS: u32 = 3;
const METADATA: u32 = 5;

/// Decodes an uncompressed request. Faults name the number of the series, from 1.
pub fn decode<S: Sink + ?Sized>(body: &[u8], sink: &mut S) -> Result<Report, Malformed> {
    // Symbols may stand behind the series that need them.
    let mut symbols = Vec::new();
    let mut request = Message::new(body);
    while let Some((field, value)) = request.field()? {
        match field {
            1 => return Err(Malformed("the message is one of remote write 1.0")),
            4 if symbols.len() < SYMBOLS => symbols.push(value.bytes()?),
            4 => return Err(Malformed("the message has too many symbols")),
            _ => {}
        }
    }
    if symbols.first().is_some_and(|first| !first.is_empty()) {
        return Err(Malformed("the first symbol is not the empty text"));
    }
    let mut report = Report::default();
    let mut parts = Vec::new();
    let mut number = 0;
    let mut request = Message::new(body);
    while let Some((field, value)) = request.field()? {
        if field == 5 {
            number += 1;
            series(value.bytes()?, number, &symbols, &mut parts, sink, &mut report)?;
        }
    }
    Ok(report)
}

fn series<'a, S: Sink + ?Sized>(
    bytes: &'a [u8],
    number: u64,
    symbols: &[&'a [u8]],
    parts: &mut Vec<&'a [u8]>,
    sink: &mut S,
    report: &mut Report,
) -> Result<(), Malformed> {
    parts.clear();
    let mut unknown = false;
    let (mut samples, mut histograms) = (0, 0);
    let mut about = None;
    let mut many = false;
    let mut push = |reference: u64| match usize::try_from(reference).ok().and_then(|r| symbols.get(r)) {
        Some(symbol) if parts.len() < REFERENCES => parts.push(symbol),
        Some(_) => many = true,
        None => unknown = true,
    };
    // Where the first sample begins; nothing before it needs to be read again.
    let mut values = None;
    let mut message = Message::new(bytes);
    loop {
        let start = bytes.len() - message.left();
        let Some((field, value)) = message.field()? else { break };
        match (field, value) {
            // Packed, or one by one.
            (REFS, Value::Bytes(mut packed)) => {
                while !packed.is_empty() {
                    push(varint(&mut packed)?);
                }
            }
            (REFS, value) => push(value.varint()?),
            (SAMPLES, _) => {
                samples += 1;
                values.get_or_insert(start);
            }
            (HISTOGRAMS, value) => {
                value.bytes()?;
                histograms += 1;
            }
            (METADATA, value) => about = Some(value.bytes()?),
            _ => {}
        }
    }
    let fault = if unknown {
        Some("a label refers to no symbol")
    } else if many {
        Some(Refused::TooManyLabels.sentence())
    } else if parts.len() % 2 != 0 {
        Some("a label's name has no value")
    } else if samples + histograms == 0 {
        Some("the series has no samples")
    } else {
        None
    };
    if let Some(reason) = fault {
        // Each of its samples is lost, so each is counted.
        report.native_histograms += histograms;
        (0..(samples + histograms).max(1)).for_each(|_| report.reject(number, reason));
        return Ok(());
    }
    if let Some(about) = about {
        metadata(about, symbols, parts, sink)?;
    }
    let describe = Symbols(parts);
    let mut source = Source { protocol: Protocol::RemoteWrite2, parts, again: false, delta: false, describe: &describe };
    let mut message = Message::new(values.and_then(|v| bytes.get(v..)).unwrap_or_default());
    while let Some((field, value)) = message.field()? {
        if field == SAMPLES {
            give(&mut source, value.bytes()?, number, sink, report)?;
        }
    }
    for _ in 0..histograms {
        report.native_histograms += 1;
        report.reject(number, Refused::NativeHistogram.sentence());
    }
    Ok(())
}

/// Names and values in turn.
struct Symbols<'a>(&'a [&'a [u8]]);

impl Describe for Symbols<'_> {
    fn count(&self) -> usize {
        1
    }

    fn series(&self, _: usize, key: &mut SeriesKey) -> Result<(), Refused> {
        self.0.chunks_exact(2).try_for_each(|pair| match pair {
            [name, value] => key.label(name, value),
            _ => Ok(()),
        })
    }
}

/// `type` 1, `help_ref` 3, `unit_ref` 4. It comes with each series; what it is about is the family that the series is of.
fn metadata<S: Sink + ?Sized>(bytes: &[u8], symbols: &[&[u8]], labels: &[&[u8]], sink: &mut S) -> Result<(), Malformed> {
    let (mut number, mut help, mut unit) = (0, 0, 0);
    let mut message = Message::new(bytes);
    while let Some((field, value)) = message.field()? {
        match field {
            1 => number = value.varint()?,
            3 => help = value.varint()?,
            4 => unit = value.varint()?,
            _ => {}
        }
    }
    let symbol = |reference: u64| usize::try_from(reference).ok().and_then(|r| symbols.get(r)).copied().unwrap_or_default();
    let (kind, help, unit) = (kind(number), symbol(help), symbol(unit));
    if kind == Kind::Unknown && help.is_empty() && unit.is_empty() {
        return Ok(());
    }
    let name = labels.chunks_exact(2).find_map(|pair| if let [b"__name__", name] = pair { Some(*name) } else { None });
    if let Some(name) = name.map(|name| family(name, kind)).filter(|name| !name.is_empty()) {
        sink.metadata(name, kind, unit, help);
    }
    Ok(())
}

/// A family's name is that of its series but for the endings of histograms and summaries.
fn family(name: &[u8], kind: Kind) -> &[u8] {
    let endings: &[&[u8]] = match kind {
        Kind::Histogram => &[b"_bucket", b"_sum", b"_count"],
        Kind::GaugeHistogram => &[b"_bucket", b"_gsum", b"_gcount"],
        Kind::Summary => &[b"_sum", b"_count"],
        _ => &[],
    };
    endings.iter().find_map(|ending| name.strip_suffix(*ending)).unwrap_or(name)
}

//! Prometheus remote write: samples in protocol buffers, by now in two versions.
//!
//! Both read in place: a series' encoded labels are its source, its samples one row each. Exemplars are passed over, native
//! histograms refused and counted, and the floats of the same request are taken.

pub mod v1;
#[cfg(test)]
mod v1_tests;
pub mod v2;
#[cfg(test)]
mod v2_tests;

use super::MILLISECOND;
use super::wire::{Malformed, Message, signed, varint};
use crate::sink::{Kind, Refused, Report, Sink, Source};

/// A sample of both versions: `value` 1, `timestamp` 2 in milliseconds. Zeros are left out by senders.
#[inline]
fn sample(bytes: &[u8]) -> Result<(i64, f64), Malformed> {
    // Nearly all are a value and then a time, and nothing else.
    if let Some(([0x09, value @ .., 0x10], mut rest)) = bytes.split_first_chunk::<10>() {
        let time = varint(&mut rest)?;
        if let (true, Some(value)) = (rest.is_empty(), value.first_chunk()) {
            return Ok((signed(time), f64::from_le_bytes(*value)));
        }
    }
    let (mut time, mut value) = (0, 0.0);
    let mut message = Message::new(bytes);
    while let Some((number, field)) = message.field()? {
        match number {
            1 => value = field.double()?,
            2 => time = signed(field.varint()?),
            _ => {}
        }
    }
    Ok((time, value))
}

/// Gives a sample to the sink, or refuses it when its time is beyond what microseconds can say.
#[inline]
fn give<S: Sink + ?Sized>(source: &mut Source<'_>, bytes: &[u8], at: u64, sink: &mut S, report: &mut Report) -> Result<(), Malformed> {
    let (time, value) = sample(bytes)?;
    if let Some(time) = time.checked_mul(MILLISECOND) {
        report.outcome(at, 1, sink.row(source, time, &[value]));
        source.again = true;
    } else {
        report.reject(at, if time < 0 { Refused::TooOld.sentence() } else { Refused::TooNew.sentence() });
    }
    Ok(())
}

/// A metric's type; both versions number them alike.
fn kind(number: u64) -> Kind {
    match number {
        1 => Kind::Counter,
        2 => Kind::Gauge,
        3 => Kind::Histogram,
        4 => Kind::GaugeHistogram,
        5 => Kind::Summary,
        6 => Kind::Info,
        7 => Kind::StateSet,
        _ => Kind::Unknown,
    }
}

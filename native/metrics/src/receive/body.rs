//! Which decoder reads a body.

use crate::decode::line;
use crate::sink::{Report, Sink};
use std::borrow::Cow;

/// The protocol of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Influx line protocol; the unit of its timestamps.
    Line(line::Precision),
    /// Prometheus remote write 1.0.
    RemoteWrite1,
    /// Prometheus remote write 2.0.
    RemoteWrite2,
    /// Prometheus text or `OpenMetrics`.
    Text,
    /// OTLP in protobuf.
    OtlpProtobuf,
    /// OTLP in JSON.
    OtlpJson,
}

/// Why a body cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Larger than it may be.
    TooLarge,
    /// Compressed in a way that is not known here.
    Encoding,
    /// Not what it says that it is; what is wrong.
    Malformed(String),
}

impl Form {
    /// Reads a body into `sink`.
    pub(super) fn read(self, body: &[u8], now: i64, sink: &mut dyn Sink) -> Result<Report, Unreadable> {
        match self {
            Form::Line(precision) => Ok(line::decode(body, precision, now, sink)),
            _ => Err(Unreadable::Malformed("this protocol is not supported yet".into())),
        }
    }
}

/// The body without its compression, at most `largest` bytes.
pub(super) fn expand<'a>(body: &'a [u8], encoding: &str, largest: usize) -> Result<Cow<'a, [u8]>, Unreadable> {
    match encoding {
        "" | "identity" if body.len() > largest => Err(Unreadable::TooLarge),
        "" | "identity" => Ok(body.into()),
        _ => Err(Unreadable::Encoding),
    }
}

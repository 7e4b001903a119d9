//! Which decoder reads a body.

use crate::decode::expand::{Encoding, Fault, expand};
use crate::decode::{line, otlp, remote_write, text};
use crate::sink::{Report, Sink};

/// The protocol of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Influx line protocol; the unit of its timestamps.
    Line(line::Precision),
    /// Prometheus remote write 1.0.
    RemoteWrite1,
    /// Prometheus remote write 2.0.
    RemoteWrite2,
    /// Prometheus text.
    Text,
    /// `OpenMetrics` text.
    OpenMetrics,
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
        let read = match self {
            Form::Line(precision) => Ok(line::decode(body, precision, now, sink)),
            Form::RemoteWrite1 => remote_write::v1::decode(body, sink),
            Form::RemoteWrite2 => remote_write::v2::decode(body, sink),
            Form::Text => Ok(text::decode(body, text::Format::Prometheus, now, sink)),
            Form::OpenMetrics => Ok(text::decode(body, text::Format::OpenMetrics, now, sink)),
            Form::OtlpProtobuf => otlp::protobuf(body, now, sink),
            Form::OtlpJson => otlp::json(body, now, sink),
        };
        read.map_err(|malformed| Unreadable::Malformed(malformed.0.into()))
    }
}

/// The body without its compression, at most `largest` bytes; `room` is used when it had one.
pub(super) fn plain<'a>(body: &'a [u8], encoding: &str, largest: usize, room: &'a mut Vec<u8>) -> Result<&'a [u8], Unreadable> {
    let encoding = Encoding::from_header(encoding.as_bytes()).ok_or(Unreadable::Encoding)?;
    expand(encoding, body, largest, room).map_err(|fault| match fault {
        Fault::TooLarge => Unreadable::TooLarge,
        Fault::Broken => Unreadable::Malformed(fault.to_string()),
    })
}

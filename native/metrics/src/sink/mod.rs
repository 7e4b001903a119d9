//! What decoders give and what takes it.

mod key;
#[cfg(test)]
mod key_tests;
mod report;

pub use key::{Labels, Limits, SeriesKey};
pub use report::{Fault, KEPT_FAULTS, Report};

use std::fmt;

/// Takes the rows of one request. The decoder holds it for the whole request and no longer.
pub trait Sink {
    /// One row: the values of the series of `source`, all at `time` (µs since the Unix epoch). `values.len()` is what
    /// `source.describe.count()` says. NaN is passed on bit by bit: one of them says that a series ended.
    /// The same series and time may come again in a request; the last counts.
    ///
    /// A row may be taken in part: old series go on when a new one is over the limit. The refusal says how many were not.
    fn row(&mut self, source: &Source<'_>, time: i64, values: &[f64]) -> Result<(), Refusal>;

    /// What the sender says about a family; `unit` and `help` may be empty. Comes in any order, and again with each request.
    /// Nothing of it is checked but that the name is not empty: it may be no text, and as long as the body.
    fn metadata(&mut self, name: &[u8], kind: Kind, unit: &[u8], help: &[u8]);

    /// Whether values that are differences (see [`Source::delta`]) can be added up here. Decoders refuse them otherwise.
    fn takes_delta(&self) -> bool {
        false
    }
}

/// What a row came from, as it was sent.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Who says what the parts mean.
    pub protocol: Protocol,
    /// The bytes that name the series. Equal parts of one protocol always mean the same series in the same order; other parts
    /// may mean the same series too (labels in another order). Where one part ends counts.
    pub parts: &'a [&'a [u8]],
    /// The row before in this request had the same parts, so nothing needs to be looked up again.
    pub again: bool,
    /// The values are what was added since the last row, not totals.
    pub delta: bool,
    /// Spells the series out. For the first time they are seen only.
    pub describe: &'a dyn Describe,
}

/// Spells out the series of a source.
pub trait Describe {
    /// How many series, and so values a row.
    fn count(&self) -> usize;

    /// Writes name and labels of series `index` (below `count`) into an empty key. Use [`SeriesKey::read`] to call it.
    fn series(&self, index: usize, key: &mut SeriesKey) -> Result<(), Refused>;
}

/// Where a source's bytes come from. Part of its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Protocol {
    /// Influx line protocol.
    Line = 1,
    /// Prometheus remote write 1.0: parts are encoded labels.
    RemoteWrite1 = 2,
    /// Prometheus remote write 2.0: parts are names and values in turn.
    RemoteWrite2 = 3,
    /// Prometheus text and `OpenMetrics`.
    Text = 4,
    /// OTLP in protobuf.
    OtlpProtobuf = 5,
    /// OTLP in JSON.
    OtlpJson = 6,
}

/// What a family of series counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Nobody said.
    #[default]
    Unknown = 0,
    /// A total that only grows, or starts again.
    Counter = 1,
    /// A value that goes up and down.
    Gauge = 2,
    /// `_bucket{le}`, `_sum`, `_count` that only grow.
    Histogram = 3,
    /// The same of what is there now (`_gsum`, `_gcount`).
    GaugeHistogram = 4,
    /// `{quantile}`, `_sum`, `_count`.
    Summary = 5,
    /// Labels only, the value is 1.
    Info = 6,
    /// One series a state, 0 or 1.
    StateSet = 7,
}

impl Kind {
    /// Prometheus's word for it (`OpenMetrics` 1.0, "Metric types").
    pub fn word(self) -> &'static str {
        match self {
            Kind::Unknown => "unknown",
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
            Kind::GaugeHistogram => "gaugehistogram",
            Kind::Summary => "summary",
            Kind::Info => "info",
            Kind::StateSet => "stateset",
        }
    }

    /// The other way round; `untyped` of the older format is unknown too.
    pub fn from_word(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"unknown" | b"untyped" => Kind::Unknown,
            b"counter" => Kind::Counter,
            b"gauge" => Kind::Gauge,
            b"histogram" => Kind::Histogram,
            b"gaugehistogram" => Kind::GaugeHistogram,
            b"summary" => Kind::Summary,
            b"info" => Kind::Info,
            b"stateset" => Kind::StateSet,
            _ => return None,
        })
    }
}

/// So many values of a row were not taken, and why the first of them was not. The others were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Values not taken, at least 1.
    pub values: usize,
    /// Why.
    pub why: Refused,
}

/// Why a value is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// The organisation has as many series as it may; this one is new.
    SeriesLimit,
    /// More labels than a series may have.
    TooManyLabels,
    /// A name longer than it may be.
    NameTooLong,
    /// A label's value longer than it may be.
    ValueTooLong,
    /// No name, or one that is empty.
    NoName,
    /// Two labels of one name.
    DuplicateLabel,
    /// A name or value that is not UTF-8, or has a NUL, which `PostgreSQL` keeps in no text.
    NotText,
    /// Older than what is taken.
    TooOld,
    /// Further in the future than clocks differ.
    TooNew,
    /// More values a second than the organisation may send.
    RateLimit,
    /// A difference, where only totals are kept.
    Delta,
    /// A Prometheus native histogram.
    NativeHistogram,
    /// What should name the series cannot be read; the sentence says where.
    Malformed(&'static str),
}

impl Refused {
    /// One sentence for the sender.
    pub fn sentence(self) -> &'static str {
        match self {
            Refused::SeriesLimit => "the limit of active series is reached, and this series is new",
            Refused::TooManyLabels => "the series has too many labels",
            Refused::NameTooLong => "a metric or label name is too long",
            Refused::ValueTooLong => "a label value is too long",
            Refused::NoName => "a metric or label has no name",
            Refused::DuplicateLabel => "a label is there twice",
            Refused::NotText => "a name or label value is not UTF-8 text",
            Refused::TooOld => "the time is too far in the past",
            Refused::TooNew => "the time is too far in the future",
            Refused::RateLimit => "the limit of values per second is reached",
            Refused::Delta => "delta temporality is not supported; send cumulative values",
            Refused::NativeHistogram => "native histograms are not supported; send classic buckets",
            Refused::Malformed(sentence) => sentence,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

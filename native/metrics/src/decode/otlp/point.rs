//! Data points, one reader a kind. Fields are numbered as in `opentelemetry.proto.metrics.v1`.

use super::histogram::{Exponential, Side, explicit};
use super::resource::ATTRIBUTES;
use super::series::Shape;
use crate::decode::STALE;
use crate::decode::wire::{Malformed, Message, Value, signed, varint};
use crate::sink::Refused;

/// Buckets of a histogram as it is sent, and quantiles of a summary. SDKs have 160 at most, each way of zero.
pub(super) const BUCKETS: usize = 1_024;

/// Why a point is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// The whole message is broken.
    Message(Malformed),
    /// This point is.
    Point(&'static str),
}

impl From<Malformed> for Bad {
    fn from(malformed: Malformed) -> Self {
        Bad::Message(malformed)
    }
}

/// What a point says; the room is used again for the next.
#[derive(Default)]
pub(super) struct Point<'a> {
    /// ns since the epoch, 0 for unknown.
    pub time: u64,
    /// Encoded attributes.
    pub attributes: Vec<&'a [u8]>,
    /// Bounds or quantiles.
    pub bounds: Vec<f64>,
    /// The row: one for each bound and what comes behind them.
    pub values: Vec<f64>,
    flags: u64,
    count: u64,
    sum: Option<f64>,
    counts: Vec<u64>,
}

impl<'a> Point<'a> {
    fn clear(&mut self) {
        (self.time, self.flags, self.count, self.sum) = (0, 0, 0, None);
        self.attributes.clear();
        self.bounds.clear();
        self.values.clear();
        self.counts.clear();
    }

    fn attribute(&mut self, value: Value<'a>) -> Result<(), Bad> {
        if self.attributes.len() >= ATTRIBUTES {
            return Err(Bad::Point(Refused::TooManyLabels.sentence()));
        }
        self.attributes.push(value.bytes()?);
        Ok(())
    }

    /// Whether the point says that there is no value any more (`DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK`).
    fn ended(&self) -> bool {
        self.flags & 1 != 0
    }

    /// `time` 3, `as_double` 4, `as_int` 6, `attributes` 7, `flags` 8.
    pub fn number(&mut self, bytes: &'a [u8]) -> Result<Shape, Bad> {
        self.clear();
        let mut found = None;
        let mut message = Message::new(bytes);
        while let Some((field, value)) = message.field()? {
            match field {
                3 => self.time = value.fixed64()?,
                4 => found = Some(value.double()?),
                6 => found = Some(signed(value.fixed64()?) as f64),
                7 => self.attribute(value)?,
                8 => self.flags = value.varint()?,
                _ => {}
            }
        }
        let value = if self.ended() { Some(f64::from_bits(STALE)) } else { found };
        self.values.push(value.ok_or(Bad::Point("the data point has no value"))?);
        Ok(Shape::Number)
    }

    /// `time` 3, `count` 4, `sum` 5, `bucket_counts` 6, `explicit_bounds` 7, `attributes` 9, `flags` 10.
    pub fn histogram(&mut self, bytes: &'a [u8]) -> Result<Shape, Bad> {
        self.clear();
        let mut message = Message::new(bytes);
        while let Some((field, value)) = message.field()? {
            match field {
                3 => self.time = value.fixed64()?,
                4 => self.count = value.fixed64()?,
                5 => self.sum = Some(value.double()?),
                6 => numbers(value, &mut self.counts)?,
                7 => {
                    let mut bits = Vec::new();
                    numbers(value, &mut bits)?;
                    self.bounds.extend(bits.into_iter().map(f64::from_bits));
                }
                9 => self.attribute(value)?,
                10 => self.flags = value.varint()?,
                _ => {}
            }
            if self.counts.len() > BUCKETS || self.bounds.len() > BUCKETS {
                return Err(Bad::Point("the histogram has too many buckets"));
            }
        }
        explicit(&mut self.bounds, &self.counts, self.count, &mut self.values).map_err(Bad::Point)?;
        self.tail();
        Ok(Shape::Histogram { sum: self.sum.is_some() })
    }

    /// `attributes` 1, `time` 3, `count` 4, `sum` 5, `scale` 6, `zero_count` 7, `positive` 8, `negative` 9, `flags` 10,
    /// `zero_threshold` 14.
    pub fn exponential(&mut self, bytes: &'a [u8]) -> Result<Shape, Bad> {
        self.clear();
        let mut buckets = Exponential::default();
        let mut message = Message::new(bytes);
        while let Some((field, value)) = message.field()? {
            match field {
                1 => self.attribute(value)?,
                3 => self.time = value.fixed64()?,
                4 => self.count = value.fixed64()?,
                5 => self.sum = Some(value.double()?),
                6 => buckets.scale = value.zigzag()?,
                7 => buckets.zero_count = value.fixed64()?,
                8 => buckets.positive = side(value.bytes()?)?,
                9 => buckets.negative = side(value.bytes()?)?,
                10 => self.flags = value.varint()?,
                14 => buckets.zero_threshold = value.double()?,
                _ => {}
            }
        }
        buckets.cumulative(self.count, &mut self.bounds, &mut self.values).map_err(Bad::Point)?;
        self.tail();
        Ok(Shape::Histogram { sum: self.sum.is_some() })
    }

    /// `time` 3, `count` 4, `sum` 5, `quantile_values` 6 (`quantile` 1, `value` 2), `attributes` 7, `flags` 8.
    pub fn summary(&mut self, bytes: &'a [u8]) -> Result<Shape, Bad> {
        self.clear();
        let mut message = Message::new(bytes);
        while let Some((field, value)) = message.field()? {
            match field {
                3 => self.time = value.fixed64()?,
                4 => self.count = value.fixed64()?,
                5 => self.sum = Some(value.double()?),
                6 if self.bounds.len() >= BUCKETS => return Err(Bad::Point("the summary has too many quantiles")),
                6 => {
                    let (mut quantile, mut at) = (0.0, 0.0);
                    let mut pair = Message::new(value.bytes()?);
                    while let Some((field, value)) = pair.field()? {
                        match field {
                            1 => quantile = value.double()?,
                            2 => at = value.double()?,
                            _ => {}
                        }
                    }
                    self.bounds.push(quantile);
                    self.values.push(at);
                }
                7 => self.attribute(value)?,
                8 => self.flags = value.varint()?,
                _ => {}
            }
        }
        // Zeros are left out on the wire.
        self.sum.get_or_insert(0.0);
        self.tail();
        Ok(Shape::Summary)
    }

    /// What comes behind the bounds: infinity (put there already, for histograms), sum, count.
    fn tail(&mut self) {
        self.values.extend(self.sum);
        self.values.push(self.count as f64);
        if self.ended() {
            self.values.fill(f64::from_bits(STALE));
        }
    }
}

/// Fixed numbers of 64 bits, packed or one.
fn numbers(value: Value<'_>, out: &mut Vec<u64>) -> Result<(), Bad> {
    match value {
        Value::Fixed64(number) => out.push(number),
        value => {
            let chunks = value.bytes()?.chunks_exact(8);
            if !chunks.remainder().is_empty() {
                return Err(Malformed("a list of numbers ends too early").into());
            }
            // One more than allowed is enough to know.
            out.extend(chunks.take(BUCKETS + 1).filter_map(|chunk| chunk.try_into().ok()).map(u64::from_le_bytes));
        }
    }
    Ok(())
}

/// One side of an exponential histogram: `offset` 1, `bucket_counts` 2.
fn side(bytes: &[u8]) -> Result<Side, Bad> {
    let mut side = Side::default();
    let mut message = Message::new(bytes);
    while let Some((field, value)) = message.field()? {
        match (field, value) {
            (1, value) => side.offset = value.zigzag()?,
            (2, Value::Bytes(mut packed)) => {
                while !packed.is_empty() && side.counts.len() <= BUCKETS {
                    side.counts.push(varint(&mut packed)?);
                }
            }
            (2, value) => side.counts.push(value.varint()?),
            _ => {}
        }
        if side.counts.len() > BUCKETS {
            return Err(Bad::Point("the histogram has too many buckets"));
        }
    }
    Ok(side)
}

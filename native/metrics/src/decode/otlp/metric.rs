//! A metric and its points.

use super::name::named;
use super::point::{Bad, Point};
use super::resource::{Resource, Scope};
use super::series::{Series, Shape};
use crate::decode::wire::{Malformed, Message};
use crate::sink::{Kind, Protocol, Refused, Report, Sink, Source};
use std::cell::OnceCell;

/// Goes through a request.
pub(super) struct Walk<'a, 's, S: Sink + ?Sized> {
    pub report: Report,
    /// The latest time of a point of the resource.
    pub latest: Option<i64>,
    protocol: Protocol,
    now: i64,
    sink: &'s mut S,
    point: Point<'a>,
    /// Points so far.
    number: u64,
    /// Bounds as bytes.
    shape: Vec<u8>,
}

/// A metric's fields: `gauge` 5, `sum` 7, `histogram` 9, `exponential_histogram` 10, `summary` 11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Data {
    Gauge,
    Sum,
    Histogram,
    Exponential,
    Summary,
}

impl<'a, 's, S: Sink + ?Sized> Walk<'a, 's, S> {
    /// At the beginning of a request.
    pub fn new(protocol: Protocol, now: i64, sink: &'s mut S) -> Self {
        let report = Report::default();
        Walk { report, latest: None, protocol, now, sink, point: Point::default(), number: 0, shape: Vec::new() }
    }

    /// `name` 1, `description` 2, `unit` 3 and the data.
    pub fn metric(&mut self, bytes: &'a [u8], resource: &Resource<'a>, scope: &Scope<'a>) -> Result<(), Malformed> {
        let (mut name, mut help, mut unit, mut data) = (&b""[..], &b""[..], &b""[..], None);
        let mut message = Message::new(bytes);
        while let Some((field, value)) = message.field()? {
            let kind = match field {
                1 => {
                    name = value.bytes()?;
                    continue;
                }
                2 => {
                    help = value.bytes()?;
                    continue;
                }
                3 => {
                    unit = value.bytes()?;
                    continue;
                }
                5 => Data::Gauge,
                7 => Data::Sum,
                9 => Data::Histogram,
                10 => Data::Exponential,
                11 => Data::Summary,
                _ => continue,
            };
            data = Some((kind, value.bytes()?));
        }
        let Some((data, points)) = data else { return Ok(()) };
        let (mut temporality, mut monotonic) = (0, false);
        let mut message = Message::new(points);
        while let Some((field, value)) = message.field()? {
            match field {
                2 => temporality = value.varint()?,
                3 => monotonic = value.varint()? != 0,
                _ => {}
            }
        }
        let kind = match data {
            Data::Sum if monotonic => Kind::Counter,
            Data::Gauge | Data::Sum => Kind::Gauge,
            Data::Histogram | Data::Exponential => Kind::Histogram,
            Data::Summary => Kind::Summary,
        };
        let plain = named(name, unit, kind);
        let delta = temporality == 1 && !matches!(data, Data::Gauge | Data::Summary);
        let refused = if plain.name.is_empty() {
            Some(Refused::NoName.sentence())
        } else if delta && !self.sink.takes_delta() {
            Some(Refused::Delta.sentence())
        } else if matches!(data, Data::Sum | Data::Histogram | Data::Exponential) && !matches!(temporality, 1 | 2) {
            Some("the metric does not say its temporality")
        } else {
            None
        };
        if refused.is_none() {
            self.sink.metadata(plain.name.as_bytes(), kind, plain.unit.as_bytes(), help);
        }
        let about = About { resource, scope: *scope, raw: name, unit, name: &plain.name, kind, delta };
        let mut message = Message::new(points);
        while let Some((field, value)) = message.field()? {
            if field != 1 {
                continue;
            }
            let bytes = value.bytes()?;
            self.number += 1;
            if let Some(reason) = refused {
                self.report.reject(self.number, reason);
                continue;
            }
            let shape = match data {
                Data::Gauge | Data::Sum => self.point.number(bytes),
                Data::Histogram => self.point.histogram(bytes),
                Data::Exponential => self.point.exponential(bytes),
                Data::Summary => self.point.summary(bytes),
            };
            match shape {
                Ok(shape) => self.row(&about, shape),
                Err(Bad::Point(reason)) => self.report.reject(self.number, reason),
                Err(Bad::Message(malformed)) => return Err(malformed),
            }
        }
        Ok(())
    }

    fn row(&mut self, about: &About<'a, '_>, shape: Shape) {
        let point = &self.point;
        let time = match i64::try_from(point.time) {
            Ok(0) => self.now,
            Ok(nanoseconds) => nanoseconds / 1_000,
            Err(_) => return self.report.reject(self.number, Refused::TooNew.sentence()),
        };
        self.shape.clear();
        self.shape.push(match shape {
            Shape::Number => 0,
            Shape::Histogram { sum } => 1 + u8::from(sum),
            Shape::Summary => 3,
        });
        self.shape.push(about.kind as u8);
        self.shape.extend(point.bounds.iter().flat_map(|bound| bound.to_bits().to_le_bytes()));
        let mut parts = Vec::with_capacity(7 + point.attributes.len());
        let about_whom: [&[u8]; 7] =
            [&about.resource.job, &about.resource.instance, about.scope.name, about.scope.version, about.raw, about.unit, &self.shape];
        parts.extend(about_whom);
        parts.extend(&point.attributes);
        let describe = Series {
            resource: about.resource,
            scope: about.scope,
            name: about.name,
            shape,
            bounds: &point.bounds,
            attributes: &point.attributes,
            labels: OnceCell::new(),
        };
        let source = Source { protocol: self.protocol, parts: &parts, again: false, delta: about.delta, describe: &describe };
        self.report.outcome(self.number, point.values.len(), self.sink.row(&source, time, &point.values));
        self.latest = self.latest.max(Some(time));
    }

    /// Series `target_info`, at the time of the resource's latest point. It is no data point, and not counted as one.
    pub fn target(&mut self, resource: &Resource<'a>) {
        let (Some(time), true) = (self.latest, resource.tells()) else { return };
        let parts = [resource.bytes];
        let source = Source { protocol: self.protocol, parts: &parts, again: false, delta: false, describe: resource };
        match self.sink.row(&source, time, &[1.0]) {
            Ok(()) => self.report.accepted += 1,
            Err(refusal) => self.report.refused_values += refusal.values as u64,
        }
    }
}

/// What all points of a metric have in common.
struct About<'a, 'm> {
    resource: &'m Resource<'a>,
    scope: Scope<'a>,
    /// Name and unit as they were sent.
    raw: &'a [u8],
    unit: &'a [u8],
    /// In Prometheus's form.
    name: &'m str,
    kind: Kind,
    delta: bool,
}

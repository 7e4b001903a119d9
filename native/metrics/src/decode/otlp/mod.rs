//! OTLP metrics over HTTP, in protocol buffers or JSON, as series in Prometheus's form.
//!
//! Names, units and labels follow `OpenTelemetry`'s document on compatibility with Prometheus. `service.name` (behind
//! `service.namespace` and a slash) becomes `job`, `service.instance.id` becomes `instance`, what else a resource says is series
//! `target_info`. Histograms become `_bucket{le}`, `_sum` and `_count`, exponential ones at their own bounds. A point that cannot
//! be taken is a fault with its number in the request, the others are taken.

mod attributes;
#[cfg(test)]
mod attributes_tests;
mod histogram;
#[cfg(test)]
mod histogram_tests;
mod json;
#[cfg(test)]
mod messages;
mod metric;
mod name;
mod point;
mod resource;
mod schema;
mod series;
#[cfg(test)]
mod tests;

pub use json::transcode;

use super::wire::{Malformed, Message};
use crate::sink::{Protocol, Report, Sink};
use metric::Walk;
use resource::{Resource, Scope};

/// Decodes an `ExportMetricsServiceRequest` in protocol buffers. `now` (µs) is the time of points that have none.
///
/// The report's `rejected` is the answer's `rejected_data_points`.
pub fn protobuf<S: Sink + ?Sized>(body: &[u8], now: i64, sink: &mut S) -> Result<Report, Malformed> {
    request(body, Protocol::OtlpProtobuf, now, sink)
}

/// Decodes the same in JSON: numbers may be texts, enumerations names, unknown fields are passed over.
pub fn json<S: Sink + ?Sized>(body: &[u8], now: i64, sink: &mut S) -> Result<Report, Malformed> {
    request(&transcode(body)?, Protocol::OtlpJson, now, sink)
}

fn request<S: Sink + ?Sized>(body: &[u8], protocol: Protocol, now: i64, sink: &mut S) -> Result<Report, Malformed> {
    let mut walk = Walk::new(protocol, now, sink);
    let mut request = Message::new(body);
    while let Some((field, value)) = request.field()? {
        if field == 1 {
            resource_metrics(value.bytes()?, &mut walk)?;
        }
    }
    Ok(walk.report)
}

/// `resource` 1, `scope_metrics` 2.
fn resource_metrics<'a, S: Sink + ?Sized>(bytes: &'a [u8], walk: &mut Walk<'a, '_, S>) -> Result<(), Malformed> {
    let mut resource = Resource::default();
    let mut message = Message::new(bytes);
    while let Some((field, value)) = message.field()? {
        if field == 1 {
            resource = Resource::read(value.bytes()?)?;
        }
    }
    walk.latest = None;
    let mut message = Message::new(bytes);
    while let Some((field, value)) = message.field()? {
        if field == 2 {
            scope_metrics(value.bytes()?, &resource, walk)?;
        }
    }
    walk.target(&resource);
    Ok(())
}

/// `scope` 1, `metrics` 2.
fn scope_metrics<'a, S: Sink + ?Sized>(bytes: &'a [u8], resource: &Resource<'a>, walk: &mut Walk<'a, '_, S>) -> Result<(), Malformed> {
    let mut scope = Scope::default();
    let mut message = Message::new(bytes);
    while let Some((field, value)) = message.field()? {
        if field == 1 {
            scope = Scope::read(value.bytes()?)?;
        }
    }
    let mut message = Message::new(bytes);
    while let Some((field, value)) = message.field()? {
        if field == 2 {
            walk.metric(value.bytes()?, resource, &scope)?;
        }
    }
    Ok(())
}

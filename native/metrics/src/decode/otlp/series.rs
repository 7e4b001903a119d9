//! The series of a point.

use super::attributes::{Labels, decimal, labels};
use super::resource::{Resource, Scope};
use crate::sink::{Describe, Refused, SeriesKey};
use std::cell::OnceCell;

/// Which series a point has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One, by the metric's name.
    Number,
    /// `_bucket` for each bound and for infinity, `_sum` where there is one, `_count`.
    Histogram {
        /// Whether the point has a sum.
        sum: bool,
    },
    /// The name with each quantile, `_sum`, `_count`.
    Summary,
}

/// A label and its value.
type Own = (&'static [u8], String);

/// A point's series, spelled out.
pub(super) struct Series<'a> {
    pub resource: &'a Resource<'a>,
    pub scope: Scope<'a>,
    /// In Prometheus's form.
    pub name: &'a str,
    pub shape: Shape,
    /// Bounds of buckets or quantiles, in order.
    pub bounds: &'a [f64],
    /// Encoded attributes.
    pub attributes: &'a [&'a [u8]],
    /// The same as labels, made once for all series.
    pub labels: OnceCell<Result<Labels, Refused>>,
}

impl Series<'_> {
    /// What comes behind the name, and the label that only this series has.
    fn own(&self, index: usize) -> Option<(&'static [u8], Option<Own>)> {
        let bound = self.bounds.get(index).map(|bound| decimal(*bound));
        let behind = index.checked_sub(self.bounds.len());
        match (self.shape, bound, behind) {
            (Shape::Number, ..) => Some((b"", None)),
            (Shape::Histogram { .. }, Some(bound), _) => Some((b"_bucket", Some((b"le", bound)))),
            (Shape::Histogram { .. }, None, Some(0)) => Some((b"_bucket", Some((b"le", "+Inf".into())))),
            (Shape::Summary, Some(bound), _) => Some((b"", Some((b"quantile", bound)))),
            (Shape::Histogram { sum: true }, None, Some(1)) | (Shape::Summary, None, Some(0)) => Some((b"_sum", None)),
            (Shape::Histogram { sum: true }, None, Some(2)) | (Shape::Histogram { sum: false } | Shape::Summary, None, Some(1)) => {
                Some((b"_count", None))
            }
            _ => None,
        }
    }
}

impl Describe for Series<'_> {
    fn count(&self) -> usize {
        self.bounds.len()
            + match self.shape {
                Shape::Number => 1,
                Shape::Histogram { sum } => 2 + usize::from(sum),
                Shape::Summary => 2,
            }
    }

    fn series(&self, index: usize, key: &mut SeriesKey) -> Result<(), Refused> {
        let (ending, own) = self.own(index).ok_or(Refused::NoName)?;
        key.name(&[self.name.as_bytes(), ending])?;
        let fixed: [(&[u8], &[u8]); 4] = [
            (b"job", &self.resource.job),
            (b"instance", &self.resource.instance),
            (b"otel_scope_name", self.scope.name),
            (b"otel_scope_version", self.scope.version),
        ];
        for (name, value) in fixed {
            key.label(name, value)?;
        }
        if let Some((name, value)) = &own {
            key.label(name, value.as_bytes())?;
        }
        let labels = self.labels.get_or_init(|| labels(self.attributes.iter().copied())).as_ref().map_err(|refused| *refused)?;
        // An attribute that has the name of one of these gives way.
        let taken = |label: &str| {
            let fixed = fixed.iter().any(|(name, value)| *name == label.as_bytes() && !value.is_empty());
            fixed || own.as_ref().is_some_and(|(name, _)| *name == label.as_bytes())
        };
        labels.iter().filter(|(name, _)| !taken(name)).try_for_each(|(name, value)| key.label(name.as_bytes(), value))
    }
}

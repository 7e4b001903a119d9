//! Whom points are about and who measured them.

use super::attributes::{Labels, labels, pair, text};
use crate::decode::wire::{Malformed, Message};
use crate::sink::{Describe, Refused, SeriesKey};
use std::borrow::Cow;

/// Attributes of a resource, or of a point: far more than labels are kept.
pub(super) const ATTRIBUTES: usize = 256;

/// A resource: `attributes` 1.
#[derive(Default)]
pub(super) struct Resource<'a> {
    /// The message.
    pub bytes: &'a [u8],
    /// `service.name`, behind `service.namespace/` where there is one.
    pub job: Cow<'a, [u8]>,
    /// `service.instance.id`.
    pub instance: Cow<'a, [u8]>,
    /// Attributes that are neither of these, if not too many.
    pub others: usize,
}

impl<'a> Resource<'a> {
    /// Reads a resource. Identifying attributes that cannot be read as text are empty.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (mut name, mut space) = (Cow::default(), Cow::default());
        let mut resource = Resource { bytes, ..Resource::default() };
        let mut message = Message::new(bytes);
        while let Some((field, value)) = message.field()? {
            if field != 1 {
                continue;
            }
            let (key, value) = pair(value.bytes()?)?;
            let place = match key {
                b"service.name" => &mut name,
                b"service.namespace" => &mut space,
                b"service.instance.id" => &mut resource.instance,
                _ => {
                    resource.others += 1;
                    continue;
                }
            };
            *place = text(value).unwrap_or_default();
        }
        resource.job = match (name.is_empty(), space.is_empty()) {
            (false, false) => Cow::Owned([&space[..], b"/", &name].concat()),
            _ => name,
        };
        Ok(resource)
    }

    /// Whether it says anything that `target_info` is there for, and of whom.
    pub fn tells(&self) -> bool {
        self.others > 0 && self.others <= ATTRIBUTES && !(self.job.is_empty() && self.instance.is_empty())
    }

    fn labels(&self) -> Result<Labels, Refused> {
        let mut attributes = Vec::new();
        let mut message = Message::new(self.bytes);
        while let Ok(Some((field, value))) = message.field() {
            if let (1, Ok(bytes)) = (field, value.bytes()) {
                let key = pair(bytes).map_or(&b""[..], |(key, _)| key);
                if !matches!(key, b"service.name" | b"service.namespace" | b"service.instance.id") {
                    attributes.push(bytes);
                }
            }
        }
        labels(attributes.into_iter())
    }
}

/// Series `target_info` of a resource.
impl Describe for Resource<'_> {
    fn count(&self) -> usize {
        1
    }

    fn series(&self, _: usize, key: &mut SeriesKey) -> Result<(), Refused> {
        key.name(&[b"target_info"])?;
        key.label(b"job", &self.job)?;
        key.label(b"instance", &self.instance)?;
        let labels = self.labels()?;
        let others = labels.iter().filter(|(name, _)| !matches!(name.as_str(), "job" | "instance"));
        others.into_iter().try_for_each(|(name, value)| key.label(name.as_bytes(), value))
    }
}

/// An instrumentation scope: `name` 1, `version` 2.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scope<'a> {
    /// Label `otel_scope_name`.
    pub name: &'a [u8],
    /// Label `otel_scope_version`.
    pub version: &'a [u8],
}

impl<'a> Scope<'a> {
    /// Reads a scope.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut scope = Scope::default();
        let mut message = Message::new(bytes);
        while let Some((field, value)) = message.field()? {
            match field {
                1 => scope.name = value.bytes()?,
                2 => scope.version = value.bytes()?,
                _ => {}
            }
        }
        Ok(scope)
    }
}

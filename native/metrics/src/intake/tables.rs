//! The active series, and the shapes that rows come in.

use super::hash::{Key, Seeds, Taken};
use super::organizations::Organizations;
use super::slab::Slab;
use crate::sink::Refused;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

/// The series of a row, in order. Of many protocols it is always one.
pub enum Members {
    /// One series.
    One([u32; 1]),
    /// Several.
    Many(Box<[u32]>),
}

impl Members {
    /// As a list.
    pub fn list(&self) -> &[u32] {
        match self {
            Members::One(one) => one,
            Members::Many(many) => many,
        }
    }
}

/// A source that was seen, and what it stands for.
pub struct Shape {
    /// Its series.
    pub members: Members,
    source: Key,
    organization: u32,
    /// The minute in which a row last had it.
    pub seen: AtomicU32,
}

struct Series {
    key: Key,
    canonical: Box<[u8]>,
    organization: u32,
    /// Shapes with this series.
    shapes: u32,
    seen: AtomicU32,
}

/// All of it.
#[derive(Default)]
pub struct Tables {
    /// The secret of the keys.
    pub seeds: Seeds,
    /// Who sends.
    pub organizations: Organizations,
    /// Shapes by the key of their source.
    pub sources: HashMap<Key, u32, Taken>,
    /// Shapes by number.
    pub shapes: Slab<Shape>,
    by_key: HashMap<Key, u32, Taken>,
    series: Slab<Series>,
}

impl Tables {
    /// How many series are active.
    pub fn series_count(&self) -> usize {
        self.series.len()
    }

    /// A series' canonical bytes.
    pub fn canonical(&self, series: u32) -> &[u8] {
        self.series.get(series).map(|s| &*s.canonical).unwrap_or_default()
    }

    /// The number of a series, which becomes active unless there are too many.
    pub fn activate(&mut self, organization: u32, canonical: &[u8], scratch: &mut Vec<u8>, minute: u32, most: u32) -> Result<u32, Refused> {
        scratch.clear();
        scratch.extend_from_slice(&organization.to_le_bytes());
        scratch.extend_from_slice(canonical);
        let key = self.seeds.key(scratch);
        if let Some(&number) = self.by_key.get(&key) {
            if let Some(found) = self.series.get(number) {
                found.seen.store(minute, Ordering::Relaxed);
            }
            return Ok(number);
        }
        let full = self.series.len() >= most as usize;
        let owner = self.organizations.get_mut(organization).filter(|o| !full && o.has_room(canonical.len()));
        let Some(owner) = owner else { return Err(Refused::SeriesLimit) };
        owner.series += 1;
        owner.bytes += canonical.len() as u64;
        let number = self.series.put(Series { key, canonical: canonical.into(), organization, shapes: 0, seen: minute.into() });
        self.by_key.insert(key, number);
        Ok(number)
    }

    /// Remembers what a source stands for; nothing when the organisation has too many of them.
    pub fn remember(&mut self, organization: u32, source: Key, members: &[u32], minute: u32) -> Option<u32> {
        if let Some(known) = self.sources.get(&source) {
            return Some(*known);
        }
        let owner = self.organizations.get_mut(organization).filter(|o| o.has_room_for_shapes())?;
        owner.shapes += 1;
        for &member in members {
            if let Some(series) = self.series.get_mut(member) {
                series.shapes += 1;
            }
        }
        let members = if let [one] = members { Members::One([*one]) } else { Members::Many(members.into()) };
        let number = self.shapes.put(Shape { members, source, organization, seen: minute.into() });
        self.sources.insert(source, number);
        Some(number)
    }

    /// Forgets what was not seen since `minute`: series, then shapes.
    pub fn sweep(&mut self, minute: u32) -> (Vec<u32>, Vec<u32>) {
        let shapes = self.shapes.filter(|s| s.seen.load(Ordering::Relaxed) < minute);
        for &number in &shapes {
            let Some(shape) = self.shapes.take(number) else { continue };
            self.sources.remove(&shape.source);
            if let Some(owner) = self.organizations.get_mut(shape.organization) {
                owner.shapes = owner.shapes.saturating_sub(1);
            }
            for &member in shape.members.list() {
                if let Some(series) = self.series.get_mut(member) {
                    series.shapes = series.shapes.saturating_sub(1);
                }
            }
        }
        let series = self.series.filter(|s| s.shapes == 0 && s.seen.load(Ordering::Relaxed) < minute);
        for &number in &series {
            let Some(gone) = self.series.take(number) else { continue };
            self.by_key.remove(&gone.key);
            if let Some(owner) = self.organizations.get_mut(gone.organization) {
                owner.series = owner.series.saturating_sub(1);
                owner.bytes = owner.bytes.saturating_sub(gone.canonical.len() as u64);
            }
        }
        (series, shapes)
    }
}

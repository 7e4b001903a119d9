//! One request on its way to the log.

use super::cache::{Cache, minute};
use super::hash::Key;
use super::tables::Tables;
use crate::log::Batch;
use crate::log::format::{LOOSE, METADATA, ROWS, begin, finish};
use crate::sink::{Kind, Refusal, Refused, SeriesKey, Sink, Source};
use std::hash::{BuildHasher, Hasher};
use std::sync::RwLockReadGuard;
use std::sync::atomic::Ordering;

/// A record of rows is closed at this size, so that the largest request makes no record that is too large.
const RECORD: usize = 16 << 20;
/// Metadata longer than this are not kept, in bytes.
const LONGEST_TEXT: usize = 4096;

/// Takes the rows of one request. [`Request::finish`] gives what is to be appended to the log.
pub struct Request<'a> {
    cache: &'a Cache,
    /// Held while rows are known: one look-up a row, no lock.
    tables: Option<RwLockReadGuard<'a, Tables>>,
    organization: u32,
    batch: Batch,
    rows: Vec<u8>,
    metadata: Vec<u8>,
    oldest: i64,
    newest: i64,
    now: i64,
    minute: u32,
    key: SeriesKey,
    scratch: Vec<u8>,
    spelled: Spelled,
    last: Option<u32>,
    taken: u64,
}

/// Series of a source that was not known.
#[derive(Default)]
struct Spelled {
    bytes: Vec<u8>,
    /// Where the bytes of each end; or why it is none.
    ends: Vec<Result<usize, Refused>>,
    members: Vec<u32>,
    values: Vec<f64>,
}

impl<'a> Request<'a> {
    pub(super) fn new(cache: &'a Cache, organization: u32, id: [u8; 16], now: i64) -> Self {
        Request {
            cache,
            tables: None,
            organization,
            batch: Batch { organization: id, ..Batch::default() },
            rows: Vec::new(),
            metadata: Vec::new(),
            oldest: now.saturating_sub(cache.options.oldest),
            newest: now.saturating_add(cache.options.newest),
            now,
            minute: minute(now),
            key: SeriesKey::new(cache.options.labels),
            scratch: Vec::new(),
            spelled: Spelled::default(),
            last: None,
            taken: 0,
        }
    }

    /// Values taken so far.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// What is to be kept; nothing when nothing was taken.
    pub fn finish(mut self) -> Option<Batch> {
        self.tables = None;
        if self.taken > 0 {
            self.cache.spend(self.organization, self.now, self.taken);
        }
        self.close_rows();
        if !self.metadata.is_empty() {
            finish(&mut self.metadata);
            self.batch.records.push(self.metadata);
        }
        (!self.batch.records.is_empty()).then_some(self.batch)
    }

    fn close_rows(&mut self) {
        if !self.rows.is_empty() {
            finish(&mut self.rows);
            self.batch.records.push(std::mem::take(&mut self.rows));
        }
    }

    fn source(&mut self, source: &Source<'_>) -> Key {
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.organization.to_le_bytes());
        self.scratch.push(source.protocol as u8);
        for part in source.parts {
            self.scratch.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            self.scratch.extend_from_slice(part);
        }
        self.tables.get_or_insert_with(|| self.cache.read()).seeds.key(&self.scratch)
    }

    /// The shape of a source that was seen before.
    fn known(&self, source: &Key) -> Option<u32> {
        let tables = self.tables.as_ref()?;
        let number = *tables.sources.get(source)?;
        let shape = tables.shapes.get(number)?;
        if shape.seen.load(Ordering::Relaxed) != self.minute {
            shape.seen.store(self.minute, Ordering::Relaxed);
        }
        Some(number)
    }

    fn begin_row(&mut self, size: usize) {
        if self.rows.len() + size > RECORD {
            self.close_rows();
        }
        if self.rows.is_empty() {
            begin(&mut self.rows, ROWS);
        }
        self.rows.reserve(size);
    }

    fn write(&mut self, shape: u32, time: i64, values: &[f64]) {
        self.begin_row(12 + values.len() * 8);
        if self.batch.shapes.last() != Some(&shape) {
            self.batch.shapes.push(shape);
        }
        self.rows.extend_from_slice(&shape.to_le_bytes());
        self.rows.extend_from_slice(&time.to_le_bytes());
        put(&mut self.rows, values);
        self.taken += values.len() as u64;
    }

    fn write_loose(&mut self, time: i64, series: &[u32], values: &[f64]) {
        self.begin_row(16 + series.len() * 12);
        self.rows.extend_from_slice(&LOOSE.to_le_bytes());
        self.rows.extend_from_slice(&u32::try_from(series.len()).unwrap_or(0).to_le_bytes());
        self.rows.extend_from_slice(&time.to_le_bytes());
        for number in series {
            self.rows.extend_from_slice(&number.to_le_bytes());
        }
        put(&mut self.rows, values);
        self.batch.series.extend_from_slice(series);
        self.taken += values.len() as u64;
    }

    /// A source for the first time: its series become active, as many as may.
    fn first(&mut self, key: Key, source: &Source<'_>, time: i64, values: &[f64]) -> Result<(), Refusal> {
        let mut spelled = std::mem::take(&mut self.spelled);
        spelled.bytes.clear();
        spelled.ends.clear();
        spelled.members.clear();
        spelled.values.clear();
        for index in 0..values.len() {
            let read = self.key.read(source.describe, index);
            spelled.ends.push(read.map(|()| {
                spelled.bytes.extend_from_slice(self.key.canonical());
                spelled.bytes.len()
            }));
        }
        self.tables = None;
        let mut tables = self.cache.write();
        let (mut start, mut refused, mut why) = (0, 0, None);
        for (end, value) in spelled.ends.iter().zip(values) {
            let number = end.and_then(|end| {
                let canonical = spelled.bytes.get(start..end).unwrap_or_default();
                start = end;
                tables.activate(self.organization, canonical, &mut self.scratch, self.minute, self.cache.options.series)
            });
            match number {
                Ok(number) => {
                    spelled.members.push(number);
                    spelled.values.push(*value);
                }
                Err(reason) => {
                    refused += 1;
                    why.get_or_insert(reason);
                }
            }
        }
        // What was refused now may be taken later, so it is not remembered.
        let shape = if refused == 0 { tables.remember(self.organization, key, &spelled.members, self.minute) } else { None };
        drop(tables);
        match shape {
            Some(shape) => self.write(shape, time, values),
            None if spelled.members.is_empty() => {}
            None => self.write_loose(time, &spelled.members, &spelled.values),
        }
        self.last = shape;
        self.spelled = spelled;
        why.map_or(Ok(()), |why| Err(Refusal { values: refused, why }))
    }
}

fn put(into: &mut Vec<u8>, values: &[f64]) {
    let start = into.len();
    into.resize(start + values.len() * 8, 0);
    for (place, value) in into.get_mut(start..).unwrap_or_default().chunks_exact_mut(8).zip(values) {
        place.copy_from_slice(&value.to_bits().to_le_bytes());
    }
}

impl Sink for Request<'_> {
    fn row(&mut self, source: &Source<'_>, time: i64, values: &[f64]) -> Result<(), Refusal> {
        let refuse = |why| Err(Refusal { values: values.len(), why });
        if source.delta {
            return refuse(Refused::Delta);
        }
        if time < self.oldest || time > self.newest {
            // What was not looked up is not the last one either.
            if !source.again {
                self.last = None;
            }
            return refuse(if time < self.oldest { Refused::TooOld } else { Refused::TooNew });
        }
        if values.is_empty() {
            return Ok(());
        }
        if let (true, Some(shape)) = (source.again, self.last) {
            self.write(shape, time, values);
            return Ok(());
        }
        let key = self.source(source);
        self.last = self.known(&key);
        match self.last {
            Some(shape) => {
                self.write(shape, time, values);
                Ok(())
            }
            None => self.first(key, source, time, values),
        }
    }

    fn metadata(&mut self, name: &[u8], kind: Kind, unit: &[u8], help: &[u8]) {
        let texts = [name, unit, help];
        let good = |text: &&[u8]| text.len() <= LONGEST_TEXT && std::str::from_utf8(text).is_ok_and(|t| !t.contains('\0'));
        // The database has an index by name, whose entries have a largest size.
        if name.is_empty() || name.len() > self.cache.options.labels.name || !texts.iter().all(good) {
            return;
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.organization.to_le_bytes());
        self.scratch.extend_from_slice(name);
        let family = self.tables.get_or_insert_with(|| self.cache.read()).seeds.key(&self.scratch);
        let mut content = foldhash::quality::FixedState::default().build_hasher();
        content.write_u8(kind as u8);
        content.write(unit);
        content.write_usize(unit.len());
        content.write(help);
        if !self.cache.is_news(family, content.finish()) {
            return;
        }
        if self.metadata.is_empty() {
            begin(&mut self.metadata, METADATA);
            self.metadata.extend_from_slice(&self.batch.organization);
        }
        self.metadata.push(kind as u8);
        for text in texts {
            self.metadata.extend_from_slice(&u32::try_from(text.len()).unwrap_or(0).to_le_bytes());
            self.metadata.extend_from_slice(text);
        }
    }
}

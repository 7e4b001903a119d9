//! Reads a segment into values grouped by series and sorted by time.

use super::dictionary::Dictionary;
use crate::log::format::{Damage, Fields, HEADER, Identity, LOOSE, METADATA, ROWS, Records, SERIES, SHAPES, read_header};
use crate::sink::Kind;
use std::collections::BTreeSet;

const MINUTE: i64 = 60_000_000;
/// Distinct minutes that are remembered of one segment.
const MOST_MINUTES: usize = 100_000;

/// A series as the segment spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Whose it is.
    pub organization: [u8; 16],
    /// As [`crate::SeriesKey::canonical`]; UTF-8.
    pub canonical: Box<[u8]>,
}

impl Series {
    /// The name.
    pub fn name(&self) -> &str {
        self.parts().next().unwrap_or_default()
    }

    /// The labels as a JSON object, sorted by name.
    pub fn labels_json(&self) -> String {
        let mut parts = self.parts().skip(1);
        let mut labels = serde_json::Map::new();
        while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            labels.insert(name.to_owned(), value.into());
        }
        serde_json::Value::Object(labels).to_string()
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        std::str::from_utf8(&self.canonical).unwrap_or_default().split('\0')
    }
}

/// What a sender said about a family of series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Whose it is.
    pub organization: [u8; 16],
    /// The family's name.
    pub name: String,
    /// What it counts, [`Kind`] as a number.
    pub kind: u8,
    /// May be empty.
    pub unit: String,
    /// May be empty.
    pub help: String,
}

/// A segment, read.
#[derive(Debug)]
pub struct Segment {
    /// Who wrote it, and which it is.
    pub identity: Identity,
    /// The series in it. One may be there twice.
    pub series: Vec<Series>,
    /// What was said about families.
    pub metadata: Vec<Metadata>,
    /// Why not all could be read, and how many bytes could.
    pub damage: Option<(Damage, usize)>,
    /// The minutes since the Unix epoch in which there are values, ascending.
    pub minutes: Vec<i64>,
    /// Where the values of each series end in `points`.
    ends: Vec<usize>,
    points: Vec<(i64, f64)>,
}

impl Segment {
    /// Reads as much as is whole. An error when not even the header is.
    pub fn read(bytes: &[u8]) -> Result<Self, Damage> {
        let identity = read_header(bytes)?;
        let mut found = Segment {
            identity,
            series: Vec::new(),
            metadata: Vec::new(),
            damage: None,
            minutes: Vec::new(),
            ends: Vec::new(),
            points: Vec::new(),
        };
        let (mut counts, mut minutes, mut last_minute) = (Vec::<usize>::new(), BTreeSet::new(), i64::MIN);
        let mut walk = Walk { series: &mut found.series, metadata: &mut found.metadata };
        let (end, damage) = walk.over(bytes, &mut |places, time, _| {
            for &place in places {
                let place = place as usize;
                if place >= counts.len() {
                    counts.resize(place + 1, 0);
                }
                if let Some(count) = counts.get_mut(place) {
                    *count += 1;
                }
            }
            let minute = time.div_euclid(MINUTE);
            if minute != last_minute && minutes.len() < MOST_MINUTES {
                minutes.insert(minute);
                last_minute = minute;
            }
        });
        found.damage = damage.map(|d| (d, end));
        found.minutes = minutes.into_iter().collect();
        counts.resize(found.series.len(), 0);
        let mut starts: Vec<usize> = counts.iter().scan(0, |sum, count| Some(std::mem::replace(sum, *sum + count))).collect();
        let total = counts.iter().sum();
        let mut points = vec![(0_i64, 0_f64); total];
        let mut again = Walk { series: &mut Vec::new(), metadata: &mut Vec::new() };
        again.over(bytes.get(..end).unwrap_or_default(), &mut |places, time, values| {
            for (&place, value) in places.iter().zip(values.chunks_exact(8)) {
                let Some(at) = starts.get_mut(place as usize) else { continue };
                if let (Some(point), Ok(bits)) = (points.get_mut(*at), value.try_into()) {
                    *point = (time, f64::from_bits(u64::from_le_bytes(bits)));
                    *at += 1;
                }
            }
        });
        // Each has moved on to the end of its series.
        found.ends = starts;
        found.points = points;
        found.sort();
        Ok(found)
    }

    fn sort(&mut self) {
        let mut start = 0;
        for &end in &self.ends {
            if let Some(points) = self.points.get_mut(start..end) {
                if !points.is_sorted_by_key(|p| p.0) {
                    // Stable: of equal times the last stays the last.
                    points.sort_by_key(|p| p.0);
                }
            }
            start = end;
        }
    }

    /// The values of series `index`, by time; of equal times the last counts.
    pub fn points(&self, index: usize) -> &[(i64, f64)] {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).and_then(|end| self.points.get(start..*end)).unwrap_or_default()
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// Called with the places of a row's series, its time and its values as bytes.
type Row<'a> = dyn FnMut(&[u32], i64, &[u8]) + 'a;

struct Walk<'a> {
    series: &'a mut Vec<Series>,
    metadata: &'a mut Vec<Metadata>,
}

impl Walk<'_> {
    /// Calls `row` for each row. Where the whole records end, and what is wrong there.
    fn over(&mut self, bytes: &[u8], row: &mut Row<'_>) -> (usize, Option<Damage>) {
        let mut dictionary = Dictionary::default();
        let mut records = Records::new(bytes);
        let mut end = HEADER;
        while let Some(record) = records.next() {
            let read = record.and_then(|(kind, payload)| match kind {
                SERIES => dictionary.series(Fields(payload), &mut |series| self.series.push(series)),
                SHAPES => dictionary.shapes(Fields(payload)),
                ROWS => rows(&dictionary, payload, row),
                METADATA => self.metadata(Fields(payload)),
                _ => Err(Damage::Content),
            });
            if let Err(damage) = read {
                return (end, Some(damage));
            }
            end = records.at;
        }
        debug_assert_eq!(dictionary.spelled(), self.series.len());
        (end, None)
    }

    fn metadata(&mut self, mut fields: Fields<'_>) -> Result<(), Damage> {
        let organization = fields.organization()?;
        while !fields.is_empty() {
            let kind = fields.u8()?;
            let mut text = || String::from_utf8(fields.text()?.to_vec()).map_err(|_| Damage::Content);
            let (name, unit, help) = (text()?, text()?, text()?);
            self.metadata.push(Metadata { organization, name, kind: kind.min(Kind::StateSet as u8), unit, help });
        }
        Ok(())
    }
}

/// A record of rows is looked at as a whole before any of it counts.
fn rows(dictionary: &Dictionary, payload: &[u8], row: &mut Row<'_>) -> Result<(), Damage> {
    each_row(dictionary, payload, &mut |_, _, _| ())?;
    each_row(dictionary, payload, row)
}

fn each_row(dictionary: &Dictionary, payload: &[u8], row: &mut Row<'_>) -> Result<(), Damage> {
    let mut fields = Fields(payload);
    let mut loose = Vec::new();
    while !fields.is_empty() {
        let shape = fields.u32()?;
        if shape == LOOSE {
            let count = fields.u32()? as usize;
            let time = fields.i64()?;
            loose.clear();
            for _ in 0..count {
                loose.push(dictionary.find(fields.u32()?)?);
            }
            row(&loose, time, fields.bytes(count * 8)?);
        } else {
            let members = dictionary.members(shape)?;
            let time = fields.i64()?;
            row(members, time, fields.bytes(members.len() * 8)?);
        }
    }
    Ok(())
}

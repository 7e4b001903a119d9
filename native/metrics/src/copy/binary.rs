//! `PostgreSQL`'s binary COPY (manual, "COPY", "Binary Format"): columns time, series, value, batch.

use super::Segment;

/// Microseconds from the Unix epoch to `PostgreSQL`'s, 2000-01-01.
const EPOCH: i64 = 946_684_800_000_000;
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Bytes of one row: the number of columns, then each column's length and content.
const ROW: usize = 2 + (4 + 8) + (4 + 4) + (4 + 8) + (4 + 4);

/// Gives a segment piece by piece, sorted by (series, time); of values of one series and time the last.
pub struct Copy {
    segment: Segment,
    /// The database's id and the place in the segment, in order of ids.
    order: Vec<(i32, usize)>,
    next: usize,
    batch: i32,
    began: bool,
    ended: bool,
    /// Rows given so far.
    pub rows: u64,
}

impl Copy {
    /// `ids` has the database's id of each series of the segment; a series whose id is 0 is left out.
    pub fn new(segment: Segment, ids: &[i32], batch: i32) -> Self {
        let mut order: Vec<(i32, usize)> = ids.iter().copied().zip(0..).filter(|(id, _)| *id != 0).collect();
        order.sort_unstable();
        Copy { segment, order, next: 0, batch, began: false, ended: false, rows: 0 }
    }

    /// Appends at least `size` bytes, unless it is the end; whether there was anything.
    pub fn piece(&mut self, size: usize, into: &mut Vec<u8>) -> bool {
        if self.ended {
            return false;
        }
        let enough = into.len() + size;
        if !self.began {
            self.began = true;
            into.extend_from_slice(SIGNATURE);
            into.extend_from_slice(&[0; 8]);
        }
        while let Some(&(id, place)) = self.order.get(self.next) {
            self.next += 1;
            let points = self.segment.points(place);
            if self.order.get(self.next).is_some_and(|(next, _)| *next == id) {
                let merged = self.merged(id, points.to_vec());
                self.rows += rows(id, self.batch, &merged, into);
            } else {
                self.rows += rows(id, self.batch, points, into);
            }
            if into.len() >= enough {
                return true;
            }
        }
        self.ended = true;
        into.extend_from_slice(&(-1_i16).to_be_bytes());
        true
    }

    /// The same series, spelled out more than once: what was spelled out later counts as later.
    fn merged(&mut self, id: i32, mut points: Vec<(i64, f64)>) -> Vec<(i64, f64)> {
        while let Some(&(_, place)) = self.order.get(self.next).filter(|(next, _)| *next == id) {
            self.next += 1;
            points.extend_from_slice(self.segment.points(place));
        }
        points.sort_by_key(|p| p.0);
        points
    }
}

fn rows(series: i32, batch: i32, points: &[(i64, f64)], into: &mut Vec<u8>) -> u64 {
    let mut count = 0;
    into.reserve(points.len() * ROW);
    for (index, (time, value)) in points.iter().enumerate() {
        if points.get(index + 1).is_some_and(|next| next.0 == *time) {
            continue;
        }
        let mut row = [0_u8; ROW];
        let parts: [&[u8]; 9] = [
            &[0, 4],
            &[0, 0, 0, 8],
            &time.saturating_sub(EPOCH).to_be_bytes(),
            &[0, 0, 0, 4],
            &series.to_be_bytes(),
            &[0, 0, 0, 8],
            &value.to_bits().to_be_bytes(),
            &[0, 0, 0, 4],
            &batch.to_be_bytes(),
        ];
        let mut rest = &mut row[..];
        for part in parts {
            let (place, after) = rest.split_at_mut(part.len());
            place.copy_from_slice(part);
            rest = after;
        }
        into.extend_from_slice(&row);
        count += 1;
    }
    count
}

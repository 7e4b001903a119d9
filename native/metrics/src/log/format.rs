//! What a segment looks like on disk.
//!
//! A segment is a header and records. A record is `[length u32][crc32c u32][kind u8][payload]`; the length is the payload's, the
//! checksum covers kind and payload. All numbers are little-endian. A segment says everything that it needs: a series is spelled
//! out before a shape names it, and a shape (the series of one row) before a row has it.
//!
//! | kind | payload |
//! |---|---|
//! | 1 series | organisation (16), then for each: id u32, bytes shared with the end of the one before u32, length u32, its bytes |
//! | 2 shapes | for each: id u32, count u32, series ids u32 |
//! | 3 rows | for each: shape u32, time i64, values f64; shape [`LOOSE`]: count u32, time i64, series ids u32, values f64 |
//! | 4 metadata | organisation (16), then for each: kind u8, three texts (name, unit, help), each length u32 and bytes |

use std::fmt;

/// The first bytes of a segment: "HCCSEGM" and the version.
pub const MAGIC: [u8; 8] = *b"HCCSEGM\x01";
/// Bytes of a segment's header.
pub const HEADER: usize = 44;
/// Bytes of a record before its payload.
pub const PREFIX: usize = 9;
/// The payload of a record in bytes, at most. Requests are smaller; a length beyond this is damage.
pub const LARGEST: usize = 256 << 20;
/// Stands where a shape's id would, for a row that brings its own list of series.
pub const LOOSE: u32 = u32::MAX;

/// Spelled-out series.
pub const SERIES: u8 = 1;
/// Lists of series.
pub const SHAPES: u8 = 2;
/// Rows of values.
pub const ROWS: u8 = 3;
/// What senders say about families of series.
pub const METADATA: u8 = 4;

/// Who wrote a segment, and its number among those of the same writer: together unique for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Drawn anew by each start of an ingester.
    pub ingester: [u8; 16],
    /// Ascending.
    pub number: u64,
}

/// Why the rest of a segment cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The header is not there, or not one of ours.
    Header,
    /// The last record ends too early: what a crash while writing leaves.
    Torn,
    /// A record whose checksum is wrong, with readable ones behind it.
    Checksum,
    /// A record that says things that cannot be.
    Content,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Damage::Header => "it does not begin as a segment does",
            Damage::Torn => "the last record is torn",
            Damage::Checksum => "a record's checksum is wrong",
            Damage::Content => "a record says what cannot be",
        })
    }
}

/// The header of a segment that begins at `now` (µs since the Unix epoch).
pub fn header(identity: Identity, now: i64) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    let (plain, checksum) = bytes.split_at_mut(HEADER - 4);
    let mut at = 0;
    for part in [&MAGIC[..], &identity.ingester, &identity.number.to_le_bytes(), &now.to_le_bytes()] {
        if let Some(place) = plain.get_mut(at..at + part.len()) {
            place.copy_from_slice(part);
        }
        at += part.len();
    }
    checksum.copy_from_slice(&crc32c::crc32c(plain).to_le_bytes());
    bytes
}

/// The identity in a segment's header.
pub fn read_header(segment: &[u8]) -> Result<Identity, Damage> {
    let bytes = segment.get(..HEADER).ok_or(Damage::Header)?;
    let (plain, checksum) = bytes.split_at(HEADER - 4);
    if plain.get(..8) != Some(&MAGIC[..]) || checksum != crc32c::crc32c(plain).to_le_bytes() {
        return Err(Damage::Header);
    }
    let ingester = plain.get(8..24).and_then(|b| b.try_into().ok()).ok_or(Damage::Header)?;
    let number = plain.get(24..32).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes).ok_or(Damage::Header)?;
    Ok(Identity { ingester, number })
}

/// Begins a record in an empty buffer, to be closed with [`finish`].
pub fn begin(record: &mut Vec<u8>, kind: u8) {
    record.clear();
    record.extend_from_slice(&[0; PREFIX - 1]);
    record.push(kind);
}

/// Puts length and checksum into a record that was begun with [`begin`].
pub fn finish(record: &mut [u8]) {
    let Some(length) = record.len().checked_sub(PREFIX) else { return };
    let checksum = crc32c::crc32c(record.get(PREFIX - 1..).unwrap_or_default());
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    for (place, byte) in record.iter_mut().zip(length.to_le_bytes().into_iter().chain(checksum.to_le_bytes())) {
        *place = byte;
    }
}

/// The records of a segment, one after the other; the last item is an error when the rest cannot be read.
pub struct Records<'a> {
    segment: &'a [u8],
    /// Where the next record begins: everything before is whole.
    pub at: usize,
    failed: bool,
}

impl<'a> Records<'a> {
    /// Reads behind the header.
    pub fn new(segment: &'a [u8]) -> Self {
        Records { segment, at: HEADER, failed: false }
    }

    /// Kind and payload of the record at `at`, and where it ends.
    fn record(&self, at: usize) -> Result<(u8, &'a [u8], usize), Damage> {
        let prefix = self.segment.get(at..at + PREFIX).ok_or(Damage::Torn)?;
        let mut numbers = prefix.chunks_exact(4).filter_map(|c| c.try_into().ok().map(u32::from_le_bytes));
        let (length, checksum) = (numbers.next().unwrap_or(u32::MAX) as usize, numbers.next().unwrap_or(0));
        if length > LARGEST {
            return Err(Damage::Torn);
        }
        let end = at + PREFIX + length;
        let covered = self.segment.get(at + PREFIX - 1..end).ok_or(Damage::Torn)?;
        let (kind, payload) = covered.split_first().ok_or(Damage::Torn)?;
        if crc32c::crc32c(covered) != checksum {
            // Torn writes leave nothing readable behind them.
            return Err(if end < self.segment.len() && self.record_is_whole(end) { Damage::Checksum } else { Damage::Torn });
        }
        Ok((*kind, payload, end))
    }

    /// Whether the record at `at` is whole, without looking further.
    fn record_is_whole(&self, at: usize) -> bool {
        let found = self.segment.get(at..).and_then(|rest| {
            let length = u32::from_le_bytes(rest.get(..4)?.try_into().ok()?) as usize;
            let checksum = u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?);
            let covered = rest.get(PREFIX - 1..PREFIX.checked_add(length)?)?;
            Some(crc32c::crc32c(covered) == checksum)
        });
        found == Some(true)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<(u8, &'a [u8]), Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.at >= self.segment.len() {
            return None;
        }
        match self.record(self.at) {
            Ok((kind, payload, end)) => {
                self.at = end;
                Some(Ok((kind, payload)))
            }
            Err(damage) => {
                self.failed = true;
                Some(Err(damage))
            }
        }
    }
}

/// Reads the numbers and texts of a payload.
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next `count` bytes.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], Damage> {
        let (found, rest) = self.0.split_at_checked(count).ok_or(Damage::Content)?;
        self.0 = rest;
        Ok(found)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        self.bytes(N)?.try_into().map_err(|_| Damage::Content)
    }

    /// An organisation's id.
    pub fn organization(&mut self) -> Result<[u8; 16], Damage> {
        self.array()
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, Damage> {
        self.array().map(|[byte]| byte)
    }

    /// A number of 32 bits.
    pub fn u32(&mut self) -> Result<u32, Damage> {
        self.array().map(u32::from_le_bytes)
    }

    /// A time.
    pub fn i64(&mut self) -> Result<i64, Damage> {
        self.array().map(i64::from_le_bytes)
    }

    /// A text with its length before it.
    pub fn text(&mut self) -> Result<&'a [u8], Damage> {
        let length = self.u32()? as usize;
        self.bytes(length)
    }
}

//! What a start makes of the segments that an earlier run left open.

use super::files::{Files, Written};
use super::format::{Damage, HEADER, Records, read_header};
use std::io;

/// What an open segment came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The segment's number.
    pub number: u64,
    /// Bytes of whole records.
    pub kept: usize,
    /// Bytes that were cut off and lie in a file named `NNNNNNNNNNNNNNNN.cut`, and why; a torn end is what a crash leaves, and
    /// nobody was told that it was kept.
    pub cut: Option<(Damage, usize)>,
}

/// The name of a segment: `open` while it is written, then `log`; what was cut off is `cut`, what cannot be read `bad`.
pub fn name(number: u64, ending: &str) -> String {
    format!("{number:016}.{ending}")
}

/// The number and the ending in a segment's name.
pub fn numbered(name: &str) -> Option<(u64, &str)> {
    let (digits, ending) = name.split_once('.')?;
    if digits.len() != 16 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, ending))
}

/// Closes the segments that were open when an earlier run ended, so that they are written to the database as the others; the next
/// number that is free. What cannot be read is kept aside.
pub fn recover<F: Files>(files: &F) -> io::Result<(u64, Vec<Recovered>)> {
    let mut open: Vec<u64> = Vec::new();
    let mut next = 1;
    for (found, _) in files.list()? {
        if let Some((number, ending)) = numbered(&found) {
            next = next.max(number.saturating_add(1));
            if ending == "open" {
                open.push(number);
            }
        }
    }
    open.sort_unstable();
    let recovered = open.into_iter().map(|number| close(files, number)).collect::<io::Result<Vec<_>>>()?;
    if !recovered.is_empty() {
        files.sync()?;
    }
    Ok((next, recovered))
}

fn close<F: Files>(files: &F, number: u64) -> io::Result<Recovered> {
    let old = name(number, "open");
    let segment = files.read(&old)?;
    let (mut kept, mut damage) = (0, None);
    if let Err(found) = read_header(&segment) {
        damage = Some(found);
    } else {
        let mut records = Records::new(&segment);
        damage = records.by_ref().find_map(Result::err).or(damage);
        kept = records.at;
    }
    let cut = damage.map(|d| (d, segment.len() - kept)).filter(|(_, length)| *length > 0);
    if cut.is_some() {
        let aside = name(number, "cut");
        // One from a start that did not come to its end.
        files.remove(&aside).or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
        let mut file = files.create(&aside)?;
        file.write(segment.get(kept..).unwrap_or_default())?;
        file.sync()?;
        files.sync()?;
        files.cut(&old, kept as u64)?;
    }
    if kept <= HEADER {
        files.remove(&old)?;
    } else {
        files.rename(&old, &name(number, "log"))?;
    }
    Ok(Recovered { number, kept, cut })
}

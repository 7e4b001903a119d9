//! Line protocol: lines have nothing to do with each other, unless a text goes on.

use crate::metrics::Strict;
use hcc_metrics::Report;
use hcc_metrics::decode::line::{Precision, decode};

/// Any bytes are lines.
pub fn check(data: &[u8]) {
    let (whole, report) = read(data);
    if memchr::memchr2(b'"', b'\\', data).is_some() {
        return;
    }
    let (mut rows, mut good, mut bad) = (Vec::new(), 0, Vec::new());
    for (index, line) in data.split(|byte| *byte == b'\n').enumerate() {
        let (sink, report) = read(line);
        rows.extend(sink.rows);
        good += report.rows;
        bad.extend(report.faults.first().map(|fault| (index as u64 + 1, fault.reason)));
    }
    assert_eq!((whole.rows, report.rows, report.rejected), (rows, good, bad.len() as u64));
    bad.truncate(report.faults.len());
    assert_eq!(report.faults.iter().map(|fault| (fault.at, fault.reason)).collect::<Vec<_>>(), bad);
}

fn read(data: &[u8]) -> (Strict, Report) {
    let mut sink = Strict::default();
    let report = decode(data, Precision::Milliseconds, 7, &mut sink);
    sink.agrees(&report);
    (sink, report)
}

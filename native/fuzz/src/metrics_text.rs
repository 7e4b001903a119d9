//! Prometheus text: lines have nothing to do with each other.

use crate::metrics::Strict;
use hcc_metrics::Report;
use hcc_metrics::decode::text::{Format, decode};

/// Any bytes are an exposition, in either format.
pub fn check(data: &[u8]) {
    read(data, Format::OpenMetrics);
    let (whole, report) = read(data, Format::Prometheus);
    let (mut rows, mut rejected) = (Vec::new(), 0);
    for line in data.split(|byte| *byte == b'\n') {
        let (sink, report) = read(line, Format::Prometheus);
        rows.extend(sink.rows);
        rejected += report.rejected;
    }
    assert_eq!((whole.rows, report.rejected), (rows, rejected));
}

fn read(data: &[u8], format: Format) -> (Strict, Report) {
    let mut sink = Strict::default();
    let report = decode(data, format, 7, &mut sink);
    sink.agrees(&report);
    (sink, report)
}

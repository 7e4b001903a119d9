//! Remote write, both versions: what one request says, two say twice when written one after the other.

use crate::metrics::Strict;
use hcc_metrics::Report;
use hcc_metrics::decode::Malformed;
use hcc_metrics::decode::remote_write::{v1, v2};

/// Any bytes are a message.
pub fn check(data: &[u8]) {
    let twice = [data, data].concat();
    if let Ok((sink, report)) = read(data, v1::decode) {
        let again = read(&twice, v1::decode).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((again.0.rows, again.1.rejected), ([&sink.rows[..], &sink.rows].concat(), report.rejected * 2));
    }
    // A series with a number beyond the table is passed over unread; with two tables that number may mean something.
    if let Some((sink, _)) = read(data, v2::decode).ok().filter(|(_, report)| report.rejected == 0) {
        let again = read(&twice, v2::decode).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(again.0.rows, [&sink.rows[..], &sink.rows].concat());
    }
}

fn read(data: &[u8], decode: fn(&[u8], &mut Strict) -> Result<Report, Malformed>) -> Result<(Strict, Report), Malformed> {
    let mut sink = Strict::default();
    let report = decode(data, &mut sink)?;
    sink.agrees(&report);
    assert!(report.native_histograms <= report.rejected);
    Ok((sink, report))
}

//! Messages are made by another implementation of the wire format.

use super::v2::{SYMBOLS, decode};
use crate::decode::testing::Written;
use prost::Message;

#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(string, repeated, tag = "4")]
    symbols: Vec<String>,
    #[prost(message, repeated, tag = "5")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
struct TimeSeries {
    #[prost(uint32, repeated, tag = "1")]
    labels_refs: Vec<u32>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    histograms: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    exemplars: Vec<Sample>,
    #[prost(message, optional, tag = "5")]
    metadata: Option<Metadata>,
    #[prost(int64, tag = "6")]
    created_timestamp: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
    #[prost(int64, tag = "3")]
    start_timestamp: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Metadata {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(uint32, tag = "3")]
    help_ref: u32,
    #[prost(uint32, tag = "4")]
    unit_ref: u32,
}

const SYMBOLS_USED: [&str; 8] = ["", "__name__", "up", "job", "größe", "lat_bucket", "seconds", "What it is."];

fn series(refs: &[u32], samples: &[(f64, i64)]) -> TimeSeries {
    let samples = samples.iter().map(|(value, timestamp)| Sample { value: *value, timestamp: *timestamp, start_timestamp: 5 }).collect();
    TimeSeries { labels_refs: refs.to_vec(), samples, created_timestamp: 9, ..TimeSeries::default() }
}

fn request(timeseries: Vec<TimeSeries>) -> Vec<u8> {
    Request { symbols: SYMBOLS_USED.map(String::from).to_vec(), timeseries }.encode_to_vec()
}

#[test]
fn samples_become_rows() {
    let mut about = series(&[1, 5], &[(2.0, 2)]);
    about.metadata = Some(Metadata { kind: 3, help_ref: 7, unit_ref: 6 });
    about.exemplars = vec![Sample::default()];
    let body = request(vec![series(&[1, 2, 3, 4], &[(1.0, 1), (0.0, 0)]), about]);
    let mut sink = Written::default();
    let report = decode(&body, &mut sink).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(sink.rows, ["up{job=\"größe\"} 1 1000", "up{job=\"größe\"} 0 0", "lat_bucket 2 2000"]);
    assert_eq!(sink.metadata, ["lat histogram \"seconds\" \"What it is.\""]);
    assert_eq!((report.rows, report.rejected, report.native_histograms), (3, 0, 0));
}

#[test]
fn a_bad_series_takes_no_other_with_it() {
    let mut histograms = series(&[1, 2], &[]);
    histograms.histograms = vec![Sample::default(); 3];
    let cases = [
        (series(&[1, 8], &[(1.0, 1)]), "a label refers to no symbol", 1),
        (series(&[1, u32::MAX], &[(1.0, 1), (1.0, 2)]), "a label refers to no symbol", 2),
        (series(&[1, 2, 3], &[(1.0, 1)]), "a label's name has no value", 1),
        (series(&[1; 1_026], &[(1.0, 1)]), "the series has too many labels", 1),
        (series(&[1, 2], &[]), "the series has no samples", 1),
        (series(&[], &[(1.0, 1)]), "a metric or label has no name", 1),
        (series(&[3, 4], &[(1.0, 1)]), "a metric or label has no name", 1),
        (series(&[1, 2, 3, 4, 3, 4], &[(1.0, 1)]), "a label is there twice", 1),
        (histograms, "native histograms are not supported; send classic buckets", 3),
    ];
    for (bad, reason, rejected) in cases {
        let body = request(vec![bad, series(&[1, 2], &[(1.0, 1)])]);
        let mut sink = Written::default();
        let report = decode(&body, &mut sink).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(sink.rows, ["up 1 1000"], "{reason}");
        assert_eq!((report.rows, report.rejected), (1, rejected), "{reason}");
        assert_eq!(report.faults.first().map(|f| (f.at, f.reason)), Some((1, reason)));
    }
}

#[test]
fn symbols_may_come_last_and_references_unpacked() {
    // Series first: references 1 and 2 one by one, then a sample of 1 at 1 ms.
    let mut body = vec![0x2a, 17, 0x08, 1, 0x08, 2, 0x12, 11, 0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 1];
    body.extend(request(Vec::new()));
    let mut sink = Written::default();
    assert_eq!(decode(&body, &mut sink).map(|r| r.rows), Ok(1));
    assert_eq!(sink.rows, ["up 1 1000"]);
}

#[test]
fn broken_messages_are_refused() {
    let first = Request { symbols: vec!["x".into()], timeseries: Vec::new() }.encode_to_vec();
    let many = Request { symbols: vec![String::new(); SYMBOLS + 1], timeseries: Vec::new() }.encode_to_vec();
    let older = vec![0x0a, 0];
    for (body, reason) in [
        (first, "the first symbol is not the empty text"),
        (many, "the message has too many symbols"),
        (older, "the message is one of remote write 1.0"),
    ] {
        assert_eq!(decode(&body, &mut Written::default()).map_err(|e| e.0), Err(reason));
    }
    let good = request(vec![series(&[1, 2], &[(1.0, 1)])]);
    let whole = request(Vec::new()).len();
    assert!((whole + 1..good.len()).all(|len| decode(&good[..len], &mut Written::default()).is_err()), "every shorter one");
}

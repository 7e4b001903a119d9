//! Messages are made by another implementation of the wire format.

use super::v1::decode;
use crate::decode::STALE;
use crate::decode::testing::Written;
use crate::sink::Fault;
use prost::Message;

#[derive(Clone, PartialEq, Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<TimeSeries>,
    #[prost(message, repeated, tag = "3")]
    metadata: Vec<Metadata>,
}

#[derive(Clone, PartialEq, Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    exemplars: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    histograms: Vec<Sample>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Metadata {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "4")]
    help: String,
    #[prost(string, tag = "5")]
    unit: String,
}

fn series(labels: &[(&str, &str)], samples: &[(f64, i64)]) -> TimeSeries {
    let labels = labels.iter().map(|(n, v)| Label { name: (*n).into(), value: (*v).into() }).collect();
    let samples = samples.iter().map(|(value, timestamp)| Sample { value: *value, timestamp: *timestamp }).collect();
    TimeSeries { labels, samples, ..TimeSeries::default() }
}

fn request(timeseries: Vec<TimeSeries>) -> Vec<u8> {
    WriteRequest { timeseries, metadata: Vec::new() }.encode_to_vec()
}

#[test]
fn samples_become_rows() {
    let body = request(vec![
        series(&[("__name__", "up"), ("job", "a")], &[(1.0, 1_000), (0.0, 2_000), (f64::from_bits(STALE), -3)]),
        series(&[("job", "b"), ("__name__", "größe"), ("empty", "")], &[(-0.5, 0)]),
    ]);
    let mut sink = Written::default();
    let report = decode(&body, &mut sink).unwrap_or_else(|e| panic!("{e}"));
    let expected = ["up{job=\"a\"} 1 1000000", "up{job=\"a\"} 0 2000000", "up{job=\"a\"} stale -3000", "größe{job=\"b\"} -0.5 0"];
    assert_eq!(sink.rows, expected);
    assert_eq!((report.rows, report.accepted, report.rejected), (4, 4, 0));
}

#[test]
fn what_is_refused_takes_nothing_with_it() {
    let mut histogram = series(&[("__name__", "h")], &[(1.0, 1)]);
    histogram.histograms = vec![Sample::default(), Sample::default()];
    histogram.exemplars = vec![Sample::default()];
    let body = request(vec![
        series(&[("job", "a")], &[(1.0, 1), (2.0, 2)]),
        histogram,
        series(&[("__name__", "d"), ("a", "1"), ("a", "2")], &[(1.0, 1)]),
        series(&[("__name__", "t")], &[(1.0, i64::MAX), (1.0, i64::MIN), (2.0, 2)]),
        series(&[], &[(1.0, 1)]),
        series(&[("__name__", "nothing")], &[]),
        series(&[("__name__", "up")], &[(3.0, 3)]),
    ]);
    let mut sink = Written::default();
    let report = decode(&body, &mut sink).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(sink.rows, ["h 1 1000", "t 2 2000", "up 3 3000"]);
    let faults: Vec<_> = report.faults.iter().map(|Fault { at, reason }| (*at, &reason[..18])).collect();
    let name = "a metric or label has no name";
    let expected = [
        (1, &name[..18]),
        (1, &name[..18]),
        (2, "native histograms "),
        (2, "native histograms "),
        (3, "a label is there t"),
        (4, "the time is too fa"),
        (4, "the time is too fa"),
        (5, &name[..18]),
    ];
    assert_eq!(faults, expected);
    assert_eq!((report.rows, report.rejected, report.native_histograms), (3, 8, 2));
}

#[test]
fn labels_may_stand_apart_and_behind() {
    let one = |label: (&str, &str)| series(&[label], &[]).encode_to_vec();
    let mut bytes = series(&[], &[(1.0, 1)]).encode_to_vec();
    bytes.extend(one(("__name__", "up")));
    bytes.extend(series(&[], &[(2.0, 2)]).encode_to_vec());
    bytes.extend(one(("a", "1")));
    bytes.extend(one(("b", "2")));
    let mut body = vec![0x0a, u8::try_from(bytes.len()).unwrap_or_default()];
    body.extend(bytes);
    let mut sink = Written::default();
    assert!(decode(&body, &mut sink).is_ok());
    assert_eq!(sink.rows, ["up{a=\"1\",b=\"2\"} 1 1000", "up{a=\"1\",b=\"2\"} 2 2000"]);
}

#[test]
fn metadata_is_passed_on() {
    let about = |kind, name: &str| Metadata { kind, name: name.into(), help: "What it is.".into(), unit: "seconds".into() };
    let body = WriteRequest { timeseries: Vec::new(), metadata: vec![about(1, "a"), about(4, "b"), about(99, "c"), about(2, "")] };
    let mut sink = Written::default();
    assert!(decode(&body.encode_to_vec(), &mut sink).is_ok());
    let expected = ["a counter", "b gaugehistogram", "c unknown"].map(|begin| format!("{begin} \"seconds\" \"What it is.\""));
    assert_eq!(sink.metadata, expected);
}

#[test]
fn broken_messages_are_refused() {
    let good = request(vec![series(&[("__name__", "up")], &[(1.0, 1)])]);
    assert!((1..good.len()).all(|len| decode(&good[..len], &mut Written::default()).is_err()), "every shorter one");
    for (at, byte) in [(0, 0x08), (0, 0x0b), (1, 0x7f)] {
        let mut bad = good.clone();
        bad[at] = byte;
        assert!(decode(&bad, &mut Written::default()).is_err(), "{byte} at {at}");
    }
    assert_eq!(decode(b"", &mut Written::default()).map(|r| r.rows), Ok(0));
    let newer = decode(&[0x22, 0, 0x2a, 0], &mut Written::default());
    assert_eq!(newer.map_err(|e| e.0), Err("the message is one of remote write 2.0"));
}

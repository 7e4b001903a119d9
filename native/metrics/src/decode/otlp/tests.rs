use super::messages::*;
use super::{json, protobuf};
use crate::decode::testing::Written;
use crate::sink::Report;
use prost::Message;

const NOW: i64 = 7;

fn read(metrics: Vec<Metric>, delta: bool) -> (Written, Report) {
    let scope_metrics = vec![ScopeMetrics { scope: None, metrics }];
    let body = Request { resource_metrics: vec![ResourceMetrics { resource: None, scope_metrics }] }.encode_to_vec();
    let mut sink = Written::default();
    sink.delta = delta;
    let report = protobuf(&body, NOW, &mut sink).unwrap_or_else(|e| panic!("{e}"));
    (sink, report)
}

fn point(value: f64) -> NumberPoint {
    NumberPoint { time_unix_nano: 2_999, as_double: Some(value), ..NumberPoint::default() }
}

#[allow(clippy::unnecessary_wraps)] // the field is optional
fn sum(aggregation_temporality: i32, is_monotonic: bool, data_points: Vec<NumberPoint>) -> Option<Numbers> {
    Some(Numbers { data_points, aggregation_temporality, is_monotonic })
}

#[test]
fn gauges_and_sums() {
    let int =
        NumberPoint { as_int: Some(-3), attributes: vec![named("host.name", "a")], start_time_unix_nano: 1, ..NumberPoint::default() };
    let gone = NumberPoint { flags: 1, time_unix_nano: 5_000, ..NumberPoint::default() };
    let metrics = vec![
        Metric {
            name: "cpu.time".into(),
            unit: "s".into(),
            description: "Time.".into(),
            sum: sum(2, true, vec![point(1.5)]),
            ..Metric::default()
        },
        Metric { name: "load".into(), gauge: sum(0, false, vec![point(0.0), int, gone]), ..Metric::default() },
        Metric { name: "queue".into(), unit: "{item}".into(), sum: sum(2, false, vec![point(2.0)]), ..Metric::default() },
        Metric { name: "empty".into(), ..Metric::default() },
    ];
    let (sink, report) = read(metrics, false);
    let rows = ["cpu_time_seconds_total 1.5 2", "load 0 2", "load{host_name=\"a\"} -3 7", "load stale 5", "queue 2 2"];
    assert_eq!(sink.rows, rows);
    let about = ["cpu_time_seconds_total counter \"seconds\" \"Time.\"", "load gauge \"\" \"\"", "queue gauge \"\" \"\""];
    assert_eq!(sink.metadata, about);
    assert_eq!((report.rows, report.accepted, report.rejected), (5, 5, 0));
}

#[test]
fn what_cannot_be_taken() {
    let nothing = NumberPoint::default();
    let late = NumberPoint { time_unix_nano: u64::MAX, ..point(1.0) };
    let many = NumberPoint { attributes: vec![named("a", "b"); 257], ..point(1.0) };
    let metrics = vec![
        Metric { name: "delta".into(), sum: sum(1, true, vec![point(1.0), point(2.0)]), ..Metric::default() },
        Metric { name: "unsaid".into(), sum: sum(0, true, vec![point(1.0)]), ..Metric::default() },
        Metric { name: "...".into(), gauge: sum(0, false, vec![point(1.0)]), ..Metric::default() },
        Metric { name: "g".into(), gauge: sum(0, false, vec![nothing, late, many, point(1.0)]), ..Metric::default() },
    ];
    let (sink, report) = read(metrics.clone(), false);
    assert_eq!(sink.rows, ["g 1 2"]);
    let faults: Vec<_> = report.faults.iter().map(|f| (f.at, f.reason)).collect();
    let delta = "delta temporality is not supported; send cumulative values";
    let expected = [
        (1, delta),
        (2, delta),
        (3, "the metric does not say its temporality"),
        (4, "a metric or label has no name"),
        (5, "the data point has no value"),
        (6, "the time is too far in the future"),
        (7, "the series has too many labels"),
    ];
    assert_eq!(faults, expected);
    assert_eq!((report.rows, report.rejected), (1, 7));
    let (sink, report) = read(metrics, true);
    assert_eq!(sink.rows, ["delta_total 1 2 delta", "delta_total 2 2 delta", "g 1 2"]);
    assert_eq!(report.rejected, 5);
}

#[test]
fn histograms_and_summaries() {
    let explicit = HistogramPoint {
        time_unix_nano: 1_000,
        count: 6,
        sum: Some(4.5),
        bucket_counts: vec![1, 2, 3],
        explicit_bounds: vec![0.5, 10.0],
        attributes: vec![named("le", "mine"), named("a", "b")],
        min: Some(0.1),
        ..HistogramPoint::default()
    };
    let bare = HistogramPoint { time_unix_nano: 1_000, count: 2, ..HistogramPoint::default() };
    let gone = HistogramPoint { flags: 1, time_unix_nano: 1_000, ..HistogramPoint::default() };
    let bad = HistogramPoint { count: 1, bucket_counts: vec![1], explicit_bounds: vec![1.0], ..HistogramPoint::default() };
    let exponential = ExponentialPoint {
        time_unix_nano: 1_000,
        count: 4,
        sum: Some(6.0),
        zero_count: 1,
        positive: Some(Buckets { offset: 0, bucket_counts: vec![1, 2] }),
        negative: Some(Buckets::default()),
        ..ExponentialPoint::default()
    };
    let wide = ExponentialPoint { positive: Some(Buckets { offset: 0, bucket_counts: vec![0; 1_025] }), ..ExponentialPoint::default() };
    let summary = SummaryPoint {
        time_unix_nano: 1_000,
        count: 3,
        quantile_values: vec![Quantile { quantile: 0.0, value: 0.0 }, Quantile { quantile: 0.99, value: 2.0 }],
        ..SummaryPoint::default()
    };
    let data_points = vec![explicit, bare, gone, bad];
    let metrics = vec![
        Metric {
            name: "lat".into(),
            unit: "ms".into(),
            histogram: Some(Histogram { data_points, aggregation_temporality: 2 }),
            ..Metric::default()
        },
        Metric {
            name: "exp".into(),
            exponential_histogram: Some(Exponential { data_points: vec![exponential, wide], aggregation_temporality: 2 }),
            ..Metric::default()
        },
        Metric { name: "sum".into(), summary: Some(Summary { data_points: vec![summary] }), ..Metric::default() },
    ];
    let (sink, report) = read(metrics, false);
    let expected = [
        "lat_milliseconds_bucket{a=\"b\",le=\"0.5\"} 1 1",
        "lat_milliseconds_bucket{a=\"b\",le=\"10\"} 3 1",
        "lat_milliseconds_bucket{a=\"b\",le=\"+Inf\"} 6 1",
        "lat_milliseconds_sum{a=\"b\",le=\"mine\"} 4.5 1",
        "lat_milliseconds_count{a=\"b\",le=\"mine\"} 6 1",
        "lat_milliseconds_bucket{le=\"+Inf\"} 2 1",
        "lat_milliseconds_count 2 1",
        "lat_milliseconds_bucket{le=\"+Inf\"} stale 1",
        "lat_milliseconds_count stale 1",
        "exp_bucket{le=\"0\"} 1 1",
        "exp_bucket{le=\"1\"} 1 1",
        "exp_bucket{le=\"2\"} 2 1",
        "exp_bucket{le=\"4\"} 4 1",
        "exp_bucket{le=\"+Inf\"} 4 1",
        "exp_sum 6 1",
        "exp_count 4 1",
        "sum{quantile=\"0\"} 0 1",
        "sum{quantile=\"0.99\"} 2 1",
        "sum_sum 0 1",
        "sum_count 3 1",
    ];
    assert_eq!(sink.rows, expected);
    let faults: Vec<_> = report.faults.iter().map(|f| (f.at, f.reason)).collect();
    assert_eq!(faults, [(4, "the histogram has not one bucket more than bounds"), (6, "the histogram has too many buckets")]);
    assert_eq!((report.rows, report.rejected), (5, 2));
}

/// A request with everything that stands above points, and what becomes of it.
fn whole() -> (Request, [&'static str; 4]) {
    let resource = Resource {
        attributes: vec![
            named("service.name", "api"),
            named("service.namespace", "shop"),
            named("service.instance.id", "i-1"),
            named("host.name", "h"),
            attribute("process.pid", Any::Int(12)),
            named("job", "another"),
        ],
    };
    let scope = Scope { name: "lib".into(), version: "1.2".into() };
    let mut first = point(1.0);
    first.attributes = vec![attribute("ok", Any::Bool(true)), named("instance", "another")];
    let metrics = vec![Metric { name: "m".into(), gauge: sum(0, false, vec![first]), ..Metric::default() }];
    let one = ResourceMetrics { resource: Some(resource), scope_metrics: vec![ScopeMetrics { scope: Some(scope), metrics }] };
    let nameless = Resource { attributes: vec![named("host.name", "h")] };
    let later = NumberPoint { time_unix_nano: 9_000, ..point(2.0) };
    let metrics = vec![Metric { name: "n".into(), gauge: sum(0, false, vec![later]), ..Metric::default() }];
    let two = ResourceMetrics { resource: Some(nameless), scope_metrics: vec![ScopeMetrics { scope: None, metrics }] };
    let only = Resource { attributes: vec![named("service.name", "bare")] };
    let metrics = vec![Metric { name: "o".into(), gauge: sum(0, false, vec![point(3.0)]), ..Metric::default() }];
    let three = ResourceMetrics { resource: Some(only), scope_metrics: vec![ScopeMetrics { scope: None, metrics }] };
    let rows = [
        "m{instance=\"i-1\",job=\"shop/api\",ok=\"true\",otel_scope_name=\"lib\",otel_scope_version=\"1.2\"} 1 2",
        "target_info{host_name=\"h\",instance=\"i-1\",job=\"shop/api\",process_pid=\"12\"} 1 2",
        "n 2 9",
        "o{job=\"bare\"} 3 2",
    ];
    (Request { resource_metrics: vec![one, two, three] }, rows)
}

#[test]
fn resources_and_scopes() {
    let (request, rows) = whole();
    let mut sink = Written::default();
    let report = protobuf(&request.encode_to_vec(), NOW, &mut sink).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(sink.rows, rows);
    assert_eq!((report.rows, report.accepted, report.rejected), (3, 4, 0));
}

#[test]
fn broken_messages_are_refused() {
    let good = whole().0.encode_to_vec();
    let ends: Vec<usize> = (1..good.len()).filter(|len| protobuf(&good[..*len], NOW, &mut Written::default()).is_ok()).collect();
    // Only where one resource ends and the next begins.
    assert_eq!(ends.len(), 2);
}

#[test]
fn json_means_the_same() {
    let (_, rows) = whole();
    // Order, spelling and types as other senders have them.
    let body = r#"{"resourceMetrics": [
      {"scopeMetrics": [{"metrics": [{"gauge": {"dataPoints": [{"asDouble": 1, "timeUnixNano": "2999", "exemplars": [{"x": 1}],
          "attributes": [{"key": "ok", "value": {"boolValue": true}}, {"key": "instance", "value": {"stringValue": "another"}}]}]},
          "name": "m", "unknown": {"deep": [1, 2]}}], "scope": {"version": "1.2", "name": "lib"}, "schemaUrl": "u"}],
       "resource": {"attributes": [
          {"value": {"stringValue": "api"}, "key": "service.name"}, {"key": "service.namespace", "value": {"stringValue": "shop"}},
          {"key": "service.instance.id", "value": {"stringValue": "i-1"}}, {"key": "host.name", "value": {"stringValue": "\u0068"}},
          {"key": "process.pid", "value": {"intValue": "12"}}, {"key": "job", "value": {"stringValue": "another"}}]}},
      {"resource": {"attributes": [{"key": "host.name", "value": {"stringValue": "h"}}]}, "scope_metrics": [{"scope": null, "metrics": [
          {"name": "n", "gauge": {"data_points": [{"as_int": 2, "time_unix_nano": 9000, "flags": null}]}}]}]},
      {"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "bare"}}]}, "scopeMetrics": [{"metrics": [
          {"name": "o", "gauge": {"dataPoints": [{"asDouble": "3", "timeUnixNano": 2999}]}}]}]}
    ]}"#;
    let mut sink = Written::default();
    let report = json(body.as_bytes(), NOW, &mut sink).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(sink.rows, rows);
    assert_eq!((report.rows, report.rejected), (3, 0));
}

#[test]
fn json_of_all_kinds() {
    let in_scope = |metrics: &str| format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{metrics}]}}]}}]}}"#);
    let cases: [(&str, &[&str]); 9] = [
        (
            r#"{"name":"c","sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE","isMonotonic":true,"dataPoints":[{"asInt":"9007199254740993"}]}}"#,
            &["c_total 9007199254740992 7"],
        ),
        (r#"{"name":"c","sum":{"aggregationTemporality":2,"dataPoints":[{"asDouble":0.1}]}}"#, &["c 0.1 7"]),
        (r#"{"name":"g","gauge":{"dataPoints":[{"asDouble":"NaN"},{"asDouble":"-Infinity"}]}}"#, &["g NaN 7", "g -inf 7"]),
        (r#"{"name":"g","gauge":{"dataPoints":[{"flags":1},{"flags":"DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK"}]}}"#, &["g stale 7"; 2]),
        (
            r#"{"name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[{"count":"3","sum":1.5,"bucketCounts":["1",2],"explicitBounds":[0.25]}]}}"#,
            &["h_bucket{le=\"0.25\"} 1 7", "h_bucket{le=\"+Inf\"} 3 7", "h_sum 1.5 7", "h_count 3 7"],
        ),
        (
            r#"{"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"count":2,"scale":-1,"positive":{"offset":-1,"bucketCounts":["2"]}}]}}"#,
            &["e_bucket{le=\"0\"} 0 7", "e_bucket{le=\"0.25\"} 0 7", "e_bucket{le=\"1\"} 2 7", "e_bucket{le=\"+Inf\"} 2 7", "e_count 2 7"],
        ),
        (
            r#"{"name":"s","summary":{"dataPoints":[{"count":1,"sum":2,"quantileValues":[{"quantile":0.5,"value":4}]}]}}"#,
            &["s{quantile=\"0.5\"} 4 7", "s_sum 2 7", "s_count 1 7"],
        ),
        (
            r#"{"name":"a","gauge":{"dataPoints":[{"asInt":1,"attributes":[{"key":"l","value":{"arrayValue":{"values":[{"intValue":1},{"bytesValue":"AQ=="}]}}},
              {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":0.5}}]}}},{"key":"n","value":{}}]}]}}"#,
            &["a{l=\"[1,\\\"AQ==\\\"]\",m=\"{\\\"k\\\":0.5}\"} 1 7"],
        ),
        (r#"{"name":"g","gauge":{"dataPoints":[{"asInt":1e3},{"asInt":2.0}]}}"#, &["g 1000 7", "g 2 7"]),
    ];
    for (metric, expected) in cases {
        let mut sink = Written::default();
        let report = json(in_scope(metric).as_bytes(), NOW, &mut sink).unwrap_or_else(|e| panic!("{metric}: {e}"));
        assert_eq!(sink.rows, expected, "{metric} {report:?}");
    }
    let refused = [
        "",
        "[]",
        "null",
        "{} x",
        r#"{"resourceMetrics":{}}"#,
        r#"{"resourceMetrics":[1]}"#,
        r#"{"resourceMetrics":[{"resource":"x"}]}"#,
        &in_scope(r#"{"name":1}"#),
        &in_scope(r#"{"gauge":{"dataPoints":[{"asInt":"x"}]}}"#),
        &in_scope(r#"{"gauge":{"dataPoints":[{"asInt":1.5}]}}"#),
        &in_scope(r#"{"gauge":{"dataPoints":[{"timeUnixNano":-1}]}}"#),
        &in_scope(r#"{"sum":{"aggregationTemporality":"SOME"}}"#),
        &in_scope(r#"{"sum":{"isMonotonic":"yes"}}"#),
        "{\"resourceMetrics\":[{\"schemaUrl\":\"\u{1}\"}]}",
    ];
    for body in refused {
        assert!(json(body.as_bytes(), NOW, &mut Written::default()).is_err(), "{body}");
    }
}

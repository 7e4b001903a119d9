use super::{Format, decode};
use crate::decode::testing::Written;
use crate::sink::{Fault, Report};

fn read(body: &str, format: Format) -> (Written, Report) {
    let mut sink = Written::default();
    let report = decode(body.as_bytes(), format, 7, &mut sink);
    (sink, report)
}

#[test]
fn good_samples() {
    let cases: [(&str, &str); 28] = [
        ("up 1", "up 1 7"),
        ("up 1 1500", "up 1 1500000"),
        ("up 1 -1", "up 1 -1000"),
        ("up\t1\t2", "up 1 2000"),
        ("  up 1 ", "up 1 7"),
        ("up{} 1", "up 1 7"),
        ("up{a=\"1\"} 1", "up{a=\"1\"} 1 7"),
        ("up{b=\"2\",a=\"1\"} 1", "up{a=\"1\",b=\"2\"} 1 7"),
        ("up{a=\"1\",} 1", "up{a=\"1\"} 1 7"),
        ("up { a = \"1\" , b = \"2\" } 1", "up{a=\"1\",b=\"2\"} 1 7"),
        ("up{a=\"\"} 1", "up 1 7"),
        ("up{a=\"}\"} 1", "up{a=\"}\"} 1 7"),
        ("up{a=\"x,y=\\\"z\\\"\"}1", "up{a=\"x,y=\\\"z\\\"\"} 1 7"),
        (r#"up{a="C:\\dir\nline\t"} 1"#, "up{a=\"C:\\\\dir\\nline\\\\t\"} 1 7"),
        ("größe{ort=\"Köln\"} 1", "größe{ort=\"Köln\"} 1 7"),
        ("{\"my.metric\"} 1", "my.metric 1 7"),
        ("{\"my metric\",a=\"1\"} 1", "my metric{a=\"1\"} 1 7"),
        ("{a=\"1\",\"m\"} 1", "m{a=\"1\"} 1 7"),
        ("{\"m\",\"host.name\"=\"x\"} 1", "m{host.name=\"x\"} 1 7"),
        ("up{\"host.name\"=\"x\"} 1", "up{host.name=\"x\"} 1 7"),
        ("node.cpu-load/1 2", "node.cpu-load/1 2 7"),
        ("up 1e3", "up 1000 7"),
        ("up -.5", "up -0.5 7"),
        ("up +Inf", "up inf 7"),
        ("up -inf", "up -inf 7"),
        ("up NaN", "up NaN 7"),
        ("b_bucket{le=\"0.1\"} 3 # {trace_id=\"x\"} 0.05 1.5", "b_bucket{le=\"0.1\"} 3 7"),
        ("up 1\r", "up 1 7"),
    ];
    for (line, expected) in cases {
        let (sink, report) = read(&format!("{line}\n"), Format::Prometheus);
        assert_eq!(sink.rows, [expected], "{line:?} {report:?}");
        assert_eq!((report.rows, report.rejected), (1, 0), "{line:?}");
    }
}

#[test]
fn bad_lines_take_no_good_ones_with_them() {
    let cases = [
        ("up", "the sample has no value"),
        ("up ", "the sample has no value"),
        ("up{a=\"1\"}", "the sample has no value"),
        ("up x", "the sample's value is no number"),
        ("up 1x", "the sample's value is no number"),
        ("up 1e999", "the sample's value is no number"),
        ("up 1 1.5", "the timestamp cannot be read"),
        ("up 1 9223372036854775807", "the timestamp cannot be read"),
        ("up 1 2 3", "there is something behind the sample"),
        ("up{a=\"1\" 1", "the labels have no closing brace"),
        ("up{a=\"1} 1", "a label has no closing quote"),
        ("up{a=1} 1", "a label's value is not in quotes"),
        ("up{a} 1", "a label has no value"),
        ("up{a=\"1\" b=\"2\"} 1", "between labels there is no comma"),
        ("up{a=\"1\",a=\"2\"} 1", "a label is there twice"),
        ("up{=\"1\"} 1", "a metric or label has no name"),
        ("{a=\"1\"} 1", "a metric or label has no name"),
        ("up{\"other\"} 1", "a label has no value"),
        ("a*b 1", "the metric's name has a letter that needs quotes"),
        ("up{,} 1", "a label has no value"),
        ("# TYPE up countr", "the type is none that is known"),
        ("# TYPE \"up counter", "a name has no closing quote"),
        ("# HELP", ""),
    ];
    for (bad, reason) in cases {
        let (sink, report) = read(&format!("a 1 1\n{bad}\nb 2 2\n"), Format::Prometheus);
        assert_eq!(sink.rows, ["a 1 1000", "b 2 2000"], "{bad:?}");
        let expected = if reason.is_empty() { vec![] } else { vec![Fault { at: 2, reason }] };
        assert_eq!(report.faults, expected, "{bad:?}");
    }
}

#[test]
fn open_metrics() {
    let body = "# TYPE lat_seconds histogram\n# UNIT lat_seconds seconds\n# HELP lat_seconds How \\\"long\\\".\\nIt \\\\takes.\n\
        lat_seconds_bucket{le=\"+Inf\"} 2 1520879607.789 # {id=\"a\"} 0.67\nlat_seconds_sum 1.5 1.5e3\n# TYPE \"q.x\" gauge\n\
        {\"q.x\"} 1 1700000000.123456\n# just a comment\n# EOF\n";
    let (sink, report) = read(body, Format::OpenMetrics);
    let rows = ["lat_seconds_bucket{le=\"+Inf\"} 2 1520879607789000", "lat_seconds_sum 1.5 1500000000", "q.x 1 1700000000123456"];
    assert_eq!(sink.rows, rows);
    let about = ["lat_seconds histogram \"seconds\" \"How \\\"long\\\".\\nIt \\\\takes.\"", "q.x gauge \"\" \"\""];
    assert_eq!(sink.metadata, about);
    assert_eq!((report.rows, report.rejected), (3, 0));
}

#[test]
fn the_end() {
    let cases: [(&str, Format, &[u64]); 5] = [
        ("a 1\n", Format::OpenMetrics, &[2]),
        ("a 1\n# EOF", Format::OpenMetrics, &[]),
        ("a 1\n# EOF\n\nb 1\n", Format::OpenMetrics, &[4]),
        ("a 1\n# EOF\n", Format::Prometheus, &[]),
        ("", Format::OpenMetrics, &[1]),
    ];
    for (body, format, expected) in cases {
        let (sink, report) = read(body, format);
        assert_eq!(sink.rows.len(), usize::from(body.starts_with('a')), "{body:?}");
        assert_eq!(report.faults.iter().map(|f| f.at).collect::<Vec<_>>(), expected, "{body:?}");
    }
}

//! The decoders alone, into a sink that adds values up.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hcc_metrics::decode::{expand, line, otlp, remote_write, text};
use hcc_metrics::{Kind, Refusal, Sink, Source};
use std::fmt::Write;
use std::hint::black_box;

/// Takes everything, looks nothing up.
#[derive(Default)]
struct Sum {
    bytes: usize,
    values: f64,
}

impl Sink for Sum {
    fn row(&mut self, source: &Source<'_>, time: i64, values: &[f64]) -> Result<(), Refusal> {
        self.bytes += source.parts.iter().map(|p| p.len()).sum::<usize>();
        self.values += values.iter().sum::<f64>() + time as f64;
        Ok(())
    }

    fn metadata(&mut self, _: &[u8], _: Kind, _: &[u8], _: &[u8]) {}
}

const FIELDS: [&str; 10] = [
    "usage_user",
    "usage_system",
    "usage_idle",
    "usage_nice",
    "usage_iowait",
    "usage_irq",
    "usage_softirq",
    "usage_steal",
    "usage_guest",
    "usage_guest_nice",
];

/// A value of field `field` in line `line`: a percentage with a fraction of twelve digits, as agents send it.
fn value(line: usize, field: usize) -> f64 {
    ((line * 7_919 + field * 104_729) % 1_000_003) as f64 / 10_000.3
}

fn lines(count: usize, strings: bool) -> String {
    let mut body = String::new();
    for line in 0..count {
        let host = line % 1_000;
        let _ = write!(body, "cpu,cpu=cpu{},datacenter=eu-west-1a,host=host_{host},os=debian12,service=web ", host % 16);
        for (index, field) in FIELDS.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let _ = write!(body, "{comma}{field}={}", value(line, index));
        }
        if strings {
            let _ = write!(body, ",state=\"running since \\\"boot\\\"\"");
        }
        let _ = writeln!(body, " {}", 1_700_000_000_000_000_000u64 + line as u64 * 1_000_000);
    }
    body
}

/// A message in protocol buffers, written by hand: `bytes` as field `number`.
fn put(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(number << 3 | 2);
    number_to(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn number_to(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

fn sample(line: usize, field: usize) -> Vec<u8> {
    let mut out = vec![1 << 3 | 1];
    out.extend(value(line, field).to_le_bytes());
    out.push(2 << 3);
    number_to(&mut out, 1_700_000_000_000 + line as u64);
    out
}

fn labels(line: usize, field: &str) -> [(String, String); 6] {
    let host = line % 1_000;
    let label = |name: &str, value: String| (name.to_owned(), value);
    [
        label("__name__", format!("cpu_{field}")),
        label("cpu", format!("cpu{}", host % 16)),
        label("datacenter", "eu-west-1a".into()),
        label("host", format!("host_{host}")),
        label("os", "debian12".into()),
        label("service", "web".into()),
    ]
}

/// The same values as remote write 1.0, one sample a series as Prometheus sends them.
fn version1(count: usize) -> Vec<u8> {
    let mut body = Vec::new();
    for line in 0..count {
        for (index, field) in FIELDS.iter().enumerate() {
            let mut series = Vec::new();
            for (name, value) in labels(line, field) {
                let mut pair = Vec::new();
                put(&mut pair, 1, name.as_bytes());
                put(&mut pair, 2, value.as_bytes());
                put(&mut series, 1, &pair);
            }
            put(&mut series, 2, &sample(line, index));
            put(&mut body, 1, &series);
        }
    }
    body
}

/// The same as remote write 2.0.
fn version2(count: usize) -> Vec<u8> {
    let mut symbols = vec![String::new()];
    let mut known = std::collections::HashMap::new();
    let mut all = Vec::new();
    for line in 0..count {
        for (index, field) in FIELDS.iter().enumerate() {
            let mut refs = Vec::new();
            for text in labels(line, field).into_iter().flat_map(|(name, value)| [name, value]) {
                let next = symbols.len() as u64;
                let number = *known.entry(text.clone()).or_insert_with(|| {
                    symbols.push(text);
                    next
                });
                number_to(&mut refs, number);
            }
            let mut series = Vec::new();
            put(&mut series, 1, &refs);
            put(&mut series, 2, &sample(line, index));
            put(&mut all, 5, &series);
        }
    }
    let mut body = Vec::new();
    for symbol in &symbols {
        put(&mut body, 4, symbol.as_bytes());
    }
    body.extend(all);
    body
}

fn exposition(count: usize) -> String {
    let mut body = String::new();
    for (index, field) in FIELDS.iter().enumerate() {
        let _ = writeln!(body, "# HELP cpu_{field} Time.\n# TYPE cpu_{field} gauge");
        for line in 0..count {
            let host = line % 1_000;
            let _ = writeln!(body, "cpu_{field}{{cpu=\"cpu{}\",host=\"host_{host}\",service=\"web\"}} {}", host % 16, value(line, index));
        }
    }
    body
}

/// OTLP in JSON: gauges with a point a host.
fn json(count: usize) -> String {
    let metrics: Vec<String> = FIELDS
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let points: Vec<String> = (0..count)
                .map(|line| {
                    format!(
                        "{{\"timeUnixNano\":\"1700000000000000000\",\"asDouble\":{},\"attributes\":[{{\"key\":\"cpu\",\"value\":{{\"stringValue\":\"cpu{line}\"}}}}]}}",
                        value(line, index)
                    )
                })
                .collect();
            format!("{{\"name\":\"system.cpu.{field}\",\"unit\":\"1\",\"gauge\":{{\"dataPoints\":[{}]}}}}", points.join(","))
        })
        .collect();
    format!(
        "{{\"resourceMetrics\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"web\"}}}}]}},\"scopeMetrics\":[{{\"metrics\":[{}]}}]}}]}}",
        metrics.join(",")
    )
}

type Decode = fn(&[u8], &mut Sum) -> Result<hcc_metrics::Report, hcc_metrics::decode::Malformed>;

fn decoders(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode");
    for (name, body) in [("line", lines(5_000, false)), ("line_with_text", lines(5_000, true))] {
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut sum = Sum::default();
                let report = line::decode(black_box(body.as_bytes()), line::Precision::Nanoseconds, 0, &mut sum);
                assert_eq!((report.accepted, report.rejected), (50_000, 0));
                sum.values
            });
        });
    }
    let versions: [(&str, Vec<u8>, Decode); 2] =
        [("remote_write_1", version1(1_000), remote_write::v1::decode), ("remote_write_2", version2(1_000), remote_write::v2::decode)];
    for (name, body, decode) in versions {
        group.throughput(Throughput::Elements(10_000));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut sum = Sum::default();
                assert!(decode(black_box(&body), &mut sum).is_ok_and(|r| r.accepted == 10_000));
                sum.values
            });
        });
    }
    let body = exposition(1_000);
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("text", |b| {
        b.iter(|| {
            let mut sum = Sum::default();
            let report = text::decode(black_box(body.as_bytes()), text::Format::Prometheus, 0, &mut sum);
            assert_eq!(report.accepted, 10_000);
            sum.values
        });
    });
    let body = json(1_000);
    group.throughput(Throughput::Elements(10_000));
    group.bench_function("otlp_json", |b| {
        b.iter(|| {
            let mut sum = Sum::default();
            assert!(otlp::json(black_box(body.as_bytes()), 0, &mut sum).is_ok_and(|r| r.accepted == 10_000));
            sum.values
        });
    });
    let wire = otlp::transcode(body.as_bytes()).unwrap_or_default();
    group.bench_function("otlp_protobuf", |b| {
        b.iter(|| {
            let mut sum = Sum::default();
            assert!(otlp::protobuf(black_box(&wire), 0, &mut sum).is_ok_and(|r| r.accepted == 10_000));
            sum.values
        });
    });
    group.finish();
}

fn expansion(c: &mut Criterion) {
    let body = lines(5_000, false).into_bytes();
    let mut group = c.benchmark_group("expand");
    group.throughput(Throughput::Bytes(body.len() as u64));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let _ = std::io::Write::write_all(&mut gzip, &body);
    let cases = [
        (expand::Encoding::Gzip, gzip.finish().unwrap_or_default()),
        (expand::Encoding::Zstd, zstd::encode_all(&body[..], 3).unwrap_or_default()),
        (expand::Encoding::Snappy, snap::raw::Encoder::new().compress_vec(&body).unwrap_or_default()),
    ];
    for (encoding, packed) in cases {
        let mut out = Vec::new();
        group.bench_function(format!("{encoding:?}"), |b| {
            b.iter(|| expand::expand(encoding, black_box(&packed), 64 << 20, &mut out).is_ok_and(|plain| plain.len() == body.len()));
        });
    }
    group.finish();
}

criterion_group!(benches, decoders, expansion);
criterion_main!(benches);

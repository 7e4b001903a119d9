//! What it takes to make variables of a query and of the bodies that a site sees most.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hcc_waf::body::{Field, Limits, Scratch, Text, json, multipart, urlencoded, xml};
use std::fmt::Write;
use std::hint::black_box;

fn form(bytes: usize) -> String {
    let mut out = String::new();
    for field in 0.. {
        let _ = write!(out, "field_{field}=some+value+of+a+form%2C+number+{field}&");
        if out.len() >= bytes {
            break;
        }
    }
    out.truncate(bytes);
    out
}

/// An order of 13 items; about 1 KB.
fn order() -> String {
    let items: Vec<String> =
        (0..13).map(|n| format!(r#"{{"sku":"AB-{n:04}","name":"Thing \u00e9 {n}","quantity":{n},"price":"{n}9.95"}}"#)).collect();
    format!(r#"{{"customer":"c_81","currency":"EUR","paid":true,"note":null,"items":[{}]}}"#, items.join(","))
}

fn upload(bytes: usize) -> Vec<u8> {
    let mut body = b"--------------------------0123456789abcdef\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA picture\r\n\
        --------------------------0123456789abcdef\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
        Content-Type: image/png\r\n\r\n"
        .to_vec();
    let mut state = 1_u32;
    while body.len() < bytes {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        body.push(state.to_be_bytes()[0]);
    }
    body.extend(b"\r\n--------------------------0123456789abcdef--\r\n");
    body
}

fn document() -> String {
    let items: Vec<_> = (0..20).map(|n| format!("<item id='{n}'><name>Thing &amp; {n}</name><price>{n}.95</price></item>")).collect();
    format!("<?xml version='1.0'?><order xmlns='urn:x'>{}</order>", items.concat())
}

fn bodies(criterion: &mut Criterion) {
    let (limits, mut scratch) = (Limits::default(), Scratch::default());
    let mut sink = |field: Field, name: Text<'_>, value: Text<'_>| {
        black_box((field, name.bytes(), value.bytes()));
    };
    let mut group = criterion.benchmark_group("body");
    for (name, input) in [("query of 3 arguments", "q=blue+shoes&page=2&sort=price_asc".to_owned()), ("form of 10 KB", form(10_240))] {
        group.throughput(Throughput::Bytes(input.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), &input, |bencher, input| {
            bencher.iter(|| black_box(urlencoded::parse(input.as_bytes(), b'&', &limits, &mut scratch, &mut sink)));
        });
    }
    let input = order();
    group.throughput(Throughput::Bytes(input.len() as u64));
    group.bench_function("JSON of 13 items", |bencher| {
        bencher.iter(|| black_box(json::parse(input.as_bytes(), &limits, &mut scratch, &mut sink)));
    });
    let input = upload(102_400);
    let content_type = b"multipart/form-data; boundary=------------------------0123456789abcdef";
    group.throughput(Throughput::Bytes(input.len() as u64));
    group.bench_function("multipart of 100 KB", |bencher| {
        bencher.iter(|| black_box(multipart::parse(content_type, &input, &limits, &mut scratch, &mut sink)));
    });
    let (input, mut read) = (document(), xml::Document::default());
    group.throughput(Throughput::Bytes(input.len() as u64));
    group.bench_function("XML of 20 items", |bencher| bencher.iter(|| black_box(read.read(input.as_bytes(), &limits))));
    group.finish();
}

criterion_group!(benches, bodies);
criterion_main!(benches);

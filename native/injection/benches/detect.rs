//! Nanoseconds a value, of texts as people and browsers send them and of attacks, for each detector.

use criterion::{Criterion, criterion_group, criterion_main};
use hcc_injection::{sqli, xss};
use std::hint::black_box;

const VALUES: [(&str, &str); 14] = [
    ("name", "john"),
    ("number", "42"),
    ("identifier", "550e8400-e29b-41d4-a716-446655440000"),
    ("time", "2024-05-17T12:34:56Z"),
    ("address", "john.doe@example.com"),
    ("prose", "The quick brown fox jumps over the lazy dog"),
    ("apostrophes", "Don't worry, it's fine: we'll be there at 5 o'clock."),
    ("url", "https://www.example.com/products/shoes?color=red&size=42&sort=price"),
    ("user agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
    ("json", r#"{"name":"Widget","price":12.5,"tags":["a","b"],"note":"it's ok"}"#),
    ("attack: union", "1' UNION SELECT password FROM users--"),
    ("attack: tautology", "' or 'a'='a"),
    ("attack: script", "<script>alert(1)</script>"),
    ("attack: attribute", "\" onmouseover=alert(1) x=\""),
];

fn values(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("injection");
    for (name, value) in VALUES {
        group.bench_function(format!("sqli, {name}"), |b| b.iter(|| sqli(black_box(value.as_bytes()))));
        group.bench_function(format!("xss, {name}"), |b| b.iter(|| xss(black_box(value.as_bytes()))));
    }
    let long = VALUES[5].1.repeat(24);
    group.bench_function("sqli, 1 KiB of prose", |b| b.iter(|| sqli(black_box(long.as_bytes()))));
    group.bench_function("xss, 1 KiB of prose", |b| b.iter(|| xss(black_box(long.as_bytes()))));
    // What is folded away without end, so that all of it is read.
    let folded = "1+".repeat(512);
    group.bench_function("sqli, 1 KiB of sums", |b| b.iter(|| sqli(black_box(folded.as_bytes()))));
    let attributes = "a=b ".repeat(256);
    group.bench_function("xss, 1 KiB of attributes", |b| b.iter(|| xss(black_box(attributes.as_bytes()))));
    group.finish();
}

criterion_group!(benches, values);
criterion_main!(benches);

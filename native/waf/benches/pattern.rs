//! Patterns of the Core Rule Set: compiling all of them, the prefilter on ordinary values, and the patterns that take longest.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hcc_waf::pattern::{Flags, IdSet, Pattern, Prefilter};
use std::hint::black_box;
use std::time::{Duration, Instant};

#[path = "../src/pattern/crs_rules.rs"]
mod crs_rules;

/// What a browser sends.
const CLEAN: [&str; 14] = [
    "/products/42?ref=newsletter&utm_source=mail&utm_campaign=spring-sale",
    "/search?q=red+running+shoes&sort=price&page=2",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "en-US,en;q=0.5",
    "gzip, deflate, br",
    "https://www.example.com/products/overview?category=shoes",
    "red running shoes",
    "8f14e45fceea167a5a36dedd4bea2543",
    "john.doe@example.com",
    "Hello, I would like to order the blue one in size 42. Could you tell me when it will be back? Kind regards, John",
    "{\"name\":\"Widget\",\"price\":12.5,\"qty\":3,\"tags\":[\"a\",\"b\"],\"note\":null}",
    "550e8400-e29b-41d4-a716-446655440000",
    "10 Downing Street, London SW1A 2AA",
];

/// Repeated, these keep many threads of a pattern alive.
const NASTY: [&str; 16] =
    ["a", " ", "'", "\"", "(", "/", "a'", "1'1", "\"'` ", "x/", "a.b.", "select ", "<x on", "or 1 ", "javascript:(", "&#x"];

fn compiled(rules: &[crs_rules::Rule]) -> Vec<(u32, Pattern)> {
    rules.iter().filter_map(|rule| Some((rule.id, Pattern::compile_bytes(&rule.pattern, Flags::default()).ok()?))).collect()
}

fn compile(bench: &mut Criterion) {
    for (version, rules) in [("3.3", crs_rules::version_3()), ("4", crs_rules::version_4())] {
        let Some(rules) = rules else { continue };
        let mut group = bench.benchmark_group("compile");
        group.sample_size(10);
        group.bench_function(version, |timer| timer.iter(|| black_box(compiled(&rules))));
        let patterns = compiled(&rules);
        let bytes: usize = patterns.iter().map(|(_, pattern)| pattern.memory()).sum();
        println!("version {version}: {} patterns hold {} KiB", patterns.len(), bytes / 1024);
    }
}

fn prefilter(bench: &mut Criterion) {
    let Some(rules) = crs_rules::version_3() else { return };
    let patterns = compiled(&rules);
    let mut builder = Prefilter::builder();
    for (id, (rule, pattern)) in (0..).zip(&patterns) {
        if (930_000..945_000).contains(rule) {
            builder.add(id, pattern.required().clone());
        }
    }
    let filter = builder.build();
    println!("{} literals, {} KiB", filter.literals(), filter.memory() / 1024);
    let mut named = IdSet::default();
    let mut group = bench.benchmark_group("prefilter");
    group.throughput(Throughput::Bytes(CLEAN.iter().map(|value| value.len() as u64).sum()));
    group.bench_function("values", |timer| {
        timer.iter(|| {
            for value in CLEAN {
                filter.scan(black_box(value.as_bytes()), &mut named);
            }
        });
    });
    let text = CLEAN.join(" ").repeat(90);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("text", |timer| timer.iter(|| filter.scan(black_box(text.as_bytes()), &mut named)));
}

fn slowest(bench: &mut Criterion) {
    let Some(rules) = crs_rules::version_3() else { return };
    let patterns = compiled(&rules);
    let mut times: Vec<(Duration, u32, &str, &Pattern)> = Vec::new();
    for (id, pattern) in &patterns {
        for piece in NASTY {
            let value = piece.repeat(64 * 1024 / piece.len());
            // The best of three: what is looked for is the pattern's cost, not a neighbour's.
            let time = |_| {
                let start = Instant::now();
                black_box(pattern.is_match(value.as_bytes()));
                start.elapsed()
            };
            times.push(((0..3).map(time).min().unwrap_or_default(), *id, piece, pattern));
        }
    }
    times.sort_by_key(|(time, ..)| std::cmp::Reverse(*time));
    let mut shown = std::collections::HashSet::new();
    for (_, id, piece, pattern) in times.iter().filter(|(_, id, ..)| shown.insert(*id)).take(5) {
        for (name, length) in [("1 KB", 1 << 10), ("100 KB", 100 << 10), ("1 MiB", 1 << 20)] {
            let value = piece.repeat(length / piece.len());
            let mut group = bench.benchmark_group("slowest");
            group.sample_size(10).throughput(Throughput::Bytes(value.len() as u64));
            group
                .bench_function(format!("{id} on {piece:?}, {name}"), |timer| timer.iter(|| pattern.is_match(black_box(value.as_bytes()))));
        }
    }
}

criterion_group!(benches, compile, prefilter, slowest);
criterion_main!(benches);

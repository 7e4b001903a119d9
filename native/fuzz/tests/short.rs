//! Every target for a moment with a fixed seed: `HCC_FUZZ_SECONDS` each, 2 unless given. A failure prints the input.

use hcc_fuzz::TARGETS;
use hcc_fuzz::mutate::{Random, dictionary, mutate};
use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

const SEED: u64 = 3;

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|e| e.unwrap_or_else(|e| panic!("{e}")).path()).collect();
    paths.sort();
    paths.iter().map(|p| std::fs::read(p).unwrap_or_else(|e| panic!("{}: {e}", p.display()))).collect()
}

fn run(name: &str) {
    let (_, target) = TARGETS.into_iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("no target {name}"));
    let words = dictionary(include_str!("../dictionary")).unwrap_or_else(|| panic!("dictionary"));
    let seeds = corpus(name);
    assert!(!seeds.is_empty(), "a corpus");
    let one = |input: &[u8], number: u64| {
        let held = catch_unwind(|| target(input)).is_ok();
        assert!(held, "{name}, input {number} of seed {SEED}: b\"{}\"", input.escape_ascii());
    };
    for seed in &seeds {
        one(seed, 0);
    }
    let seconds = std::env::var("HCC_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(2);
    let (begun, time) = (Instant::now(), Duration::from_secs(seconds));
    let mut random = Random::new(SEED);
    let mut number = 0;
    while begun.elapsed() < time {
        let mut input = seeds[random.below(seeds.len())].clone();
        let other = &seeds[random.below(seeds.len())];
        mutate(&mut input, &mut random, &words, other);
        number += 1;
        one(&input, number);
    }
    println!("{name}: {number} inputs");
    assert!(number > 100, "only {number} inputs in {seconds} s");
}

macro_rules! short {
    ($($name:ident),+) => { $(#[test] fn $name() { run(stringify!($name)); })+ };
}

short!(request_head, chunked_body, path, response_head, client_address, round_trip);
short!(body_form, body_cookies, body_json, body_multipart, body_xml);
short!(injection, transform, seclang);
short!(metrics_line, metrics_text, metrics_remote_write, metrics_otlp, metrics_expand);

#![allow(clippy::unwrap_used)] // a test may fail by it

use super::*;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};

fn record(status: u16, path: &[u8]) -> Record<'_> {
    Record {
        at_ms: 1_790_000_000_123,
        micros: 1500,
        id: b"r1",
        client: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
        method: b"GET",
        host: "shop.example",
        path,
        status,
        bytes_out: 7,
        bytes_in: 3,
        route: Some(("s", "r")),
        upstream: Some("10.0.0.1:80"),
        subject: Some("a-person"),
        reason: None,
        detail: None,
        country: None,
    }
}

/// Watches `s` from second 0.
fn watching(seconds: u64) -> Watched {
    let watched = Watched::default();
    watched.watch("s", seconds, 0);
    watched
}

fn taken(watched: &Watched, now_ns: u64) -> Vec<Value> {
    serde_json::from_slice(&watched.take(now_ns)).unwrap()
}

/// How many requests were taken, and how many left out.
fn counts(taken: &[Value]) -> (usize, u64) {
    let site = &taken[0];
    (site["requests"].as_array().unwrap().len(), site["left_out"].as_u64().unwrap())
}

#[test]
fn a_site_is_watched_until_its_time_is_over() {
    // Seconds for which it is watched, second of the request, whether it is seen.
    for (seconds, at, seen) in [(60, 0, true), (60, 59, true), (60, 60, false), (0, 0, false), (9999, 299, true), (9999, 300, false)] {
        let watched = watching(seconds);
        assert!(watched.is_any());
        watched.add("s", &record(200, b"/"), &GeoFiles::default(), at * SECOND_NS);
        watched.add("another", &record(200, b"/"), &GeoFiles::default(), at * SECOND_NS);
        let found = taken(&watched, at * SECOND_NS);
        assert_eq!((found.len(), counts(&found)), (1, (usize::from(seen), 0)), "{seconds} {at}");
        let _ = watched.take(400 * SECOND_NS);
        assert!(!watched.is_any() && watched.is_empty());
    }
}

#[test]
fn told_again_it_is_watched_for_longer_and_never_shorter() {
    let watched = watching(60);
    watched.watch("s", 60, 30 * SECOND_NS);
    watched.watch("s", 1, 31 * SECOND_NS);
    watched.add("s", &record(200, b"/"), &GeoFiles::default(), 89 * SECOND_NS);
    assert_eq!(counts(&taken(&watched, 89 * SECOND_NS)), (1, 0));
    assert!(taken(&watched, 90 * SECOND_NS).is_empty());
    assert!(!watched.is_any());
}

#[test]
fn it_is_told_of_once_though_nothing_was_seen() {
    let watched = watching(60);
    assert_eq!(counts(&taken(&watched, 1)), (0, 0));
    assert!(taken(&watched, 2).is_empty());
    watched.watch("s", 60, 3);
    assert_eq!(taken(&watched, 4).len(), 1);
}

#[test]
fn a_few_of_each_second_and_kind_are_kept() {
    /// Requests as (second, status, how many); kept and left out.
    type Case = (&'static [(u64, u16, usize)], (usize, u64));
    const MOST: usize = EACH_SECOND as usize;
    let cases: [Case; 4] = [
        (&[(0, 200, MOST)], (MOST, 0)),
        (&[(0, 200, MOST + 5)], (MOST, 5)),
        (&[(0, 200, 1000), (0, 403, 2), (0, 503, 1), (0, 304, 1)], (MOST + 3, 1001 - MOST as u64)),
        (&[(0, 404, MOST + 1), (1, 404, MOST + 1)], (2 * MOST, 2)),
    ];
    for (requests, expected) in cases {
        let watched = watching(60);
        for (second, status, many) in requests {
            for _ in 0..*many {
                watched.add("s", &record(*status, b"/"), &GeoFiles::default(), second * SECOND_NS);
            }
        }
        assert_eq!(counts(&taken(&watched, SECOND_NS)), expected, "{requests:?}");
    }
}

#[test]
fn memory_is_bounded_though_nobody_takes() {
    let watched = watching(300);
    let path = vec![0xff; 100_000];
    for second in 0..299 {
        for _ in 0..EACH_SECOND {
            watched.add("s", &record(200, &path), &GeoFiles::default(), second * SECOND_NS);
        }
    }
    let out = watched.take(299 * SECOND_NS);
    assert!(out.len() < ROOM + 100, "{}", out.len());
    let found: Vec<Value> = serde_json::from_slice(&out).unwrap();
    let (kept, left_out) = counts(&found);
    assert!(kept > 10 && kept as u64 + left_out == 2990, "{kept} {left_out}");
    for n in 0..MOST_SITES + 10 {
        watched.watch(&n.to_string(), 60, 299 * SECOND_NS);
    }
    assert_eq!(watched.len(), MOST_SITES);
}

#[test]
fn what_is_told_of_a_request() {
    let watched = watching(60);
    let mut one = record(403, b"/a\"b");
    one.reason = Some("banned");
    one.detail = Some("b1 \0why");
    watched.add("s", &one, &GeoFiles::default(), 0);
    let expected = serde_json::json!([{"site": "s", "left_out": 0, "requests": [{
        "time": "2026-09-21T14:13:20.123Z", "client": "192.0.2.7", "status": 403, "us": 1500, "in": 3, "out": 7, "request_id": "r1",
        "method": "GET", "host": "shop.example", "path": "/a\"b", "site": "s", "route": "r", "upstream": "10.0.0.1:80",
        "reason": "banned", "detail": "b1 \u{ef}\u{bf}\u{bd}why"}]}]);
    assert_eq!(Value::from(taken(&watched, 0)), expected);
}

/// `cargo test --release -p hcc-gateway -- --ignored --nocapture watched` prints nanoseconds a request.
#[test]
#[ignore = "a measurement"]
fn what_a_request_costs() {
    let (watched, geo) = (Watched::default(), GeoFiles::default());
    let each = |what: &str, site: &str, now_ns: u64| {
        let begun = std::time::Instant::now();
        for _ in 0..10_000_000 {
            let watched = std::hint::black_box(&watched);
            if watched.is_any() {
                watched.add(site, &record(200, b"/"), &geo, now_ns);
            }
        }
        println!("{what}: {:.2} ns", begun.elapsed().as_nanos() as f64 / 1e7);
    };
    each("no site is watched", "another", 0);
    watched.watch("s", 60, 0);
    each("another site is watched", "another", 0);
    each("its site is watched, and the second is full", "s", 0);
}

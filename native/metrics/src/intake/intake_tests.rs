#![allow(clippy::unwrap_used)]

use super::{Allowance, Cache, Options, Request};
use crate::copy::Segment;
use crate::decode::line::{self, Precision};
use crate::log::format::{Identity, header};
use crate::log::{Batch, Dictionary};
use crate::sink::{Kind, Report, Sink};
use std::collections::HashSet;

const NOW: i64 = 1_700_000_000_000_000;
const ORG: [u8; 16] = [1; 16];

fn send(request: &mut Request<'_>, body: &str) -> Report {
    line::decode(body.as_bytes(), Precision::Microseconds, NOW, request)
}

/// What a segment with these batches says: series and their values, sorted.
fn said(cache: &Cache, batches: Vec<Batch>) -> Vec<(String, i64, f64)> {
    let mut bytes = header(Identity { ingester: [0; 16], number: 1 }, NOW).to_vec();
    let mut defined = crate::log::definitions::Defined::default();
    for batch in batches {
        for record in defined.missing(&batch, cache).into_iter().chain(batch.records) {
            bytes.extend_from_slice(&record);
        }
    }
    let segment = Segment::read(&bytes).unwrap();
    assert_eq!(segment.damage, None);
    let mut found = Vec::new();
    for (place, series) in segment.series.iter().enumerate() {
        let name = String::from_utf8(series.canonical.to_vec()).unwrap().replace('\0', ",");
        found.extend(segment.points(place).iter().map(|(time, value)| (name.clone(), *time, *value)));
    }
    found.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    found
}

fn rows(found: &[(String, i64, f64)]) -> Vec<(&str, i64, f64)> {
    found.iter().map(|(name, time, value)| (name.as_str(), time - NOW, *value)).collect()
}

#[test]
fn rows_come_out_as_they_went_in() {
    let cache = Cache::new(Options::default());
    let mut batches = Vec::new();
    // The second request finds the sources known; labels in another order are the same series.
    for (body, first) in [("cpu,host=a,dc=x idle=1,user=2 5\ncpu,host=a,dc=x idle=3,user=4 6", 0), ("cpu,dc=x,host=a user=5 7", 1)] {
        let mut request = cache.request(ORG, Allowance::default(), NOW).unwrap();
        let at = |line: &str| line.rsplit_once(' ').map(|(fields, time)| format!("{fields} {}", NOW + time.parse::<i64>().unwrap()));
        let body = body.lines().filter_map(at).collect::<Vec<_>>().join("\n");
        let report = send(&mut request, &body);
        assert_eq!((report.rejected, report.rows), (0, 2 - first));
        batches.push(request.finish().unwrap());
    }
    assert_eq!(cache.figures().series, 2);
    let found = said(&cache, batches);
    let (idle, user) = ("cpu_idle,dc,x,host,a", "cpu_user,dc,x,host,a");
    assert_eq!(rows(&found), [(idle, 5, 1.0), (idle, 6, 3.0), (user, 5, 2.0), (user, 6, 4.0), (user, 7, 5.0)]);
}

#[test]
fn new_series_past_the_limit_are_refused_and_old_ones_go_on() {
    let cache = Cache::new(Options::default());
    let allowance = Allowance { series: 3, ..Allowance::default() };
    // Body; rows refused; values kept.
    let cases = [("m a=1,b=2", 0, 2), ("m a=1,c=3,d=4", 1, 2), ("m a=1,b=2", 0, 2), ("m d=1", 1, 0), ("n a=1\nm b=9", 1, 1)];
    for (body, rejected, accepted) in cases {
        let mut request = cache.request(ORG, allowance, NOW).unwrap();
        let report = send(&mut request, body);
        assert_eq!((report.rejected, report.accepted), (rejected, accepted), "{body}");
        let kept: usize = request.finish().map_or(0, |batch| said(&cache, vec![batch]).len());
        assert_eq!(kept as u64, accepted, "{body}");
    }
    assert_eq!(cache.figures().series, 3);
    // Another organisation has its own room, and its own series of the same name.
    let mut other = cache.request([2; 16], allowance, NOW).unwrap();
    assert_eq!(send(&mut other, "m a=1").rejected, 0);
    drop(other);
    assert_eq!(cache.figures().series, 4);
}

#[test]
fn times_out_of_the_window_are_refused() {
    let cache = Cache::new(Options { oldest: 100, newest: 10, ..Options::default() });
    for (offset, taken) in [(-101, false), (-100, true), (0, true), (10, true), (11, false)] {
        let mut request = cache.request(ORG, Allowance::default(), NOW).unwrap();
        let report = send(&mut request, &format!("m a=1 {}", NOW + offset));
        assert_eq!(report.rejected == 0, taken, "{offset}");
        assert_eq!(request.finish().is_some(), taken, "{offset}");
    }
}

#[test]
fn who_sends_too_much_waits() {
    let cache = Cache::new(Options::default());
    let allowance = Allowance { values_per_s: 10, ..Allowance::default() };
    let send = |at: i64, values: usize| -> Result<(), u64> {
        let mut request = cache.request(ORG, allowance, NOW + at * 1_000_000)?;
        for _ in 0..values {
            send(&mut request, "m a=1");
        }
        request.finish();
        Ok(())
    };
    // Ten seconds' worth may come at once; a request is taken whole.
    for (at, values, outcome) in
        [(0, 150, Ok(())), (0, 1, Err(6)), (5, 1, Err(1)), (6, 1, Ok(())), (6, 9, Ok(())), (6, 1, Err(1)), (60, 1, Ok(()))]
    {
        assert_eq!(send(at, values), outcome, "{at} {values}");
    }
}

#[test]
fn who_is_limited_from_now_on_begins_with_what_may_come_at_once() {
    let cache = Cache::new(Options::default());
    let limited = Allowance { values_per_s: 10, ..Allowance::default() };
    let send = |allowance: Allowance, at_ms: i64, values: usize| -> Result<(), u64> {
        let mut request = cache.request(ORG, allowance, NOW + at_ms * 1000)?;
        for _ in 0..values {
            send(&mut request, "m a=1");
        }
        request.finish();
        Ok(())
    };
    for (allowance, at_ms, values, outcome) in [
        (Allowance::default(), 0, 1000, Ok(())),
        (limited, 10, 100, Ok(())),
        (limited, 20, 1, Err(1)),
        // Changed again, what was sent still counts.
        (Allowance { values_per_s: 20, ..limited }, 30, 1, Err(1)),
        (Allowance::default(), 40, 1000, Ok(())),
    ] {
        assert_eq!(send(allowance, at_ms, values), outcome, "{at_ms} ms");
    }
}

#[test]
fn idle_series_make_room_and_their_numbers_are_given_again() {
    let cache = Cache::new(Options { idle_minutes: 10, ..Options::default() });
    let allowance = Allowance { series: 2, ..Allowance::default() };
    let at = |minutes: i64, body: &str| {
        let mut request = cache.request(ORG, allowance, NOW + minutes * 60_000_000).unwrap();
        let report = line::decode(body.as_bytes(), Precision::Microseconds, NOW, &mut request);
        (report.rejected, request.finish())
    };
    assert_eq!(at(0, "old a=1,b=1").0, 0);
    assert_eq!(at(8, "old a=1").0, 0);
    assert_eq!(at(9, "new a=1").0, 1, "no room yet");
    let (series, shapes) = cache.sweep(NOW + 15 * 60_000_000);
    assert_eq!((series.len(), shapes.len()), (1, 1), "a was seen at 8");
    let (rejected, batch) = at(15, "new a=1");
    assert_eq!(rejected, 0);
    let found = said(&cache, vec![batch.unwrap()]);
    assert_eq!(rows(&found), [("new_a", 0, 1.0)]);
    let mut canonical = Vec::new();
    cache.series(series[0], &mut |bytes| canonical.extend_from_slice(bytes));
    assert_eq!(canonical, b"new_a");
}

struct One;
impl crate::Describe for One {
    fn count(&self) -> usize {
        1
    }
    fn series(&self, _: usize, key: &mut crate::SeriesKey) -> Result<(), crate::Refused> {
        key.name(&[b"up"])
    }
}

#[test]
fn not_a_number_keeps_its_bits() {
    let cache = Cache::new(Options::default());
    let mut request = cache.request(ORG, Allowance::default(), NOW).unwrap();
    let parts: [&[u8]; 1] = [b"up"];
    let source = crate::Source { protocol: crate::Protocol::Text, parts: &parts, again: false, delta: false, describe: &One };
    for (offset, bits) in [(0, crate::decode::STALE), (1, crate::decode::NAN)] {
        request.row(&source, NOW + offset, &[f64::from_bits(bits)]).unwrap();
    }
    let found = said(&cache, vec![request.finish().unwrap()]);
    assert_eq!(found.iter().map(|f| f.2.to_bits()).collect::<Vec<_>>(), [crate::decode::STALE, crate::decode::NAN]);
}

#[test]
fn metadata_are_written_once_until_they_change() {
    let cache = Cache::new(Options::default());
    let tell = |kind, help: &[u8]| {
        let mut request = cache.request(ORG, Allowance::default(), NOW).unwrap();
        request.metadata(b"up", kind, b"s", help);
        request.finish().is_some()
    };
    assert!(tell(Kind::Gauge, b"one"));
    assert!(!tell(Kind::Gauge, b"one"));
    assert!(tell(Kind::Gauge, b"two"));
    assert!(tell(Kind::Counter, b"two"));
    assert!(!tell(Kind::Counter, b"two"));
    cache.not_kept();
    assert!(tell(Kind::Counter, b"two"));
    assert!(!tell(Kind::Counter, b"\xff"), "no text");
    let mut request = cache.request(ORG, Allowance::default(), NOW).unwrap();
    request.metadata(&[b'n'; 1025], Kind::Gauge, b"", b"");
    assert!(request.finish().is_none(), "longer than a series' name may be");
}

#[test]
fn a_source_of_many_orders_does_not_fill_memory() {
    let cache = Cache::new(Options::default());
    let allowance = Allowance { series: 10, ..Allowance::default() };
    let mut request = cache.request(ORG, allowance, NOW).unwrap();
    for n in 0..5000 {
        // Always the same series, and each time written otherwise: the tag's value is the same, empty tags differ.
        let body = format!(
            "m,a=1 x=1,{}",
            (0..12).filter(|bit| n >> bit & 1 == 1).fold(String::from("y=1"), |s, bit| s + &format!(",f{}=1", bit % 4))
        );
        send(&mut request, &body);
    }
    request.finish().unwrap();
    assert!(cache.figures().shapes <= 1020, "{:?}", cache.figures());
    assert!(cache.figures().series <= 10);
}

#[test]
fn hashes_differ() {
    let seeds = super::hash::Seeds::default();
    let keys: HashSet<_> = (0..100_000_u32).map(|n| seeds.key(&n.to_le_bytes())).collect();
    assert_eq!(keys.len(), 100_000);
    // And the tables see the difference, or a look-up would take as long as there are series.
    let places: HashSet<_> = keys.iter().map(|key| std::hash::BuildHasher::hash_one(&super::hash::Taken, key)).collect();
    assert_eq!(places.len(), 100_000);
    assert_ne!(seeds.key(b""), super::hash::Seeds::default().key(b""));
}

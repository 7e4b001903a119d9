#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::files::Files;
use super::format::{self, Damage, ROWS};
use super::power::Power;
use super::{Batch, Dictionary, Log, NotKept, Options};
use crate::copy::Segment;
use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender as Telling, channel};
use std::time::Duration;

/// One shape of two series, for each number.
pub struct Known;

impl Dictionary for Known {
    fn series(&self, series: u32, with: &mut dyn FnMut(&[u8])) {
        with(format!("m{series}\0host\0h{series}").as_bytes());
    }
    fn shape(&self, shape: u32, with: &mut dyn FnMut(&[u32])) {
        with(&[shape * 2, shape * 2 + 1]);
    }
}

/// A batch of rows of shape 3 with these times; the values are made of the time.
pub fn batch(times: impl Iterator<Item = i64>) -> Batch {
    let mut record = Vec::new();
    format::begin(&mut record, ROWS);
    for time in times {
        record.extend_from_slice(&3_u32.to_le_bytes());
        record.extend_from_slice(&time.to_le_bytes());
        for value in [time as f64, time as f64 + 0.5] {
            record.extend_from_slice(&value.to_le_bytes());
        }
    }
    format::finish(&mut record);
    Batch { organization: [7; 16], shapes: vec![3], records: vec![record], ..Batch::default() }
}

/// Sends rows of ever new times and remembers what became of them.
#[derive(Default)]
pub struct Sender {
    next: i64,
    told: Vec<(std::ops::Range<i64>, Receiver<bool>)>,
    acknowledged: HashSet<i64>,
}

impl Sender {
    /// Sends some rows; whether the log took them on.
    pub fn send(&mut self, log: &Log, rows: usize) -> Result<(), NotKept> {
        let times = self.next..self.next + i64::try_from(rows).unwrap();
        self.next = times.end;
        let (tell, hear): (Telling<bool>, _) = channel();
        log.append(batch(times.clone()), &Known, Box::new(move |kept| tell.send(kept.is_ok()).unwrap_or_default()))?;
        self.told.push((times, hear));
        Ok(())
    }

    /// Waits until the log has said what became of all.
    pub fn wait(&mut self) {
        for (times, hear) in self.told.drain(..) {
            if hear.recv_timeout(Duration::from_secs(20)).expect("the log says what became of it") {
                self.acknowledged.extend(times);
            }
        }
    }

    pub fn acknowledged(&self) -> HashSet<i64> {
        self.acknowledged.clone()
    }

    pub fn sent(&self, time: i64) -> bool {
        (0..self.next).contains(&time)
    }
}

/// The times of all rows in closed segments; both values of a row must be there and right.
pub fn kept(files: &Power) -> Vec<i64> {
    let mut found = Vec::new();
    for (name, _) in files.list().unwrap() {
        let (_, ending) = super::recovery::numbered(&name).unwrap();
        assert_ne!(ending, "open", "{name} is closed");
        if ending != "log" {
            continue;
        }
        let segment = Segment::read(&files.read(&name).unwrap()).unwrap();
        assert_eq!(segment.damage, None, "{name}");
        assert_eq!(segment.series.len(), 2);
        assert_eq!((segment.series[0].name(), segment.series[0].labels_json()), ("m6", r#"{"host":"h6"}"#.to_owned()));
        for ((time, value), (same, half)) in segment.points(0).iter().zip(segment.points(1)) {
            assert_eq!((*value, time, *half), (*time as f64, same, *time as f64 + 0.5));
            found.push(*time);
        }
    }
    found
}

fn open(files: &Power, options: Options) -> Log {
    Log::open(files.clone(), [9; 16], options, || 0).unwrap().0
}

#[test]
fn segments_are_closed_by_size_and_each_says_all_that_it_needs() {
    let files = Power::default();
    let log = open(&files, Options { segment_bytes: 400, ..Options::default() });
    let mut sender = Sender::default();
    for _ in 0..20 {
        sender.send(&log, 3).unwrap();
    }
    sender.wait();
    log.close();
    assert_eq!(kept(&files).len(), 60);
    let segments = files.list().unwrap();
    assert!(segments.len() >= 5, "{segments:?}");
    assert!(segments.iter().all(|(_, size)| *size <= 500), "{segments:?}");
    assert_eq!(log.counters().batches.load(Ordering::Relaxed), 20);
}

#[test]
fn a_segment_is_closed_by_age_while_nothing_comes() {
    let files = Power::default();
    let log = open(&files, Options { segment_age: Duration::from_millis(20), ..Options::default() });
    let mut sender = Sender::default();
    sender.send(&log, 1).unwrap();
    sender.wait();
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while !files.list().unwrap().iter().any(|(name, _)| name == "0000000000000001.log") {
        assert!(std::time::Instant::now() < deadline, "{:?}", files.list());
        std::thread::yield_now();
    }
    assert_eq!(kept(&files), [0]);
}

#[test]
fn beyond_its_size_the_log_is_full_until_the_writer_was_there() {
    let files = Power::default();
    let log = open(&files, Options { total_bytes: 1000, segment_bytes: 300, ..Options::default() });
    let mut sender = Sender::default();
    let mut full = None;
    for _ in 0..100 {
        if let Err(why) = sender.send(&log, 3) {
            full = Some(why);
            break;
        }
        sender.wait();
    }
    assert_eq!(full, Some(NotKept::Full));
    for (name, _) in files.list().unwrap() {
        if super::recovery::numbered(&name).unwrap().1 == "log" {
            files.remove(&name).unwrap();
        }
    }
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while sender.send(&log, 3).is_err() {
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    }
    sender.wait();
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    let files = Power::default();
    let log = open(&files, Options::default());
    let mut sender = Sender::default();
    sender.send(&log, 10).unwrap();
    sender.wait();
    assert_eq!(sender.acknowledged().len(), 10);
    let used = files.list().unwrap()[0].1;
    files.capacity(Some(used + 50));
    let (tell, hear) = channel();
    log.append(batch(500..520), &Known, Box::new(move |kept| tell.send(kept).unwrap())).unwrap();
    assert_eq!(hear.recv_timeout(Duration::from_secs(10)).unwrap(), Err(NotKept::Full));
    files.capacity(None);
    sender.send(&log, 10).unwrap();
    sender.wait();
    log.close();
    let mut found = kept(&files);
    found.sort_unstable();
    assert_eq!(found, (0..20).collect::<Vec<_>>());
}

#[test]
fn after_a_failed_sync_nothing_more_goes_to_that_segment() {
    let files = Power::default();
    let log = open(&files, Options::default());
    let mut sender = Sender::default();
    sender.send(&log, 2).unwrap();
    sender.wait();
    files.syncs_fail(true);
    sender.send(&log, 2).unwrap();
    sender.wait();
    assert_eq!(sender.acknowledged().len(), 2);
    files.syncs_fail(false);
    sender.send(&log, 2).unwrap();
    sender.wait();
    log.close();
    let mut found = kept(&files);
    found.sort_unstable();
    assert_eq!(found, [0, 1, 4, 5]);
}

#[test]
fn damage_in_the_middle_of_an_open_segment_is_told_and_kept_aside() {
    let files = Power::default();
    let log = open(&files, Options { segment_age: Duration::from_secs(3600), ..Options::default() });
    let mut sender = Sender::default();
    let mut sizes = Vec::new();
    for _ in 0..3 {
        sender.send(&log, 1).unwrap();
        sender.wait();
        sizes.push(files.list().unwrap()[0].1);
    }
    // As it is at this moment, without an orderly end.
    let crashed = files.after(0, false, true);
    drop(log);
    let second = usize::try_from(sizes[0]).unwrap();
    crashed.flip("0000000000000001.open", second + 20);
    let (log, recovered) = Log::open(crashed.clone(), [9; 16], Options::default(), || 0).unwrap();
    log.close();
    let lost = usize::try_from(sizes[2]).unwrap() - second;
    assert_eq!(recovered.len(), 1);
    assert_eq!(recovered[0].cut, Some((Damage::Checksum, lost)));
    assert_eq!(kept(&crashed), [0]);
    assert_eq!(crashed.read("0000000000000001.cut").unwrap().len(), lost);
}

#[test]
fn a_closed_log_takes_nothing() {
    let files = Power::default();
    let log = open(&files, Options::default());
    log.close();
    assert_eq!(Sender::default().send(&log, 1), Err(NotKept::Closed));
}

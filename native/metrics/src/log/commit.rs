//! The log's thread: takes what waits, writes it, syncs it, says so.

use super::files::{Files, Written};
use super::format::{HEADER, Identity, header};
use super::recovery::name;
use super::{Entry, NotKept, Shared, Told};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How often the folder is measured: the writer removes what is in the database.
const MEASURE_EVERY: Duration = Duration::from_millis(250);

struct Open<T> {
    file: T,
    number: u64,
    began: Instant,
    written: u64,
    synced: u64,
}

pub(super) struct Commit<F: Files> {
    files: F,
    shared: Arc<Shared>,
    ingester: [u8; 16],
    next: u64,
    clock: Box<dyn Fn() -> i64 + Send>,
    open: Option<Open<F::File>>,
    measured: Instant,
    /// Segments that could not be closed when the disk refused: number, and how many bytes are synced.
    left: Vec<(u64, u64)>,
}

impl<F: Files> Commit<F> {
    pub fn new(files: F, shared: Arc<Shared>, ingester: [u8; 16], next: u64, clock: Box<dyn Fn() -> i64 + Send>) -> Self {
        Commit { files, shared, ingester, next, clock, open: None, measured: Instant::now(), left: Vec::new() }
    }

    /// Looks how much lies in the folder.
    pub fn measure(&mut self) {
        self.measured = Instant::now();
        if let Ok(found) = self.files.list() {
            let total = found.iter().map(|(_, size)| size).sum();
            self.shared.counters.on_disk.store(total, Ordering::Relaxed);
        }
    }

    /// Until the log is closed and all is written.
    pub fn run(&mut self) {
        loop {
            let (entries, closing) = self.take();
            if !entries.is_empty() {
                self.group(entries);
            }
            if self.measured.elapsed() >= MEASURE_EVERY {
                self.close_left();
                self.measure();
            }
            if closing {
                return;
            }
        }
    }

    /// What waits; waits itself until something does, or a segment is old enough, or it is time to measure.
    fn take(&mut self) -> (Vec<Entry>, bool) {
        let age = self.shared.options.segment_age;
        let old = |open: &Option<Open<F::File>>| open.as_ref().is_some_and(|o| o.began.elapsed() >= age);
        let mut state = self.shared.lock();
        while state.waiting.is_empty() && !state.closing && !old(&self.open) && self.measured.elapsed() < MEASURE_EVERY {
            let until_old = self.open.as_ref().map_or(MEASURE_EVERY, |o| age.saturating_sub(o.began.elapsed()));
            let until = until_old.min(MEASURE_EVERY.saturating_sub(self.measured.elapsed())).max(Duration::from_millis(1));
            state = match self.shared.wake.wait_timeout(state, until) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        if old(&self.open) || state.closing {
            state.next_segment();
        }
        state.waiting_bytes = 0;
        (std::mem::take(&mut state.waiting), state.closing)
    }

    fn group(&mut self, entries: Vec<Entry>) {
        let began = Instant::now();
        let mut waiting: Vec<Told> = Vec::new();
        let mut entries = entries.into_iter();
        let outcome = entries.by_ref().try_for_each(|entry| match entry {
            Entry::Records(records, told) => {
                waiting.push(told);
                self.write(&records)
            }
            Entry::Next => self.close_segment(),
        });
        let outcome = outcome.and_then(|()| self.sync());
        let counters = &self.shared.counters;
        let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        counters.busy_us.fetch_add(took, Ordering::Relaxed);
        counters.longest_us.fetch_max(took, Ordering::Relaxed);
        match outcome {
            Ok(()) => {
                counters.batches.fetch_add(waiting.len() as u64, Ordering::Relaxed);
                for told in waiting {
                    told(Ok(()));
                }
            }
            Err(error) => {
                let rest = entries.filter_map(|e| if let Entry::Records(_, told) = e { Some(told) } else { None });
                waiting.extend(rest);
                self.give_up(waiting, &error);
            }
        }
    }

    fn write(&mut self, records: &[Vec<u8>]) -> io::Result<()> {
        if self.open.is_none() {
            self.begin()?;
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        for record in records {
            open.file.write(record)?;
            open.written += record.len() as u64;
            self.shared.counters.on_disk.fetch_add(record.len() as u64, Ordering::Relaxed);
        }
        Ok(())
    }

    fn begin(&mut self) -> io::Result<()> {
        let number = self.next;
        self.next += 1;
        let mut file = self.files.create(&name(number, "open"))?;
        let identity = Identity { ingester: self.ingester, number };
        let written = file.write(&header(identity, (self.clock)())).and_then(|()| self.files.sync());
        // Kept before the error is looked at, so that it is cleared away like any other.
        self.open = Some(Open { file, number, began: Instant::now(), written: HEADER as u64, synced: 0 });
        written?;
        self.shared.counters.segments.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            if open.written > open.synced {
                open.file.sync()?;
                self.shared.counters.groups.fetch_add(1, Ordering::Relaxed);
                self.shared.counters.bytes.fetch_add(open.written - open.synced, Ordering::Relaxed);
                open.synced = open.written;
            }
        }
        Ok(())
    }

    fn close_segment(&mut self) -> io::Result<()> {
        self.sync()?;
        if let Some(open) = self.open.take() {
            // Durable under either name: a start closes those that are open.
            if self.files.rename(&name(open.number, "open"), &name(open.number, "log")).is_err() {
                self.left.push((open.number, open.synced));
            }
        }
        Ok(())
    }

    /// After an error nothing is known of what was not synced: the segment ends where it was, and what waits is sent back.
    fn give_up(&mut self, mut waiting: Vec<Told>, error: &io::Error) {
        if let Some(open) = self.open.take() {
            self.left.push((open.number, open.synced));
        }
        self.close_left();
        let mut state = self.shared.lock();
        waiting.extend(state.waiting.drain(..).filter_map(|e| if let Entry::Records(_, told) = e { Some(told) } else { None }));
        state.waiting_bytes = 0;
        state.defined.clear();
        state.segment_bytes = HEADER as u64;
        drop(state);
        self.measure();
        self.shared.counters.failed.fetch_add(waiting.len() as u64, Ordering::Relaxed);
        let said = if error.kind() == io::ErrorKind::StorageFull { NotKept::Full } else { NotKept::Disk(error.to_string()) };
        for told in waiting {
            told(Err(said.clone()));
        }
    }

    fn close_left(&mut self) {
        let files = &self.files;
        self.left.retain(|(number, synced)| {
            let open = name(*number, "open");
            let done = if *synced <= HEADER as u64 {
                files.remove(&open)
            } else {
                files.cut(&open, *synced).and_then(|()| files.rename(&open, &name(*number, "log")))
            };
            done.is_err_and(|error| error.kind() != io::ErrorKind::NotFound)
        });
    }
}

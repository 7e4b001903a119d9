//! Takes bodies: decodes them on threads of its own, appends them to the log, and says what became of them once that is durable.

mod body;
#[cfg(test)]
mod receive_tests;
mod work;

pub use body::{Form, Unreadable};

use crate::intake::{Allowance, Cache, Figures};
use crate::log::{Counters, Log, NotKept, Recovered, files::Folder};
use crate::sink::Report;
use crate::{intake, log};
use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

/// How a receiver works.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Of the log.
    pub log: log::Options,
    /// Of the series.
    pub intake: intake::Options,
    /// Threads that decode, at least 1.
    pub threads: usize,
    /// Bytes that a body may have when it is expanded.
    pub largest: usize,
}

/// A body and what is to be made of it.
pub struct Job {
    /// Whose it is.
    pub organization: [u8; 16],
    /// What they may send.
    pub allowance: Allowance,
    /// The protocol.
    pub form: Form,
    /// `Content-Encoding`, empty for none.
    pub encoding: Box<str>,
    /// As it came.
    pub body: Box<dyn AsRef<[u8]> + Send>,
    /// Told once.
    pub done: Box<dyn FnOnce(Outcome) + Send>,
}

/// What became of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What was taken is durable.
    Kept(Report),
    /// Nothing was taken: it is not what it says that it is.
    Unreadable(Unreadable),
    /// Nothing was taken: the organisation sent more than it may, and may again after so many seconds.
    Wait(u64),
    /// Not kept, through no fault of the sender.
    Lost(NotKept),
}

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Tally {
    /// Values taken.
    pub values: AtomicU64,
    /// Rows refused, wholly or in part.
    pub rejected: AtomicU64,
    /// Bodies.
    pub bodies: AtomicU64,
    /// Bodies that could not be read.
    pub unreadable: AtomicU64,
    /// Threads that panicked over a body.
    pub panics: AtomicU64,
}

struct Queue {
    jobs: Mutex<(VecDeque<Job>, bool)>,
    wake: Condvar,
}

/// Running threads and an open log. One a folder.
pub struct Receiver {
    log: Arc<Log>,
    cache: Arc<Cache>,
    queue: Arc<Queue>,
    tally: Arc<Tally>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Released when the process ends or the receiver is dropped.
    _lock: std::fs::File,
}

/// µs since the Unix epoch.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|d| i64::try_from(d.as_micros()).ok()).unwrap_or(0)
}

impl Receiver {
    /// Opens the log in a folder of its own and begins. An error of kind `WouldBlock` when another process has the folder.
    pub fn open(folder: &Path, options: Options) -> io::Result<(Self, Vec<Recovered>)> {
        let folder = Folder::open(folder)?;
        let lock = folder.lock()?.ok_or_else(|| io::Error::new(io::ErrorKind::WouldBlock, "another process has this log"))?;
        let mut ingester = [0; 16];
        ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut ingester).map_err(|_| io::Error::other("no randomness"))?;
        let (log, recovered) = Log::open(folder, ingester, options.log, now)?;
        let (log, cache) = (Arc::new(log), Arc::new(Cache::new(options.intake)));
        let queue = Arc::new(Queue { jobs: Mutex::default(), wake: Condvar::new() });
        let tally = Arc::<Tally>::default();
        let mut threads = Vec::new();
        for number in 0..options.threads.max(1) {
            let work = work::Work {
                log: Arc::clone(&log),
                cache: Arc::clone(&cache),
                tally: Arc::clone(&tally),
                largest: options.largest,
                room: Vec::new(),
                sweeps: number == 0,
                swept: now(),
            };
            let queue = Arc::clone(&queue);
            threads.push(std::thread::Builder::new().name("hcc-decode".into()).spawn(move || work.run(&queue))?);
        }
        Ok((Receiver { log, cache, queue, tally, threads: Mutex::new(threads), _lock: lock }, recovered))
    }

    /// Takes a body on. The caller bounds how much is on its way.
    pub fn submit(&self, job: Job) {
        let mut jobs = self.queue.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.1 {
            drop(jobs);
            return (job.done)(Outcome::Lost(NotKept::Closed));
        }
        jobs.0.push_back(job);
        drop(jobs);
        self.queue.wake.notify_one();
    }

    /// Whether the log has room at this moment.
    pub fn has_room(&self) -> bool {
        self.log.has_room()
    }

    /// Finishes what was taken on, writes it and ends all threads.
    pub fn close(&self) {
        self.queue.jobs.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.queue.wake.notify_all();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // Its panic was said already, on standard error.
            let _ = thread.join();
        }
        self.log.close();
    }

    /// What happened so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What the log did so far.
    pub fn counters(&self) -> &Counters {
        self.log.counters()
    }

    /// How many series are known.
    pub fn figures(&self) -> Figures {
        self.cache.figures()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.close();
    }
}

impl Tally {
    fn count(&self, report: &Report) {
        self.values.fetch_add(report.accepted, Ordering::Relaxed);
        self.rejected.fetch_add(report.rejected, Ordering::Relaxed);
    }
}

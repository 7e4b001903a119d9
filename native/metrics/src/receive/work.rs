//! A thread that decodes.

use super::body::{Unreadable, plain};
use super::{Job, Outcome, Queue, Tally, now};
use crate::intake::{Cache, Request};
use crate::log::{Log, Told};
use crate::sink::Report;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How often idle series are looked for, µs.
const SWEEP_EVERY: i64 = 60_000_000;
/// Room that is kept from one body to the next, in bytes.
const ROOM: usize = 8 << 20;

pub(super) struct Work {
    pub log: Arc<Log>,
    pub cache: Arc<Cache>,
    pub tally: Arc<Tally>,
    pub largest: usize,
    /// What an expanded body lies in.
    pub room: Vec<u8>,
    /// Whether this is the thread that looks for idle series.
    pub sweeps: bool,
    pub swept: i64,
}

impl Work {
    /// Until the queue is closed and empty.
    pub fn run(mut self, queue: &Queue) {
        while let Some(job) = next(queue) {
            if let Some(job) = job {
                self.work(job);
            }
            self.sweep();
        }
    }

    fn work(&mut self, job: Job) {
        self.tally.bodies.fetch_add(1, Ordering::Relaxed);
        let Job { organization, allowance, form, encoding, body, done } = job;
        let begun = now();
        let read = catch_unwind(AssertUnwindSafe(|| {
            let mut request = self.cache.request(organization, allowance, begun).map_err(Outcome::Wait)?;
            let bytes: &[u8] = (*body).as_ref();
            let read = plain(bytes, &encoding, self.largest, &mut self.room).and_then(|plain| form.read(plain, begun, &mut request));
            read.map(|report| (report, request)).map_err(Outcome::Unreadable)
        }));
        match read {
            Ok(Ok((report, request))) => {
                drop(body);
                self.room.shrink_to(ROOM);
                self.keep(report, request, done);
            }
            Ok(Err(outcome)) => {
                self.tally.unreadable.fetch_add(u64::from(matches!(outcome, Outcome::Unreadable(_))), Ordering::Relaxed);
                done(outcome);
            }
            Err(_) => {
                // The message went to standard error. One body must not end the process.
                self.tally.panics.fetch_add(1, Ordering::Relaxed);
                done(Outcome::Unreadable(Unreadable::Malformed("it cannot be decoded".into())));
            }
        }
    }

    fn keep(&self, report: Report, request: Request<'_>, done: Box<dyn FnOnce(Outcome) + Send>) {
        let Some(batch) = request.finish() else { return done(Outcome::Kept(report)) };
        let (tally, cache) = (Arc::clone(&self.tally), Arc::clone(&self.cache));
        // Shared, since the log drops what it is to call when it refuses at once.
        let waiting = Arc::new(std::sync::Mutex::new(Some((report, done))));
        let later = Arc::clone(&waiting);
        let told: Told = Box::new(move |kept| {
            let taken = later.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some((report, done)) = taken else { return };
            match kept {
                Ok(()) => {
                    tally.count(&report);
                    done(Outcome::Kept(report));
                }
                Err(why) => {
                    cache.not_kept();
                    done(Outcome::Lost(why));
                }
            }
        });
        if let Err(why) = self.log.append(batch, &*self.cache, told) {
            self.cache.not_kept();
            let taken = waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some((_, done)) = taken {
                done(Outcome::Lost(why));
            }
        }
    }

    fn sweep(&mut self) {
        let now = now();
        if self.sweeps && now.saturating_sub(self.swept) > SWEEP_EVERY {
            self.swept = now;
            let (series, shapes) = self.cache.sweep(now);
            self.log.forget(&series, &shapes);
        }
    }
}

/// The next job; none of them for a while; or the end.
#[allow(clippy::option_option)] // the three are what there is
fn next(queue: &Queue) -> Option<Option<Job>> {
    let jobs = queue.jobs.lock().unwrap_or_else(PoisonError::into_inner);
    let wait = |jobs: &mut (std::collections::VecDeque<Job>, bool)| jobs.0.is_empty() && !jobs.1;
    let waited = queue.wake.wait_timeout_while(jobs, Duration::from_secs(10), wait);
    let mut jobs = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(jobs, _)| jobs);
    match jobs.0.pop_front() {
        Some(job) => Some(Some(job)),
        None if jobs.1 => None,
        None => Some(None),
    }
}

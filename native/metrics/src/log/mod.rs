//! The log on disk: what a sender is told to be kept is in a segment, and synced.
//!
//! Requests append to a list in memory; one thread writes what is there and syncs it in one go, and then says so. While a sync
//! runs the next group gathers, so nobody waits for a timer. A segment is closed by size or by age and has then another name,
//! under which the writer finds it, writes it to the database and removes it.

mod commit;
pub(crate) mod definitions;
pub mod files;
pub mod format;
#[cfg(test)]
mod format_tests;
#[cfg(test)]
mod log_tests;
#[cfg(test)]
mod power;
#[cfg(test)]
mod power_tests;
pub mod recovery;
mod set;

use commit::Commit;
use definitions::Defined;
pub use definitions::Dictionary;
use files::Files;
use format::HEADER;
pub use recovery::Recovered;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How large and how old things become.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// A segment of so many bytes is closed.
    pub segment_bytes: u64,
    /// A segment with rows is closed at this age.
    pub segment_age: Duration,
    /// Bytes of all files in the folder; beyond them nothing is taken.
    pub total_bytes: u64,
    /// Bytes that wait for the disk; beyond them nothing is taken.
    pub waiting_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { segment_bytes: 48 << 20, segment_age: Duration::from_secs(1), total_bytes: 8 << 30, waiting_bytes: 64 << 20 }
    }
}

/// Why something is not kept. Each is for the server to bear, and may be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// The log has the size that it may have.
    Full,
    /// The disk is slower than what comes.
    Busy,
    /// The disk refused; what it said.
    Disk(String),
    /// The log is being closed.
    Closed,
}

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotKept::Full => f.write_str("the log on disk is full"),
            NotKept::Busy => f.write_str("the disk is busy"),
            NotKept::Disk(said) => write!(f, "the disk refused: {said}"),
            NotKept::Closed => f.write_str("the server is stopping"),
        }
    }
}

/// Told once when a batch is durable, or will not be.
pub type Told = Box<dyn FnOnce(Result<(), NotKept>) + Send>;

/// What one request adds.
#[derive(Debug, Default)]
pub struct Batch {
    /// Whose it is.
    pub organization: [u8; 16],
    /// Shapes that its rows name; may come more than once.
    pub shapes: Vec<u32>,
    /// Series that its loose rows name.
    pub series: Vec<u32>,
    /// Whole records ([`format::finish`]).
    pub records: Vec<Vec<u8>>,
}

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Counters {
    /// Syncs.
    pub groups: AtomicU64,
    /// Batches that became durable.
    pub batches: AtomicU64,
    /// Bytes that became durable.
    pub bytes: AtomicU64,
    /// Time that writing and syncing took, µs.
    pub busy_us: AtomicU64,
    /// The longest of them, µs.
    pub longest_us: AtomicU64,
    /// Batches that were not kept.
    pub failed: AtomicU64,
    /// Segments begun.
    pub segments: AtomicU64,
    /// Bytes of all files, as last looked at.
    pub on_disk: AtomicU64,
}

enum Entry {
    Records(Vec<Vec<u8>>, Told),
    /// What follows goes to a new segment.
    Next,
}

#[derive(Default)]
struct State {
    waiting: Vec<Entry>,
    waiting_bytes: u64,
    /// Bytes of the segment that the last waiting entry goes to.
    segment_bytes: u64,
    defined: Defined,
    closing: bool,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
    options: Options,
    counters: Counters,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next_segment(&mut self) {
        self.waiting.push(Entry::Next);
        self.defined.clear();
        self.segment_bytes = HEADER as u64;
    }
}

/// An open log. One a folder.
pub struct Log {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Log {
    /// Recovers what an earlier run left and begins; `ingester` is drawn at random for this run, `clock` gives µs since the Unix
    /// epoch.
    pub fn open<F: Files>(
        files: F,
        ingester: [u8; 16],
        options: Options,
        clock: impl Fn() -> i64 + Send + 'static,
    ) -> io::Result<(Self, Vec<Recovered>)> {
        let (next, recovered) = recovery::recover(&files)?;
        let shared = Arc::new(Shared { state: Mutex::default(), wake: Condvar::new(), options, counters: Counters::default() });
        shared.lock().segment_bytes = HEADER as u64;
        let mut commit = Commit::new(files, Arc::clone(&shared), ingester, next, Box::new(clock));
        commit.measure();
        let thread = std::thread::Builder::new().name("hcc-log".into()).spawn(move || commit.run())?;
        Ok((Log { shared, thread: Mutex::new(Some(thread)) }, recovered))
    }

    /// Hands a batch to the disk. `told` is called from the log's thread; not when an error comes back here.
    pub fn append(&self, batch: Batch, dictionary: &dyn Dictionary, told: Told) -> Result<(), NotKept> {
        let size: u64 = batch.records.iter().map(|r| r.len() as u64).sum();
        let shared = &*self.shared;
        let mut state = shared.lock();
        if state.closing {
            return Err(NotKept::Closed);
        }
        if shared.counters.on_disk.load(Ordering::Relaxed) + state.waiting_bytes + size > shared.options.total_bytes {
            return Err(NotKept::Full);
        }
        // The largest request of all must not wait for ever.
        if state.waiting_bytes > 0 && state.waiting_bytes + size > shared.options.waiting_bytes {
            return Err(NotKept::Busy);
        }
        if state.segment_bytes > HEADER as u64 && state.segment_bytes + size > shared.options.segment_bytes {
            state.next_segment();
        }
        let mut records = state.defined.missing(&batch, dictionary);
        records.extend(batch.records);
        let bytes: u64 = records.iter().map(|r| r.len() as u64).sum();
        state.waiting_bytes += bytes;
        state.segment_bytes += bytes;
        state.waiting.push(Entry::Records(records, told));
        drop(state);
        shared.wake.notify_one();
        Ok(())
    }

    /// Series and shapes whose numbers are free to be given again.
    pub fn forget(&self, series: &[u32], shapes: &[u32]) {
        self.shared.lock().defined.forget(series, shapes);
    }

    /// Whether there is room at this moment for more than a little.
    pub fn has_room(&self) -> bool {
        let waiting = self.shared.lock().waiting_bytes;
        let most = self.shared.options.total_bytes;
        self.shared.counters.on_disk.load(Ordering::Relaxed) + waiting < most - most / 64
    }

    /// What happened so far.
    pub fn counters(&self) -> &Counters {
        &self.shared.counters
    }

    /// Writes what waits, closes the segment and ends the thread. Later batches are refused.
    pub fn close(&self) {
        self.shared.lock().closing = true;
        self.shared.wake.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // Its panic was said already, on standard error.
            let _ = thread.join();
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.close();
    }
}

//! The access log: JSON lines, batched by each thread, written by a thread of its own.

use crate::metrics::Metrics;
use crate::time::rfc3339;
use hcc_http::bytes::put_u64;
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Batches that wait for the writer; more are dropped and counted.
const QUEUE: usize = 256;
/// Bytes after which a batch goes to the writer.
const BATCH: usize = 16_384;

/// One request as logged.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Unix milliseconds of the start.
    pub at_ms: u64,
    /// Microseconds it took.
    pub micros: u64,
    /// Request id.
    pub id: &'a [u8],
    /// Client's address.
    pub client: IpAddr,
    /// Method.
    pub method: &'a [u8],
    /// Host asked for.
    pub host: &'a str,
    /// Path as received; the query may hold secrets and is left out.
    pub path: &'a [u8],
    /// Status answered.
    pub status: u16,
    /// Bytes of content sent to the client.
    pub bytes_out: u64,
    /// Bytes of content taken from the client.
    pub bytes_in: u64,
    /// Site and route, when one matched.
    pub route: Option<(&'a str, &'a str)>,
    /// Target that answered.
    pub upstream: Option<&'a str>,
    /// Token's subject.
    pub subject: Option<&'a str>,
    /// Why the request ended early.
    pub reason: Option<&'a str>,
    /// The ban, list or rule behind the reason: what it is called and why it is there.
    pub detail: Option<&'a str>,
    /// The client's country, which is looked up only for requests that somebody watches.
    pub country: Option<[u8; 2]>,
}

enum Message {
    /// Whole lines, and how many.
    Lines(Vec<u8>, u64),
    /// Says so when all before it is written.
    Mark(SyncSender<()>),
    /// The file was opened anew.
    Reopened,
}

/// The log of one gateway: the way to its writer, and what is sampled.
pub struct Journal {
    path: Option<String>,
    sender: Option<SyncSender<Message>>,
    /// A file that takes the place of the one being written.
    fresh: Arc<Mutex<Option<File>>>,
    /// Answers below 400 are logged when a random number of 32 bits is below this.
    threshold: AtomicU64,
    metrics: Arc<Metrics>,
}

const ALL: u64 = 1 << 32;

impl Journal {
    /// Starts the writer: a path opened for appending, `-` for standard output, or nothing to log nothing.
    pub fn start(path: Option<&str>, metrics: Arc<Metrics>) -> io::Result<Self> {
        let mut journal =
            Self { path: path.map(str::to_owned), sender: None, fresh: Arc::default(), threshold: AtomicU64::new(ALL), metrics };
        let Some(path) = path else { return Ok(journal) };
        let out: Box<dyn Write + Send> = if path == "-" { Box::new(io::stdout()) } else { Box::new(open(path)?) };
        let (sender, receiver) = sync_channel(QUEUE);
        let (fresh, metrics) = (Arc::clone(&journal.fresh), Arc::clone(&journal.metrics));
        thread::Builder::new().name("access-log".to_owned()).spawn(move || write_all(&receiver, out, &fresh, &metrics))?;
        journal.sender = Some(sender);
        Ok(journal)
    }

    /// Opens the path anew, so that a file that was renamed is let go; lines go to the old file until then, and none is lost.
    ///
    /// An error means that the path cannot be opened; the old file is written on. Standard output stays as it is.
    pub fn reopen(&self) -> io::Result<()> {
        let (Some(path), Some(sender)) = (self.path.as_deref().filter(|p| *p != "-"), &self.sender) else { return Ok(()) };
        let file = open(path)?;
        *self.fresh.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
        // With a full queue the writer is awake anyway, and looks before each batch.
        let _ = sender.try_send(Message::Reopened);
        Ok(())
    }

    /// The share of answers below 400 that is logged, 0 to 1.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // between 0 and 2^32
    pub fn sample(&self, share: f64) {
        self.threshold.store((share.clamp(0.0, 1.0) * ALL as f64) as u64, Ordering::Relaxed);
    }

    /// Hands whole lines over; what finds no room is counted.
    pub fn put(&self, bytes: Vec<u8>, lines: u64) {
        let Some(sender) = &self.sender else { return };
        if sender.try_send(Message::Lines(bytes, lines)).is_err() {
            self.metrics.log_dropped.fetch_add(lines, Ordering::Relaxed);
        }
    }

    /// Waits until what was handed over is written, but not for longer than `patience`.
    pub fn settle(&self, patience: Duration) {
        let Some(sender) = &self.sender else { return };
        let (done, written) = sync_channel(1);
        if sender.try_send(Message::Mark(done)).is_ok() {
            let _ = written.recv_timeout(patience);
        }
    }
}

fn open(path: &str) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

fn write_all(receiver: &Receiver<Message>, mut out: Box<dyn Write + Send>, fresh: &Mutex<Option<File>>, metrics: &Metrics) {
    while let Ok(message) = receiver.recv() {
        if let Some(file) = fresh.lock().unwrap_or_else(PoisonError::into_inner).take() {
            out = Box::new(file);
        }
        match message {
            // A full disk must not end the log for good: the next batch is tried again.
            Message::Lines(batch, lines) => {
                if out.write_all(&batch).and_then(|()| out.flush()).is_err() {
                    metrics.log_dropped.fetch_add(lines, Ordering::Relaxed);
                }
            }
            Message::Mark(done) => _ = done.send(()),
            Message::Reopened => {}
        }
    }
}

struct Batch {
    bytes: Vec<u8>,
    lines: u64,
    stamp_ms: u64,
    stamp: String,
    /// For sampling; never 0.
    random: u64,
}

impl Batch {
    /// A number of 32 bits by xorshift: chance enough to choose lines by, and nothing a client can steer.
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random >> 32
    }
}

/// One thread's batch.
pub struct Log {
    journal: Arc<Journal>,
    batch: Mutex<Batch>,
}

impl Log {
    /// A batch for one thread.
    pub fn new(journal: Arc<Journal>) -> Self {
        let random = RandomState::new().hash_one(0) | 1;
        let batch = Batch { bytes: Vec::new(), lines: 0, stamp_ms: 0, stamp: String::new(), random };
        Self { journal, batch: Mutex::new(batch) }
    }

    /// Adds a line; of answers below 400 as many as are sampled.
    pub fn add(&self, record: &Record<'_>) {
        if self.journal.sender.is_none() {
            return;
        }
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = &mut *batch;
        let threshold = self.journal.threshold.load(Ordering::Relaxed);
        if record.status < 400 && threshold < ALL && batch.random() >= threshold {
            return;
        }
        if batch.stamp_ms != record.at_ms {
            batch.stamp_ms = record.at_ms;
            batch.stamp = rfc3339(record.at_ms);
        }
        put(&mut batch.bytes, &batch.stamp, record);
        batch.bytes.push(b'\n');
        batch.lines += 1;
        if batch.bytes.len() >= BATCH {
            self.send(batch);
        }
    }

    /// Hands over what was added.
    pub fn flush(&self) {
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        self.send(&mut batch);
    }

    fn send(&self, batch: &mut Batch) {
        if batch.bytes.is_empty() {
            return;
        }
        let full = std::mem::replace(&mut batch.bytes, Vec::with_capacity(BATCH + 1024));
        self.journal.put(full, std::mem::take(&mut batch.lines));
    }
}

/// Adds a record as a JSON object; `stamp` is its time.
pub fn put(out: &mut Vec<u8>, stamp: &str, r: &Record<'_>) {
    out.extend_from_slice(b"{\"time\":\"");
    out.extend_from_slice(stamp.as_bytes());
    out.extend_from_slice(b"\",\"client\":\"");
    match r.client {
        IpAddr::V4(v4) => {
            for (i, part) in v4.octets().into_iter().enumerate() {
                if i > 0 {
                    out.push(b'.');
                }
                put_u64(out, u64::from(part));
            }
        }
        IpAddr::V6(v6) => {
            let _ = write!(out, "{v6}");
        }
    }
    let numbers: [(&[u8], u64); 4] =
        [(b"\",\"status\":", u64::from(r.status)), (b",\"us\":", r.micros), (b",\"in\":", r.bytes_in), (b",\"out\":", r.bytes_out)];
    for (name, value) in numbers {
        out.extend_from_slice(name);
        put_u64(out, value);
    }
    let text = |out: &mut Vec<u8>, name: &str, value: &[u8]| {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":\"");
        escape(out, value);
        out.push(b'"');
    };
    text(out, "request_id", r.id);
    text(out, "method", r.method);
    text(out, "host", r.host.as_bytes());
    text(out, "path", r.path);
    if let Some((site, route)) = r.route {
        text(out, "site", site.as_bytes());
        text(out, "route", route.as_bytes());
    }
    for (name, value) in [("upstream", r.upstream), ("sub", r.subject), ("reason", r.reason), ("detail", r.detail)] {
        if let Some(value) = value {
            text(out, name, value.as_bytes());
        }
    }
    if let Some(country) = &r.country {
        text(out, "country", country);
    }
    out.push(b'}');
}

/// JSON string content; bytes outside ASCII become U+FFFD-free `\u00xx`.
#[allow(clippy::needless_bitwise_bool)] // a lazy operator would look at one byte at a time
fn escape(out: &mut Vec<u8>, value: &[u8]) {
    // Most values need none; without an early end many bytes are looked at at once.
    if value.iter().fold(true, |plain, b| plain & (*b >= 0x20) & (*b < 0x7f) & (*b != b'"') & (*b != b'\\')) {
        return out.extend_from_slice(value);
    }
    for b in value {
        match b {
            b'"' | b'\\' => out.extend([b'\\', *b]),
            0x20..=0x7e => out.push(*b),
            _ => {
                let _ = write!(out, "\\u{b:04x}");
            }
        }
    }
}

#[cfg(test)]
#[path = "access_log_tests.rs"]
mod tests;

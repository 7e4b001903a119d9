//! The access log: JSON lines, batched by each thread, written by a thread of its own.

use crate::metrics::Metrics;
use crate::time::rfc3339;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Batches that wait for the writer; more are dropped and counted.
const QUEUE: usize = 256;
/// Bytes after which a batch goes to the writer.
const BATCH: usize = 16_384;

/// One request as logged.
#[derive(Debug)]
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
}

/// Takes batches to the writer.
#[derive(Clone, Debug)]
pub struct Sender(SyncSender<(Vec<u8>, u64)>);

/// Starts the writer: a path opened for appending, or `-` for standard output.
pub fn start(path: &str) -> io::Result<Sender> {
    let out: Box<dyn Write + Send> =
        if path == "-" { Box::new(io::stdout()) } else { Box::new(OpenOptions::new().append(true).create(true).open(path)?) };
    let (sender, receiver) = sync_channel(QUEUE);
    thread::Builder::new().name("access-log".to_owned()).spawn(move || write_all(&receiver, out))?;
    Ok(Sender(sender))
}

fn write_all(receiver: &Receiver<(Vec<u8>, u64)>, mut out: Box<dyn Write + Send>) {
    while let Ok((batch, _)) = receiver.recv() {
        // A full disk must not end the log for good: the next batch is tried again.
        let _ = out.write_all(&batch).and_then(|()| out.flush());
    }
}

#[derive(Debug, Default)]
struct Batch {
    bytes: Vec<u8>,
    lines: u64,
    stamp_ms: u64,
    stamp: String,
}

/// One thread's batch.
#[derive(Debug)]
pub struct Log {
    sender: Option<Sender>,
    metrics: Arc<Metrics>,
    batch: Mutex<Batch>,
}

impl Log {
    /// A batch for one thread; without a sender nothing is logged.
    pub fn new(sender: Option<Sender>, metrics: Arc<Metrics>) -> Self {
        Self { sender, metrics, batch: Mutex::default() }
    }

    /// Adds a line.
    pub fn add(&self, record: &Record<'_>) {
        if self.sender.is_none() {
            return;
        }
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = &mut *batch;
        if batch.stamp_ms != record.at_ms {
            batch.stamp_ms = record.at_ms;
            batch.stamp = rfc3339(record.at_ms);
        }
        put(&mut batch.bytes, &batch.stamp, record);
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
        let Some(sender) = self.sender.as_ref().filter(|_| !batch.bytes.is_empty()) else { return };
        let full = (std::mem::replace(&mut batch.bytes, Vec::with_capacity(BATCH + 1024)), std::mem::take(&mut batch.lines));
        if let Err(TrySendError::Full((_, lines)) | TrySendError::Disconnected((_, lines))) = sender.0.try_send(full) {
            self.metrics.log_dropped.fetch_add(lines, Ordering::Relaxed);
        }
    }
}

fn put(out: &mut Vec<u8>, stamp: &str, r: &Record<'_>) {
    let _ = write!(
        out,
        "{{\"time\":\"{stamp}\",\"client\":\"{}\",\"status\":{},\"us\":{},\"in\":{},\"out\":{}",
        r.client, r.status, r.micros, r.bytes_in, r.bytes_out
    );
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
    for (name, value) in [("upstream", r.upstream), ("sub", r.subject), ("reason", r.reason)] {
        if let Some(value) = value {
            text(out, name, value.as_bytes());
        }
    }
    out.extend_from_slice(b"}\n");
}

/// JSON string content; bytes outside ASCII become U+FFFD-free `\u00xx`.
fn escape(out: &mut Vec<u8>, value: &[u8]) {
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

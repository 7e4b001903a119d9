//! Tasks that serve HTTP/2 streams one after the other, so that a stream costs neither a task nor memory of its own.

use crate::client::h2::{H2Client, framing, put_head};
use crate::exchange::{Exchange, Peer};
use crate::h2_session::Active;
use crate::session::Worker;
use bytes::Bytes;
use h2::RecvStream;
use h2::server::SendResponse;
use hcc_http::scan::MAX_LINE;
use hcc_http::{Framing, Reject};
use http::Request;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

/// Tasks of one thread that wait for a stream; above this they end.
const IDLE: usize = 256;

/// A stream to be served.
pub struct Job {
    /// Its request.
    pub request: Request<RecvStream>,
    /// Where the answer goes.
    pub respond: SendResponse<Bytes>,
    /// Where it comes from.
    pub peer: Arc<Peer>,
    /// Counts it as long as it is served.
    pub active: Active,
    /// Longest head taken, bytes.
    pub max_header_bytes: usize,
}

#[derive(Default)]
struct Tray {
    job: Option<Job>,
    waker: Option<Waker>,
}

/// Where one task finds its next job.
#[derive(Default)]
struct Desk {
    tray: Mutex<Tray>,
}

impl Desk {
    fn give(&self, job: Job) {
        let mut tray = self.tray.lock().unwrap_or_else(PoisonError::into_inner);
        tray.job = Some(job);
        let waker = tray.waker.take();
        drop(tray);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    async fn next(&self) -> Job {
        poll_fn(|cx| {
            let mut tray = self.tray.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(job) = tray.job.take() {
                return Poll::Ready(job);
            }
            tray.waker = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

/// The tasks of one thread.
#[derive(Default)]
pub struct Crew {
    idle: Mutex<Vec<Arc<Desk>>>,
}

impl Crew {
    /// Has a stream served, by a task that waits or by a new one.
    pub fn serve(&self, worker: &Arc<Worker>, job: Job) {
        let desk = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(desk) = desk {
            return desk.give(job);
        }
        let desk = Arc::new(Desk::default());
        desk.give(job);
        tokio::spawn(work(Arc::clone(worker), desk));
    }

    /// Whether the desk is kept for another job.
    fn keep(&self, desk: &Arc<Desk>) -> bool {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle.len() < IDLE;
        if kept {
            idle.push(Arc::clone(desk));
        }
        kept
    }
}

async fn work(worker: Arc<Worker>, desk: Arc<Desk>) {
    let job = desk.next().await;
    let mut ex = Exchange::new(Arc::clone(&job.peer));
    let mut text = Vec::with_capacity(512);
    let mut next = Some(job);
    loop {
        let job = match next.take() {
            Some(job) => job,
            None => desk.next().await,
        };
        ex.peer = job.peer;
        ex.timer.limit(None);
        exchange(&worker, &mut ex, &mut text, job.request, job.respond, job.max_header_bytes).await;
        drop(job.active);
        if !worker.crew.keep(&desk) {
            return;
        }
    }
}

async fn exchange(
    worker: &Arc<Worker>,
    ex: &mut Exchange,
    text: &mut Vec<u8>,
    request: Request<RecvStream>,
    respond: SendResponse<Bytes>,
    max_header_bytes: usize,
) {
    let parsed = put_head(text, &request).and_then(|()| {
        let line = text.iter().position(|b| *b == b'\n').unwrap_or(text.len());
        if line > MAX_LINE {
            return Err(Reject::with(414, "request line too long"));
        }
        if text.len() > max_header_bytes {
            return Err(Reject::with(431, "head too large"));
        }
        ex.head.parse(text)
    });
    let recv = request.into_body();
    match parsed {
        Ok(()) => {
            ex.head.framing = framing(&ex.head, &recv);
            let mut client = H2Client::new(recv, respond, ex.head.framing);
            ex.serve(&mut client, worker).await;
        }
        Err(reject) => {
            let mut client = H2Client::new(recv, respond, Framing::None);
            Box::pin(ex.refuse(&mut client, worker, reject)).await;
        }
    }
}

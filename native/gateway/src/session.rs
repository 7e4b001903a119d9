//! One client connection: heads in, answers out, until one of both has enough.

use crate::access_log::{Log, Record};
use crate::forward::{self, Sent};
use crate::pipeline::{self, Known};
use crate::render::Answer;
use crate::state::Shared;
use crate::time::unix_ms;
use hcc_http::request_id::{Random, is_sane, uuid7};
use hcc_http::scan::HeadScanner;
use hcc_http::{Name, Reject, RequestHead, ResponseHead, Version};
use hcc_proxy::{Conn, Pool, Timer};
use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Idle time after which a connection gives its buffers back.
const LET_GO_AFTER: Duration = Duration::from_secs(2);

/// What one thread's connections share.
pub struct Worker {
    /// What all threads share.
    pub shared: Arc<Shared>,
    /// Idle upstream connections.
    pub pool: Pool,
    /// Access log.
    pub log: Log,
    /// For request ids.
    pub random: Mutex<Random>,
}

/// A client connection and the memory reused from request to request.
pub struct Session {
    /// The connection.
    pub conn: Conn<TcpStream>,
    /// Deadlines.
    pub timer: Timer,
    /// The request being served.
    pub head: RequestHead,
    /// The upstream's answer to it.
    pub response: ResponseHead,
    /// For heads being written.
    pub scratch: Vec<u8>,
    /// The request's id.
    pub id: Vec<u8>,
    /// Address of the other end.
    pub peer: IpAddr,
    /// The same as text.
    pub peer_text: String,
}

enum Read {
    Head,
    Closed,
    Refused(Reject),
}

/// What becomes of a connection after a request.
enum After {
    Again,
    Close,
    Linger,
}

/// Serves a connection to its end; `idle` tells whether it may be cut when draining.
pub async fn serve(worker: Arc<Worker>, stream: TcpStream, peer: IpAddr, idle: Arc<AtomicBool>) {
    let peer = hcc_http::client::canonical(peer);
    let mut session = Session {
        conn: Conn::new(stream),
        timer: Timer::default(),
        head: RequestHead::default(),
        response: ResponseHead::default(),
        scratch: Vec::new(),
        id: Vec::new(),
        peer,
        peer_text: peer.to_string(),
    };
    let mut first = true;
    loop {
        session.timer.limit(None);
        match session.read_head(&worker, first, &idle).await {
            Read::Head => {}
            Read::Closed => return,
            Read::Refused(reject) => return session.refuse(&worker, reject).await,
        }
        first = false;
        match session.request(&worker).await {
            After::Again => {}
            After::Close => return,
            After::Linger => return session.linger().await,
        }
    }
}

impl Session {
    async fn read_head(&mut self, worker: &Worker, first: bool, idle: &AtomicBool) -> Read {
        let platform = Arc::clone(&worker.shared.config.load().platform);
        let defaults = &platform.defaults;
        let header_time = Duration::from_millis(defaults.header_timeout_ms);
        if self.conn.rbuf.is_empty() {
            if worker.shared.draining.load(Ordering::Relaxed) {
                return Read::Closed;
            }
            idle.store(true, Ordering::Relaxed);
            let wait = if first { header_time } else { Duration::from_millis(defaults.keep_alive_ms) };
            let came = self.await_bytes(wait).await;
            idle.store(false, Ordering::Relaxed);
            if !came {
                return Read::Closed;
            }
        }
        self.timer.within(header_time);
        let mut scanner = HeadScanner::default();
        loop {
            // One empty line before a request is let pass (RFC 9112 section 2.2).
            if self.conn.rbuf.bytes().starts_with(b"\r\n") && !first {
                self.conn.rbuf.consume(2);
            }
            match scanner.scan(self.conn.rbuf.bytes(), defaults.max_header_bytes) {
                Ok(Some(length)) => {
                    let parsed = self.head.parse(&self.conn.rbuf.bytes()[..length]);
                    self.conn.rbuf.consume(length);
                    return parsed.map_or_else(Read::Refused, |()| Read::Head);
                }
                Ok(None) => {}
                Err(reject) => return Read::Refused(reject),
            }
            let filled = poll_fn(|cx| match self.conn.poll_fill(cx, false) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending if self.timer.poll_late(cx) => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            });
            match filled.await {
                Some(Ok(n)) if n > 0 => {}
                Some(_) => return Read::Closed,
                None => return Read::Refused(Reject::with(408, "slow head")),
            }
        }
    }

    /// Waits for readable bytes; the buffers are given back when that takes long.
    async fn await_bytes(&mut self, wait: Duration) -> bool {
        for (time, last) in [(LET_GO_AFTER.min(wait), wait <= LET_GO_AFTER), (wait.saturating_sub(LET_GO_AFTER), true)] {
            self.timer.within(time);
            let filled = poll_fn(|cx| {
                if self.conn.rbuf.held() == 0 {
                    match self.conn.io.poll_read_ready(cx) {
                        Poll::Ready(Ok(())) => {}
                        Poll::Ready(Err(_)) => return Poll::Ready(Some(false)),
                        Poll::Pending if self.timer.poll_late(cx) => return Poll::Ready(None),
                        Poll::Pending => return Poll::Pending,
                    }
                }
                match self.conn.poll_fill(cx, false) {
                    Poll::Ready(done) => Poll::Ready(Some(done.is_ok_and(|n| n > 0))),
                    Poll::Pending if self.timer.poll_late(cx) => Poll::Ready(None),
                    Poll::Pending => Poll::Pending,
                }
            });
            match filled.await {
                Some(came) => return came,
                None if last => return false,
                None => {
                    self.conn.rbuf.shrink(0);
                    self.conn.wbuf.shrink(0);
                    self.scratch = Vec::new();
                }
            }
        }
        false
    }

    fn name(&mut self, worker: &Worker, known: bool) {
        self.id.clear();
        if let Some(id) = self.head.fields.first(Name::XRequestId).filter(|id| known && is_sane(id)) {
            self.id.extend_from_slice(id);
        } else {
            let random = worker.random.lock().unwrap_or_else(PoisonError::into_inner).next_u128();
            self.id.extend_from_slice(&uuid7(unix_ms(), random));
        }
    }

    /// Serves one request.
    async fn request(&mut self, worker: &Arc<Worker>) -> After {
        let begun = Instant::now();
        let at_ms = unix_ms();
        self.name(worker, true);
        let config = worker.shared.config.load_full();
        let mut known = Known::new(&config, self.peer);
        let mut sent = Sent::default();
        let outcome = {
            let serving = async {
                pipeline::decide(&worker.shared, &config, &self.head, known.client, &mut known)?;
                forward::forward(self, worker, &known, &mut sent).await
            };
            let mut serving = pin!(serving);
            poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| serving.as_mut().poll(cx))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(done)) => Poll::Ready(Some(done)),
                Err(_) => Poll::Ready(None),
            })
            .await
        };
        let outcome = outcome.unwrap_or_else(|| {
            worker.shared.metrics.panics.fetch_add(1, Ordering::Relaxed);
            Err(Answer::closing(500, "panic"))
        });
        let mut reason = None;
        let again = match outcome {
            Ok(()) => sent.keep,
            Err(answer) => {
                reason = Some(answer.reason);
                self.answer(&known, answer, &mut sent).await
            }
        };
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        worker.shared.metrics.answered(sent.status, micros);
        worker.log.add(&Record {
            at_ms,
            micros,
            id: &self.id,
            client: known.client,
            method: self.head.method(),
            host: self.head.host(),
            path: self.head.path(),
            status: sent.status,
            bytes_out: sent.bytes_out,
            bytes_in: sent.bytes_in,
            route: known.route.as_ref().map(|(site, i)| (site.id.as_str(), site.routes[*i].id.as_str())),
            upstream: sent.target.as_ref().map(|t| t.address.as_str()),
            subject: known.identity.as_ref().map(|i| i.claims.sub.as_str()),
            reason,
        });
        match (again, sent.unread) {
            (true, _) => After::Again,
            (false, true) => After::Linger,
            (false, false) => After::Close,
        }
    }

    /// Sends an answer of our own; when the upstream's has begun already, the connection is cut instead.
    async fn answer(&mut self, known: &Known, mut answer: Answer, sent: &mut Sent) -> bool {
        let write_time = Duration::from_millis(known.platform.defaults.idle_timeout_ms);
        if sent.begun {
            // What arrived whole goes out; the missing end stays missing.
            let _ = self.conn.flush(&mut self.timer, Duration::from_secs(1)).await;
            if sent.until_close {
                let _ = socket2::SockRef::from(&self.conn.io).set_linger(Some(Duration::ZERO));
            }
            return false;
        }
        sent.status = answer.status;
        if answer.status == 499 {
            return false;
        }
        // A body that was not read would be taken for the next request.
        answer.close |= self.head.framing != hcc_http::Framing::None || !self.head.keep_alive || self.head.version == Version::V10;
        self.scratch.clear();
        let accept = self.head.fields.first(Name::Accept).unwrap_or_default();
        known.render(&answer, accept, &self.id).put_h1(&mut self.scratch, answer.close, self.head.method() == b"HEAD");
        self.conn.wbuf.put(&self.scratch);
        let written = self.conn.flush(&mut self.timer, write_time).await.is_ok();
        sent.unread = written && answer.close;
        written && !answer.close
    }

    async fn refuse(&mut self, worker: &Arc<Worker>, reject: Reject) {
        worker.shared.metrics.malformed.fetch_add(1, Ordering::Relaxed);
        self.head = RequestHead::default();
        self.name(worker, false);
        let config = worker.shared.config.load_full();
        let known = Known::new(&config, self.peer);
        let mut sent = Sent::default();
        self.answer(&known, Answer::closing(reject.status, reject.reason), &mut sent).await;
        worker.shared.metrics.answered(reject.status, 0);
        worker.log.add(&Record {
            at_ms: unix_ms(),
            micros: 0,
            id: &self.id,
            client: known.client,
            method: b"",
            host: "",
            path: b"",
            status: reject.status,
            bytes_out: 0,
            bytes_in: 0,
            route: None,
            upstream: None,
            subject: None,
            reason: Some(reject.reason),
        });
        if sent.unread {
            self.linger().await;
        }
    }

    /// Closes our side and reads on for a moment, so that the client sees the answer rather than a reset.
    async fn linger(&mut self) {
        let _ = socket2::SockRef::from(&self.conn.io).shutdown(std::net::Shutdown::Write);
        self.timer.limit(None);
        self.timer.within(Duration::from_secs(2));
        poll_fn(|cx| {
            for _ in 0..64 {
                self.conn.rbuf.consume(usize::MAX);
                match self.conn.poll_fill(cx, true) {
                    Poll::Ready(Ok(n)) if n > 0 => {}
                    Poll::Ready(_) => return Poll::Ready(()),
                    Poll::Pending => return if self.timer.poll_late(cx) { Poll::Ready(()) } else { Poll::Pending },
                }
            }
            Poll::Ready(())
        })
        .await;
    }
}

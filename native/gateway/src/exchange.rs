//! One request and its answer, whatever the client speaks.

use crate::access_log::Record;
use crate::client::{AnswerHead, Client, Content};
use crate::forward::{self, Sent};
use crate::pipeline::{self, Known};
use crate::render::Answer;
use crate::security::report::report;
use crate::session::Worker;
use crate::stream::ClientStream;
use crate::time::{monotonic_ns, unix_ms_of};
use crate::traffic::Counts;
use hcc_http::request_id::{is_sane, uuid7};
use hcc_http::{Framing, Name, Reject, RequestHead, ResponseHead};
use hcc_proxy::{Side, Timer, clock};
use std::future::{Future, poll_fn};
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

/// A request being served, and memory that is reused from request to request.
pub struct Exchange {
    /// Deadlines.
    pub timer: Timer,
    /// The request's head.
    pub head: RequestHead,
    /// The upstream's answer to it.
    pub response: ResponseHead,
    /// For heads being written to the client.
    pub scratch: Vec<u8>,
    /// For heads being written to the upstream.
    pub upstream_scratch: Vec<u8>,
    /// For the path asked for upstream.
    pub target: Vec<u8>,
    /// The request's id.
    pub id: Vec<u8>,
    /// Where the request comes from.
    pub peer: Arc<Peer>,
}

/// What is known of a connection.
#[derive(Debug)]
pub struct Peer {
    /// Address of the other end, or the one that the PROXY protocol tells.
    pub address: IpAddr,
    /// The same as text.
    pub text: String,
    /// Its port.
    pub port: u16,
    /// Where it connected to.
    pub server: Option<SocketAddr>,
    /// Whether it came over TLS.
    pub secure: bool,
}

impl Peer {
    /// The peer of a connection that comes from `from`; `address` and `port` are told by the PROXY protocol where that is spoken.
    pub fn new(from: SocketAddr, stream: &ClientStream) -> Self {
        let address = hcc_http::client::canonical(from.ip());
        let server = stream.tcp().local_addr().ok().map(|at| SocketAddr::new(hcc_http::client::canonical(at.ip()), at.port()));
        Self { address, text: address.to_string(), port: from.port(), server, secure: stream.is_secure() }
    }
}

/// What becomes of a connection after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It may serve another.
    Again,
    /// It closes.
    Close,
    /// It closes when the client has had a moment to read the answer, as not all of its request was taken.
    Linger,
}

impl Exchange {
    /// Nothing yet.
    pub fn new(peer: Arc<Peer>) -> Self {
        Self {
            timer: Timer::default(),
            head: RequestHead::default(),
            response: ResponseHead::default(),
            scratch: Vec::new(),
            upstream_scratch: Vec::new(),
            target: Vec::new(),
            id: Vec::new(),
            peer,
        }
    }

    fn name(&mut self, worker: &Worker, known: bool, at_ms: u64) {
        self.id.clear();
        if let Some(id) = self.head.fields.first(Name::XRequestId).filter(|id| known && is_sane(id)) {
            self.id.extend_from_slice(id);
        } else {
            let random = worker.random.lock().unwrap_or_else(PoisonError::into_inner).next_u128();
            self.id.extend_from_slice(&uuid7(at_ms, random));
        }
    }

    /// Serves the request whose head was read.
    pub async fn serve<C: Client>(&mut self, client: &mut C, worker: &Arc<Worker>) -> After {
        let begun = clock::tick().into_std();
        let at_ms = unix_ms_of(begun);
        self.name(worker, true, at_ms);
        let config = worker.shared.config.load_full();
        let mut known = Known::new(&config, self.peer.address);
        known.secure = self.peer.secure;
        let mut sent = Sent::default();
        let outcome = {
            let serving = async {
                pipeline::decide(&worker.shared, &config, &self.head, known.client, &mut known)?;
                if let Some(answer) = known.own.take() {
                    return forward::answer(self, client, worker, &known, &mut sent, answer).await;
                }
                forward::forward(self, client, worker, &known, &mut sent).await
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
                self.answer(client, &known, answer, &mut sent).await
            }
        };
        self.record(worker, &known, &sent, reason, at_ms, begun);
        match (again, sent.unread) {
            (true, _) => After::Again,
            (false, true) => After::Linger,
            (false, false) => After::Close,
        }
    }

    /// Answers a request whose head could not be taken; the connection closes.
    pub async fn refuse<C: Client>(&mut self, client: &mut C, worker: &Arc<Worker>, reject: Reject) -> After {
        worker.shared.metrics.malformed.fetch_add(1, Ordering::Relaxed);
        let begun = clock::tick().into_std();
        let at_ms = unix_ms_of(begun);
        self.head = RequestHead::default();
        self.name(worker, false, at_ms);
        let config = worker.shared.config.load_full();
        let known = Known::new(&config, self.peer.address);
        let mut sent = Sent::default();
        self.answer(client, &known, Answer::closing(reject.status, reject.reason), &mut sent).await;
        self.record(worker, &known, &sent, Some(reject.reason), at_ms, begun);
        if sent.unread { After::Linger } else { After::Close }
    }

    /// Sends an answer of our own; when the upstream's has begun already, it is cut instead.
    async fn answer<C: Client>(&mut self, client: &mut C, known: &Known, mut answer: Answer, sent: &mut Sent) -> bool {
        let write_time = Duration::from_millis(known.platform.defaults.idle_timeout_ms);
        if sent.begun {
            // What arrived whole goes out; the missing end stays missing.
            let _ = flush(client, &mut self.timer, Duration::from_secs(1)).await;
            client.cut(sent.until_close);
            return false;
        }
        sent.status = answer.status;
        if answer.status == 499 {
            return false;
        }
        // A body that was not read would be taken for the next request.
        answer.close |= !self.head.keep_alive || !(self.head.framing == Framing::None || client.is_input_done());
        let accept = self.head.fields.first(Name::Accept).unwrap_or_default();
        let rendered = known.render(&answer, accept, &self.id);
        let body: &[u8] = if self.head.method() == b"HEAD" { &[] } else { &rendered.body };
        let head = AnswerHead {
            status: answer.status,
            reason: rendered.reason_phrase.as_bytes(),
            lines: &rendered.lines,
            content: Content::Stated(body.len() as u64),
            keep: !answer.close,
        };
        let mut written = client.put_head(&self.head, &head).is_ok();
        if written && !body.is_empty() {
            client.put(body);
            client.end(&[]);
        }
        written = written && flush(client, &mut self.timer, write_time).await;
        sent.unread = written && answer.close;
        sent.bytes_out = body.len() as u64;
        written && !answer.close
    }

    fn record(&self, worker: &Worker, known: &Known, sent: &Sent, reason: Option<&str>, at_ms: u64, begun: Instant) {
        let detail = report(self, worker, known, sent, reason, at_ms);
        let micros = u64::try_from((clock::tick().into_std() - begun).as_micros()).unwrap_or(u64::MAX);
        worker.shared.metrics.answered(sent.status, micros);
        if let Some(traffic) = known.traffic() {
            traffic.answered(Counts { status: sent.status, micros, bytes_in: sent.bytes_in, bytes_out: sent.bytes_out });
        }
        let record = Record {
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
            upstream: sent.target.as_ref().map(|t| t.address()),
            subject: known.identity.as_ref().map(|i| i.claims.sub.as_str()),
            reason,
            detail: detail.as_deref(),
            country: None,
        };
        worker.log.add(&record);
        if worker.shared.watched.is_any() {
            if let Some(site) = &known.site {
                worker.shared.watched.add(&site.id, &record, &worker.shared.geo, monotonic_ns());
            }
        }
    }
}

/// Writes everything queued within a time; whether that worked.
pub async fn flush<S: Side>(side: &mut S, timer: &mut Timer, within: Duration) -> bool {
    timer.within(within);
    poll_fn(|cx| match side.poll_flush(cx) {
        Poll::Ready(done) => Poll::Ready(done.is_ok()),
        Poll::Pending if timer.poll_late(cx) => Poll::Ready(false),
        Poll::Pending => Poll::Pending,
    })
    .await
}

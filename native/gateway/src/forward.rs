//! To the upstream and back.

use crate::client::Client;
use crate::exchange::{Exchange, flush};
use crate::origin::{H1Origin, Origin};
use crate::pipeline::Known;
use crate::relay;
use crate::render::Answer;
use crate::session::Worker;
use crate::time::monotonic_ns;
use crate::tunnel;
use crate::upload::{Held, NotHeld, Upload, clients_fault, hold};
use hcc_http::Framing;
use hcc_http::forwarded::Hop;
use hcc_proxy::{Checkout, Pool, ProxyError, Target, Upstream};
use hcc_waf::{Origin as From, Transaction, Verdict};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

/// What was sent to the client so far.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // independent facts, not states of one machine
pub struct Sent {
    /// Whether an upstream's answer has begun.
    pub begun: bool,
    /// Whether the client knows the body's end by the close only.
    pub until_close: bool,
    /// Status answered.
    pub status: u16,
    /// Bytes of content sent to the client.
    pub bytes_out: u64,
    /// Bytes of content taken from the client.
    pub bytes_in: u64,
    /// The target that answered, or was tried last.
    pub target: Option<Arc<Target>>,
    /// Whether the connection may serve another request.
    pub keep: bool,
    /// Whether the answer came before the whole request was taken.
    pub unread: bool,
    continued: bool,
}

/// What one try needs to know.
pub struct Try<'a> {
    /// What the pipeline found.
    pub known: &'a Known,
    /// Where the request goes.
    pub upstream: &'a Upstream,
    /// Path and query to ask for.
    pub target: &'a [u8],
    /// What was held back of the body.
    pub held: Option<&'a Held>,
    /// Whether an upgrade is asked for.
    pub upgrade: bool,
}

fn now_ms() -> u64 {
    monotonic_ns() / 1_000_000
}

/// Turns a verdict into an answer.
pub fn blocked(verdict: Verdict) -> Result<(), Answer> {
    match verdict {
        Verdict::Pass => Ok(()),
        Verdict::Block { status, .. } => Err(Answer::closing(status, "blocked by the firewall")),
    }
}

fn refusal(error: ProxyError) -> Answer {
    if error.source == hcc_proxy::Source::Client {
        Answer::closing(error.status, error.reason)
    } else {
        Answer::new(error.status, error.reason)
    }
}

/// Forwards a request that the pipeline let through, trying again where that is safe.
pub async fn forward<C: Client>(
    ex: &mut Exchange,
    client: &mut C,
    worker: &Arc<Worker>,
    known: &Known,
    sent: &mut Sent,
) -> Result<(), Answer> {
    let Some((site, index)) = &known.route else { return Err(Answer::closing(500, "no route")) };
    let route = &site.routes[*index];
    let upstream = &route.upstream;
    let upgrade = ex.head.wants_upgrade();
    if upgrade && (client.connection().is_none() || ex.head.framing != Framing::None) {
        return Err(Answer::closing(400, "upgrade of a request with a body"));
    }
    ex.timer.limit(upstream.timeouts.total);
    let mut inspection = worker.shared.inspector.begin(From { client: known.client }, &site.id);
    let held = look(ex, client, known, inspection.as_deref_mut(), sent).await?;
    let mut rewritten = Vec::new();
    let target = route.rewrite(ex.head.target(), &mut rewritten).to_vec();
    let this = Try { known, upstream, target: &target, held: held.as_ref(), upgrade };
    let replayable = ex.head.framing == Framing::None || held.as_ref().is_some_and(|h| h.whole);
    let mut failed: Option<(Arc<Target>, ProxyError)> = None;
    for attempt in 0..2 {
        let Some(target) = upstream.choose(now_ms(), failed.as_ref().map(|(t, _)| t)).cloned() else {
            return Err(Answer::new(503, "upstream without targets"));
        };
        sent.target = Some(Arc::clone(&target));
        match by_h1(ex, client, worker, &this, &target, attempt > 0, inspection.as_deref_mut(), sent).await {
            Ok(()) => return Ok(()),
            Err(Failure::Own(answer)) => return Err(answer),
            Err(Failure::Proxy(error)) => {
                if error.source == hcc_proxy::Source::Upstream {
                    worker.shared.metrics.upstream_failures.fetch_add(1, Ordering::Relaxed);
                }
                let safe = (error.unsent && sent.bytes_in == 0) || (error.unanswered && replayable && ex.head.is_idempotent());
                if attempt > 0 || sent.begun || !safe {
                    return Err(refusal(error));
                }
                worker.shared.metrics.retries.fetch_add(1, Ordering::Relaxed);
                failed = Some((target, error));
            }
        }
    }
    Err(failed.map_or_else(|| Answer::new(502, "upstream"), |(_, e)| Answer::new(e.status, e.reason)))
}

/// Shows the request to the firewall; gives what was held back of its body for that.
async fn look<C: Client>(
    ex: &mut Exchange,
    client: &mut C,
    known: &Known,
    mut inspection: Option<&mut (dyn Transaction + 'static)>,
    sent: &mut Sent,
) -> Result<Option<Held>, Answer> {
    let mut limit = 0;
    if let Some(transaction) = &mut inspection {
        blocked(transaction.request_headers(&ex.head))?;
        limit = transaction.request_body_limit();
    }
    if limit == 0 || ex.head.framing == Framing::None {
        return Ok(None);
    }
    let pause = Duration::from_millis(known.platform.defaults.body_timeout_ms);
    invite(ex, client, pause, sent).await.map_err(refusal)?;
    let limit = limit.min(usize::try_from(known.max_body).unwrap_or(usize::MAX));
    let held = match hold(client, &mut ex.timer, pause, limit).await {
        Ok(held) => held,
        Err(NotHeld::Late) => return Err(Answer::closing(408, "slow body")),
        Err(NotHeld::Stopped(stopped)) => return Err(refusal(clients_fault(&stopped))),
    };
    if held.content.len() as u64 > known.max_body {
        return Err(Answer::closing(413, "body too large"));
    }
    if let Some(transaction) = &mut inspection {
        let (shown, whole) = held.shown(limit);
        blocked(transaction.request_body(shown, whole))?;
    }
    Ok(Some(held))
}

/// Tells a client that waits for it to send its body.
async fn invite<C: Client>(ex: &mut Exchange, client: &mut C, within: Duration, sent: &mut Sent) -> Result<(), ProxyError> {
    if ex.head.expects_continue && ex.head.framing != Framing::None && !sent.continued {
        sent.continued = true;
        client.put_continue();
        if !flush(client, &mut ex.timer, within).await {
            return Err(ProxyError::client(499, "client gone"));
        }
    }
    Ok(())
}

/// Why a try ended.
pub enum Failure {
    /// With an answer of ours.
    Own(Answer),
    /// On the way.
    Proxy(ProxyError),
}

impl std::convert::From<ProxyError> for Failure {
    fn from(error: ProxyError) -> Self {
        Self::Proxy(error)
    }
}

#[allow(clippy::too_many_arguments)] // one call site; a struct would only rename them
async fn by_h1<C: Client>(
    ex: &mut Exchange,
    client: &mut C,
    worker: &Arc<Worker>,
    this: &Try<'_>,
    target: &Arc<Target>,
    fresh: bool,
    inspection: Option<&mut (dyn Transaction + 'static)>,
    sent: &mut Sent,
) -> Result<(), Failure> {
    let times = &this.upstream.timeouts;
    let got = if fresh {
        Pool::connect(target, times.connect, &mut ex.timer).await
    } else {
        worker.pool.get(target, times.connect, &mut ex.timer).await
    };
    let Checkout { conn, reused } = got.inspect_err(|_| target.failed(now_ms()))?;
    let mut origin = H1Origin::new(conn, std::mem::take(&mut ex.upstream_scratch));
    let outcome = ask(ex, client, worker, this, &mut origin, inspection, sent).await;
    let reusable = match outcome {
        Ok(Asked::Done { reusable }) => {
            target.succeeded();
            reusable
        }
        Ok(Asked::Switched) => {
            target.succeeded();
            let idle = Duration::from_millis(this.known.platform.defaults.tunnel_idle_ms);
            if let Some(connection) = client.connection() {
                let carried = tunnel::carry(connection, origin.connection(), &mut ex.timer, idle).await;
                sent.bytes_in = carried.up;
                sent.bytes_out = carried.down;
            }
            return Ok(());
        }
        Err(Failure::Proxy(error)) => {
            // A kept connection that the other end just closed says nothing of the target's health.
            if error.source == hcc_proxy::Source::Upstream && !(reused && error.unanswered) {
                target.failed(now_ms());
            }
            return Err(error.into());
        }
        Err(own) => return Err(own),
    };
    let (conn, scratch) = origin.into_parts();
    ex.upstream_scratch = scratch;
    if reusable {
        worker.pool.put(target, conn);
    }
    Ok(())
}

/// How an exchange with an upstream ended.
pub enum Asked {
    /// The answer was passed on.
    Done {
        /// Whether the connection may be used again.
        reusable: bool,
    },
    /// Both ends speak another protocol from now on.
    Switched,
}

async fn ask<C: Client, U: Origin>(
    ex: &mut Exchange,
    client: &mut C,
    worker: &Arc<Worker>,
    this: &Try<'_>,
    origin: &mut U,
    inspection: Option<&mut (dyn Transaction + 'static)>,
    sent: &mut Sent,
) -> Result<Asked, Failure> {
    let (known, times) = (this.known, &this.upstream.timeouts);
    let pause = Duration::from_millis(known.platform.defaults.body_timeout_ms);
    // What was held back whole is counted; the client's chunks are of no use to the upstream then.
    let framing = match this.held {
        Some(held) if held.whole && held.trailers.is_empty() && ex.head.framing == Framing::Chunked => {
            if held.content.is_empty() { Framing::None } else { Framing::Length(held.content.len() as u64) }
        }
        _ => ex.head.framing,
    };
    let identity = known.identity.as_ref().map_or(&[][..], |i| &i.fields);
    origin.put_request(&ex.head, framing, &Hop {
        peer: &ex.peer.text,
        peer_trusted: known.peer_trusted,
        request_id: &ex.id,
        scheme: if ex.peer.secure { "https" } else { "http" },
        target: this.target,
        identity,
        upgrade: this.upgrade,
        drops: &|_| false,
        lines: &[],
    })?;
    invite(ex, client, pause, sent).await?;
    let mut upload = Upload::new(framing, known.max_body, pause, times.first_byte);
    if let Some(held) = this.held {
        upload.pump.hold(&held.content, &held.trailers);
    }
    let head = read_head(ex, client, origin, &mut upload, this.upgrade).await;
    sent.bytes_in = upload.pump.moved;
    head?;
    if ex.response.status == 101 {
        relay::switch(ex, client, known, sent).await?;
        return Ok(Asked::Switched);
    }
    relay::relay(ex, client, worker, known, origin, &mut upload, times.between_bytes, inspection, sent).await?;
    sent.bytes_in = upload.pump.moved;
    Ok(Asked::Done { reusable: ex.response.keep_alive && upload.done && !upload.broken })
}

/// Sends the request and reads the head of its answer; interim answers are passed over.
async fn read_head<C: Client, U: Origin>(
    ex: &mut Exchange,
    client: &mut C,
    origin: &mut U,
    upload: &mut Upload,
    upgrade: bool,
) -> Result<(), ProxyError> {
    let Exchange { timer, head, response, .. } = ex;
    let to_head = head.method() == b"HEAD";
    loop {
        poll_fn(|cx| {
            if let Err(error) = upload.poll(cx, client, origin, timer) {
                return Poll::Ready(Err(error));
            }
            if let Poll::Ready(done) = origin.poll_head(cx, response, to_head) {
                return Poll::Ready(done);
            }
            if upload.done && client.poll_gone(cx).is_ready() {
                return Poll::Ready(Err(ProxyError::client(499, "client gone")));
            }
            if timer.poll_late(cx) { Poll::Ready(Err(upload.late())) } else { Poll::Pending }
        })
        .await?;
        match response.status {
            101 if upgrade => return Ok(()),
            101 => return Err(ProxyError::upstream(502, "upstream switched protocols unasked")),
            100..=199 => {}
            _ => return Ok(()),
        }
    }
}

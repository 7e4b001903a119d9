//! To the upstream and back.

use crate::client::Client;
use crate::exchange::{Exchange, flush};
use crate::origin::{H1Origin, H2Origin, Origin};
use crate::pipeline::Known;
use crate::relay;
use crate::render::Answer;
use crate::security::events::Finding;
use crate::session::Worker;
use crate::site::Route;
use crate::time::recent_ms;
use crate::tunnel;
use crate::upload::{BLOCKED, Held, NotHeld, Upload, clients_fault, hold};
use crate::waf::request::{begin, finish, tail};
use crate::waf::tail::Found;
use hcc_http::Framing;
use hcc_http::client::limit_key as client_key;
use hcc_http::forwarded::Hop;
use hcc_proxy::{Ask, Checkout, Endpoint, HashKey, Lease, Pool, Protocol, ProxyError, Source, Unavailable, Upstream};
use hcc_waf::{Transaction, Verdict};
use std::future::poll_fn;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
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
    /// The endpoint that answered, or was tried last.
    pub target: Option<Arc<Endpoint>>,
    /// Whether the connection may serve another request.
    pub keep: bool,
    /// Whether the answer came before the whole request was taken.
    pub unread: bool,
    /// What the firewall found.
    pub findings: Vec<Finding>,
    /// How many of its matches its log has.
    pub told: usize,
    /// What a later look at the request found.
    pub tail: Option<Found>,
    continued: bool,
}

/// What one try needs to know.
pub struct Try<'a> {
    /// What the pipeline found.
    pub known: &'a Known,
    /// Its route.
    pub route: &'a Route,
    /// Where the request goes.
    pub upstream: &'a Upstream,
    /// Path and query to ask for.
    pub target: &'a [u8],
    /// What was held back of the body.
    pub held: Option<&'a Held>,
    /// Whether an upgrade is asked for.
    pub upgrade: bool,
    /// Whether the request may be sent again though an upstream may have acted on it.
    pub repeatable: bool,
    /// Whether this is not the last try.
    pub tries_left: bool,
}

fn now_ms() -> u64 {
    recent_ms()
}

/// Turns a verdict into an answer.
pub fn blocked(verdict: Verdict) -> Result<(), Answer> {
    match verdict {
        Verdict::Pass => Ok(()),
        Verdict::Block { status, .. } => Err(Answer::closing(status, BLOCKED)),
    }
}

fn refusal(error: ProxyError) -> Answer {
    if error.source == Source::Client { Answer::closing(error.status, error.reason) } else { Answer::new(error.status, error.reason) }
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
    let Some(upstream) = known.upstream.as_deref() else { return Err(Answer::closing(500, "no upstream")) };
    let upgrade = ex.head.wants_upgrade();
    if upgrade && (client.connection().is_none() || ex.head.framing != Framing::None) {
        return Err(Answer::closing(400, "upgrade of a request with a body"));
    }
    if upgrade && upstream.protocol == Protocol::H2 {
        return Err(Answer::new(501, "upgrade towards HTTP/2"));
    }
    ex.timer.limit(route.total.unwrap_or(upstream.timeouts.total));
    let mut inspection = begin::<C>(ex, worker, known);
    let outcome = tries(ex, client, worker, known, route, upstream, inspection.as_deref_mut(), sent).await;
    finish(ex, worker, known, inspection, sent, outcome)
}

/// Gives the answer of a route that asks nobody, once the firewall has looked at the request as if it went on.
pub async fn answer<C: Client>(
    ex: &mut Exchange,
    client: &mut C,
    worker: &Arc<Worker>,
    known: &Known,
    sent: &mut Sent,
    answer: Answer,
) -> Result<(), Answer> {
    let (Some(route), Some(mut inspection)) = (known.route(), begin::<C>(ex, worker, known)) else { return Err(answer) };
    let looked = look(ex, client, known, route, Some(&mut *inspection), sent).await;
    finish(ex, worker, known, Some(inspection), sent, looked.and(Err(answer)))
}

#[allow(clippy::too_many_arguments)] // one call site; a struct would only rename them
async fn tries<C: Client>(
    ex: &mut Exchange,
    client: &mut C,
    worker: &Arc<Worker>,
    known: &Known,
    route: &Route,
    upstream: &Upstream,
    mut inspection: Option<&mut (dyn Transaction + 'static)>,
    sent: &mut Sent,
) -> Result<(), Answer> {
    let upgrade = ex.head.wants_upgrade();
    let held = look(ex, client, known, route, inspection.as_deref_mut(), sent).await?;
    if let Some(transaction) = &inspection {
        worker.shared.waf_log.tell(ex, known, sent, transaction.events(), None);
    }
    let mut target = std::mem::take(&mut ex.target);
    target.clear();
    target.extend_from_slice(known.target.as_deref().unwrap_or(ex.head.target()));
    let replayable = ex.head.framing == Framing::None || held.as_ref().is_some_and(|h| h.whole);
    let mut this = Try {
        known,
        route,
        upstream,
        target: &target,
        held: held.as_ref(),
        upgrade,
        repeatable: replayable && ex.head.is_idempotent(),
        tries_left: false,
    };
    let attempts = usize::try_from(upstream.retry.attempts).unwrap_or(usize::MAX);
    let mut tried: Vec<Arc<Endpoint>> = Vec::new();
    loop {
        let mut lease = pick(&this, worker, ex, &tried).await?;
        sent.target = Some(Arc::clone(lease.endpoint()));
        this.tries_left = attempts > tried.len();
        let outcome = if upstream.protocol == Protocol::H2 {
            by_h2(ex, client, worker, &this, &mut lease, inspection.as_deref_mut(), sent).await
        } else {
            by_h1(ex, client, worker, &this, &mut lease, !tried.is_empty(), inspection.as_deref_mut(), sent).await
        };
        match outcome {
            Ok(Tried::Answered) => {
                ex.target = target;
                return Ok(());
            }
            Ok(Tried::Again) => {}
            Err(Failure::Own(answer)) => return Err(answer),
            Err(Failure::Proxy(mut error)) => {
                let over = error.status == 504 && ex.timer.is_over();
                if over {
                    error.reason = "total time over";
                }
                if error.source == Source::Upstream {
                    worker.shared.metrics.upstream_failures.fetch_add(1, Ordering::Relaxed);
                }
                let safe = (error.unsent && sent.bytes_in == 0) || (error.unanswered && this.repeatable);
                if over || sent.begun || !safe || !this.tries_left || !upstream.may_retry(now_ms()) {
                    return Err(refusal(error));
                }
            }
        }
        worker.shared.metrics.retries.fetch_add(1, Ordering::Relaxed);
        tried.push(Arc::clone(lease.endpoint()));
    }
}

/// How a try ended that did not fail.
enum Tried {
    Answered,
    Again,
}

/// Chooses an endpoint for one try; a name that was never looked up is waited for.
async fn pick(this: &Try<'_>, worker: &Worker, ex: &mut Exchange, tried: &[Arc<Endpoint>]) -> Result<Lease, Answer> {
    let hash = this.upstream.hash_key.as_ref().map(|key| hash_of(key, ex, this.known));
    let random = worker.random.lock().unwrap_or_else(PoisonError::into_inner).next_u64();
    let ask = Ask { now_ms: now_ms(), hash, random, except: tried };
    let mut picked = this.upstream.pick(&ask);
    if matches!(picked, Err(Unavailable::Unresolved)) {
        this.upstream.resolved().await;
        picked = this.upstream.pick(&ask);
    }
    picked.map_err(|why| {
        let mut answer = Answer::new(Unavailable::STATUS, why.reason());
        answer.fields.push(("Retry-After", "1".to_owned()));
        answer
    })
}

fn hash_of(key: &HashKey, ex: &Exchange, known: &Known) -> u64 {
    let named = match key {
        HashKey::Client => None,
        HashKey::Header(name) => ex.head.fields.named(name.as_bytes()).next(),
        HashKey::Cookie(name) => ex.head.fields.cookie(name.as_bytes()),
    };
    named.map_or_else(|| hcc_proxy::hash(&client_key(known.client).to_be_bytes()), hcc_proxy::hash)
}

/// Looks at the request before it goes anywhere, its body too where the route or the firewall wants that; gives what was held back.
async fn look<C: Client>(
    ex: &mut Exchange,
    client: &mut C,
    known: &Known,
    route: &Route,
    mut inspection: Option<&mut (dyn Transaction + 'static)>,
    sent: &mut Sent,
) -> Result<Option<Held>, Answer> {
    let mut shown_to = 0;
    if let Some(transaction) = &mut inspection {
        blocked(transaction.request_headers(&ex.head))?;
        shown_to = transaction.request_body_limit();
    }
    let validator = route.validate.as_ref().filter(|v| v.wants_body());
    if (shown_to == 0 && validator.is_none()) || ex.head.framing == Framing::None {
        return Ok(None);
    }
    let pause = Duration::from_millis(known.platform.defaults.body_timeout_ms);
    invite(ex, client, pause, sent).await.map_err(refusal)?;
    let max = usize::try_from(known.max_body).unwrap_or(usize::MAX);
    let limit = if validator.is_some() { max } else { shown_to.min(max) };
    let mut held = match hold(client, &mut ex.timer, pause, limit).await {
        Ok(held) => held,
        Err(NotHeld::Late) => return Err(Answer::closing(408, "slow body")),
        Err(NotHeld::Stopped(stopped)) => return Err(refusal(clients_fault(&stopped))),
    };
    sent.bytes_in = held.content.len() as u64;
    if held.content.len() > max {
        return Err(Answer::closing(413, "body too large"));
    }
    if let Some(validator) = validator {
        validator.check(ex.head.fields.named(b"content-type").next(), &held.content)?;
    }
    if let Some(transaction) = inspection.filter(|_| shown_to > 0) {
        let (shown, whole) = held.shown(shown_to);
        let seen = shown.len();
        blocked(transaction.request_body(shown, whole))?;
        held.seen = seen;
    }
    // Nothing of it has gone anywhere yet: a try that fails may be followed by another.
    sent.bytes_in = 0;
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

impl From<ProxyError> for Failure {
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
    lease: &mut Lease,
    fresh: bool,
    inspection: Option<&mut (dyn Transaction + 'static)>,
    sent: &mut Sent,
) -> Result<Tried, Failure> {
    let connect = this.upstream.timeouts.connect;
    let got = if fresh {
        Pool::connect(lease.endpoint(), connect, &mut ex.timer).await
    } else {
        worker.pool.get(lease.endpoint(), this.repeatable, connect, &mut ex.timer).await
    };
    let Checkout { conn, reused } = got.inspect_err(|error| judge(lease, error, false))?;
    let mut origin = H1Origin::new(conn, std::mem::take(&mut ex.upstream_scratch));
    match ask(ex, client, worker, this, &mut origin, lease, inspection, sent).await {
        Ok(Asked::Switched) => {
            let idle = Duration::from_millis(this.known.platform.defaults.tunnel_idle_ms);
            if let Some(connection) = client.connection() {
                let carried = tunnel::carry(connection, origin.connection(), &mut ex.timer, idle).await;
                sent.bytes_in = carried.up;
                sent.bytes_out = carried.down;
            }
            Ok(Tried::Answered)
        }
        Ok(Asked::Again) => Ok(Tried::Again),
        Ok(Asked::Done { reusable }) => {
            let (conn, scratch) = origin.into_parts();
            ex.upstream_scratch = scratch;
            if reusable {
                worker.pool.put(lease.endpoint(), conn);
            }
            Ok(Tried::Answered)
        }
        Err(Failure::Proxy(error)) => {
            judge(lease, &error, reused);
            Err(error.into())
        }
        Err(own) => Err(own),
    }
}

async fn by_h2<C: Client>(
    ex: &mut Exchange,
    client: &mut C,
    worker: &Arc<Worker>,
    this: &Try<'_>,
    lease: &mut Lease,
    inspection: Option<&mut (dyn Transaction + 'static)>,
    sent: &mut Sent,
) -> Result<Tried, Failure> {
    let got = worker.pool.h2(lease.endpoint(), this.upstream.timeouts.connect, &mut ex.timer).await;
    let place = got.inspect_err(|error| judge(lease, error, false))?;
    let mut origin = H2Origin::new(place.send.clone(), lease.endpoint().is_tls(), lease.endpoint().address());
    let outcome = ask(ex, client, worker, this, &mut origin, lease, inspection, sent).await;
    if let Err(Failure::Proxy(error)) = &outcome {
        judge(lease, error, place.reused);
        if error.status == 504 {
            place.retire();
        }
    }
    outcome.map(|asked| if matches!(asked, Asked::Again) { Tried::Again } else { Tried::Answered })
}

/// Notes what a failed try says of the endpoint.
fn judge(lease: &mut Lease, error: &ProxyError, reused: bool) {
    // A kept connection that the other end just closed says nothing of its health.
    if error.source == Source::Upstream && !(reused && error.unanswered) {
        lease.failed(now_ms());
    }
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
    /// The upstream answered that it cannot serve now; another endpoint is asked instead.
    Again,
}

#[allow(clippy::too_many_arguments)] // two call sites; a struct would only rename them
async fn ask<C: Client, U: Origin>(
    ex: &mut Exchange,
    client: &mut C,
    worker: &Arc<Worker>,
    this: &Try<'_>,
    origin: &mut U,
    lease: &mut Lease,
    inspection: Option<&mut (dyn Transaction + 'static)>,
    sent: &mut Sent,
) -> Result<Asked, Failure> {
    let (known, times) = (this.known, &this.upstream.timeouts);
    let pause = Duration::from_millis(known.platform.defaults.body_timeout_ms);
    // What was held back whole is counted; the client's chunks are of no use to the upstream then.
    let framing = match this.held {
        Some(held) if held.whole && held.trailers.is_empty() && ex.head.framing == Framing::Chunked => {
            if held.content.is_empty() {
                Framing::None
            } else {
                Framing::Length(held.content.len() as u64)
            }
        }
        _ => ex.head.framing,
    };
    let identity = known.identity.as_ref().map_or(&[][..], |i| &i.fields);
    origin.put_request(
        &ex.head,
        framing,
        &Hop {
            peer: &ex.peer.text,
            peer_trusted: known.peer_trusted,
            request_id: &ex.id,
            scheme: if ex.peer.secure { "https" } else { "http" },
            target: this.target,
            authority: lease.endpoint().address(),
            identity,
            upgrade: this.upgrade,
            drops: &|name| this.route.request_rules.drops(name),
            lines: this.route.request_rules.lines(),
        },
    )?;
    invite(ex, client, pause, sent).await?;
    let mut upload = Upload::new(framing, known.max_body, pause, times.first_byte);
    if let Some(held) = this.held {
        upload.pump.hold(&held.content, &held.trailers);
        if let Some(tail) = tail::<C>(ex, known, held) {
            sent.tail = Some(tail.found());
            upload.pump.filter(Box::new(tail));
        }
    }
    let head = read_head(ex, client, origin, &mut upload, this.upgrade).await;
    sent.bytes_in = upload.pump.moved;
    head?;
    lease.succeeded(ex.response.status, now_ms());
    let refused = this.upstream.retry.gateway_errors && matches!(ex.response.status, 502..=504);
    if refused && this.tries_left && this.repeatable && this.upstream.may_retry(now_ms()) {
        return Ok(Asked::Again);
    }
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

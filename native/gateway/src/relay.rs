//! The upstream's answer on its way to the client.

use crate::body::Encoder;
use crate::body::compress::{Choice, VARY, negotiate, weak_etag};
use crate::body::decoder::decode;
use crate::client::{AnswerHead, Client, Content};
use crate::exchange::{Exchange, flush};
use crate::forward::{Failure, Sent, blocked};
use crate::origin::Origin;
use crate::pace::Pace;
use crate::pipeline::Known;
use crate::session::Worker;
use crate::time::{http_date, unix_ms};
use crate::upload::{Held, Holding, NotHeld, Upload};
use hcc_http::forwarded::put_field;
use hcc_http::{Framing, Name};
use hcc_proxy::pump::Stopped;
use hcc_proxy::{Filter, ProxyError, Pump, WaitsFor, clock};
use hcc_waf::Transaction;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

/// Streams the answer to the client while the rest of the request still flows.
#[allow(clippy::too_many_arguments)] // one call site; a struct would only rename them
pub async fn relay<C: Client, U: Origin>(
    ex: &mut Exchange,
    client: &mut C,
    worker: &Arc<Worker>,
    known: &Known,
    origin: &mut U,
    upload: &mut Upload,
    between: Duration,
    mut inspection: Option<&mut (dyn Transaction + 'static)>,
    sent: &mut Sent,
) -> Result<(), Failure> {
    let mut held = None;
    if let Some(transaction) = &mut inspection {
        blocked(transaction.response_headers(&ex.response)).map_err(Failure::Own)?;
        let limit = transaction.response_body_limit();
        if limit > 0 && ex.response.framing != Framing::None {
            let found = look(ex, client, origin, upload, between, limit).await?;
            let (shown, whole) = found.shown(limit);
            let coding = ex.response.fields.named(b"content-encoding").next();
            blocked(match coding.and_then(|coding| decode(coding, shown, limit)) {
                Some((plain, ended)) => transaction.response_body(&plain, whole && ended),
                None => transaction.response_body(shown, whole),
            })
            .map_err(Failure::Own)?;
            held = Some(found);
        }
        worker.shared.waf_log.tell(ex, known, sent, transaction.events(), None);
    }
    let choice = if known.route().is_some_and(|r| r.compress) { negotiate(&ex.head, &ex.response) } else { Choice::default() };
    let mut content = content(ex);
    let encoder = match (choice.coding, content) {
        (Some(coding), Content::Length(_) | Content::Unsized) => {
            content = Content::Unsized;
            Some(Encoder::new(coding).map_err(|_| ProxyError::ours(500, "no encoder"))?)
        }
        _ => None,
    };
    sent.until_close = content == Content::Unsized && client.ends_by_close(&ex.head);
    sent.keep = ex.head.keep_alive && !sent.until_close && !worker.shared.draining.load(Ordering::Relaxed);
    put_lines(ex, known, choice);
    let Exchange { timer, head, response, scratch, .. } = ex;
    let answer = AnswerHead { status: response.status, reason: response.reason(), lines: scratch, content, keep: sent.keep };
    client.put_head(head, &answer).map_err(|_| ProxyError::client(499, "client gone"))?;
    sent.status = response.status;
    sent.begun = true;
    let mut download = Pump::new(response.framing != Framing::None, u64::MAX);
    // What was looked at is moved on and not kept twice.
    if let Some(held) = held.take() {
        download.hold(&held.content, &held.trailers);
    }
    if let Some(encoder) = encoder {
        download.filter(Box::new(encoder));
    }
    let mut pace = Pace::new(Duration::from_millis(known.platform.defaults.idle_timeout_ms));
    timer.within(between);
    upload.answered = true;
    let outcome = poll_fn(|cx| {
        let uploaded = upload.pump.progress;
        if let Err(error) = upload.poll(cx, client, origin, timer) {
            return Poll::Ready(Err(error));
        }
        let (progress, moved) = (download.progress, download.moved);
        match download.poll(cx, origin, client) {
            Poll::Ready(Ok(())) => return Poll::Ready(Ok(())),
            Poll::Ready(Err(Stopped::Write(_))) => return Poll::Ready(Err(ProxyError::client(499, "client gone"))),
            Poll::Ready(Err(Stopped::Framing(_))) => return Poll::Ready(Err(ProxyError::upstream(502, "upstream body framing"))),
            Poll::Ready(Err(_)) => return Poll::Ready(Err(ProxyError::upstream(502, "upstream answer truncated"))),
            Poll::Pending => {}
        }
        // While the upstream has nothing to say no write fails, and who asked may have left meanwhile.
        if upload.done && download.waits_for == WaitsFor::Source && client.poll_gone(cx).is_ready() {
            return Poll::Ready(Err(ProxyError::client(499, "client gone")));
        }
        let now = clock::tick().into_std();
        if download.waits_for == WaitsFor::Sink {
            if download.progress != progress {
                pace.moved(download.moved - moved, now);
            }
            timer.within(pace.wait(now));
        } else if download.progress != progress || upload.pump.progress != uploaded {
            pace.rest(now);
            timer.within(between);
        }
        if timer.poll_late(cx) {
            return Poll::Ready(Err(if download.waits_for == WaitsFor::Source {
                ProxyError::upstream(504, "upstream body timeout")
            } else {
                ProxyError::client(499, "client too slow")
            }));
        }
        Poll::Pending
    })
    .await;
    sent.bytes_out = download.moved;
    sent.unread = !upload.done || upload.broken;
    sent.keep &= !sent.unread;
    outcome.map_err(Failure::from)
}

/// Passes `101 Switching Protocols` on.
pub async fn switch<C: Client>(ex: &mut Exchange, client: &mut C, known: &Known, sent: &mut Sent) -> Result<(), ProxyError> {
    put_lines(ex, known, Choice::default());
    let Exchange { timer, head, response, scratch, .. } = ex;
    scratch.extend_from_slice(b"Connection: Upgrade\r\n");
    for value in response.fields.all(Name::Upgrade) {
        put_field(scratch, b"Upgrade", value);
    }
    let answer = AnswerHead { status: 101, reason: response.reason(), lines: scratch, content: Content::None, keep: true };
    sent.status = 101;
    sent.begun = true;
    let gone = ProxyError::client(499, "client gone");
    client.put_head(head, &answer).map_err(|_| gone)?;
    let within = Duration::from_millis(known.platform.defaults.idle_timeout_ms);
    if flush(client, timer, within).await { Ok(()) } else { Err(gone) }
}

/// Holds the answer's body back; the rest of the request flows on meanwhile, as the upstream may wait for it.
async fn look<C: Client, U: Origin>(
    ex: &mut Exchange,
    client: &mut C,
    origin: &mut U,
    upload: &mut Upload,
    between: Duration,
    limit: usize,
) -> Result<Held, ProxyError> {
    upload.answered = true;
    let mut holding = Holding::new(between, limit);
    let timer = &mut ex.timer;
    let held = poll_fn(|cx| {
        if let Err(error) = upload.poll(cx, client, origin, timer) {
            return Poll::Ready(Err(error));
        }
        if let Poll::Ready(held) = holding.poll(cx, origin, timer) {
            return Poll::Ready(Ok(held));
        }
        if upload.done && client.poll_gone(cx).is_ready() {
            return Poll::Ready(Err(ProxyError::client(499, "client gone")));
        }
        Poll::Pending
    });
    held.await?.map_err(|error| match error {
        NotHeld::Late => ProxyError::upstream(504, "upstream body timeout"),
        NotHeld::Stopped(Stopped::Framing(_)) => ProxyError::upstream(502, "upstream body framing"),
        NotHeld::Stopped(_) => ProxyError::upstream(502, "upstream answer truncated"),
    })
}

fn is_bodiless(ex: &Exchange) -> bool {
    ex.head.method() == b"HEAD" || matches!(ex.response.status, 100..=199 | 204 | 304)
}

fn content(ex: &Exchange) -> Content {
    match ex.response.framing {
        _ if is_bodiless(ex) => Content::None,
        Framing::None => Content::Length(0),
        Framing::Length(n) => Content::Length(n),
        Framing::Chunked | Framing::Close => Content::Unsized,
    }
}

/// Writes the field lines of the answer into the scratch memory.
fn put_lines(ex: &mut Exchange, known: &Known, choice: Choice) {
    let bodiless = is_bodiless(ex);
    let edits = known.edits();
    let (out, response) = (&mut ex.scratch, &ex.response);
    out.clear();
    let connection = response.fields.first(Name::Connection).is_some();
    let mut dated = false;
    for (id, name, value, line) in response.fields.lines() {
        match id {
            Name::Date => dated = true,
            Name::XRequestId => continue,
            // The length that a HEAD or a 304 tells is of the body it stands for.
            Name::ContentLength if bodiless && response.status >= 200 && response.status != 204 => {}
            id if id.is_hop_by_hop() => continue,
            _ if connection && response.fields.connection_names(name) => continue,
            _ if edits.drops(name, true) => continue,
            _ => {}
        }
        match choice.coding {
            Some(coding) if coding.drops(name) => {}
            Some(_) if name.eq_ignore_ascii_case(b"etag") => put_field(out, name, &weak_etag(value)),
            _ => line.put(out),
        }
    }
    if !dated {
        put_field(out, b"Date", http_date(unix_ms()).as_bytes());
    }
    if let Some(coding) = choice.coding {
        out.extend_from_slice(coding.line());
    }
    if choice.vary {
        out.extend_from_slice(VARY);
    }
    put_field(out, b"X-Request-Id", &ex.id);
    edits.put_defaults(out, |name| response.fields.named(name).next().is_some());
    edits.put_lines(out, true);
}

impl Filter for Encoder {
    fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        Self::push(self, piece, out)
    }

    fn pause(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.flush(out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        Self::finish(self, out)
    }
}

//! To the upstream and back.

use crate::pipeline::Known;
use crate::render::Answer;
use crate::session::{Session, Worker};
use crate::time::{http_date, monotonic_ns, unix_ms};
use hcc_http::bytes::put_u64;
use hcc_http::forwarded::{Hop, put_field, put_request};
use hcc_http::scan::HeadScanner;
use hcc_http::{Framing, Name, Version};
use hcc_proxy::pump::Stopped;
use hcc_proxy::{Checkout, Conn, Pool, ProxyError, Pump, Sink, Target, Upstream};
use hcc_waf::{Origin, Transaction, Verdict};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;
use tokio::net::TcpStream;

/// Largest response head taken from an upstream, in bytes.
const MAX_RESPONSE_HEAD: usize = 65_536;

/// What was sent to the client so far.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // four independent facts, not states of one machine
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

fn now_ms() -> u64 {
    monotonic_ns() / 1_000_000
}

fn blocked(verdict: Verdict) -> Result<(), Answer> {
    match verdict {
        Verdict::Pass => Ok(()),
        Verdict::Block { status, .. } => Err(Answer::closing(status, "blocked by the firewall")),
    }
}

/// Forwards a request that the pipeline let through, trying once more where that is safe.
pub async fn forward(session: &mut Session, worker: &Arc<Worker>, known: &Known, sent: &mut Sent) -> Result<(), Answer> {
    let Some((site, index)) = &known.route else { return Err(Answer::closing(500, "no route")) };
    let mut inspection = worker.shared.inspector.begin(Origin { client: known.client }, &site.id);
    if let Some(transaction) = &mut inspection {
        blocked(transaction.request_headers(&session.head))?;
    }
    let route = &site.routes[*index];
    let Some(upstream) = &known.upstream else { return Err(Answer::closing(500, "no upstream")) };
    session.timer.limit(route.total.unwrap_or(upstream.timeouts.total));
    let rewritten_target = known.target.as_deref().unwrap_or(session.head.target()).to_vec();
    let mut failed: Option<(Arc<Target>, ProxyError)> = None;
    for attempt in 0..2 {
        let Some(target) = upstream.choose(now_ms(), failed.as_ref().map(|(t, _)| t)).cloned() else {
            return Err(Answer::new(503, "upstream without targets"));
        };
        sent.target = Some(Arc::clone(&target));
        match attempt_once(session, worker, known, upstream, &target, &rewritten_target, attempt > 0, inspection.as_deref_mut(), sent).await
        {
            Ok(()) => return Ok(()),
            Err(Failure::Own(answer)) => return Err(answer),
            Err(Failure::Proxy(error)) => {
                if error.source == hcc_proxy::Source::Upstream {
                    worker.shared.metrics.upstream_failures.fetch_add(1, Ordering::Relaxed);
                }
                let no_body = session.head.framing == Framing::None;
                let again = attempt == 0 && !sent.begun && (error.unsent || (error.unanswered && no_body && session.head.is_idempotent()));
                if !again {
                    return Err(if error.source == hcc_proxy::Source::Client {
                        Answer::closing(error.status, error.reason)
                    } else {
                        Answer::new(error.status, error.reason)
                    });
                }
                worker.shared.metrics.retries.fetch_add(1, Ordering::Relaxed);
                failed = Some((target, error));
            }
        }
    }
    Err(failed.map_or_else(|| Answer::new(502, "upstream"), |(_, e)| Answer::new(e.status, e.reason)))
}

enum Failure {
    Own(Answer),
    Proxy(ProxyError),
}

impl From<ProxyError> for Failure {
    fn from(error: ProxyError) -> Self {
        Self::Proxy(error)
    }
}

#[allow(clippy::too_many_arguments)] // one call site; a struct would only rename them
async fn attempt_once(
    session: &mut Session,
    worker: &Arc<Worker>,
    known: &Known,
    upstream: &Upstream,
    target: &Arc<Target>,
    path: &[u8],
    fresh: bool,
    inspection: Option<&mut (dyn Transaction + 'static)>,
    sent: &mut Sent,
) -> Result<(), Failure> {
    let times = &upstream.timeouts;
    let got = if fresh {
        Pool::connect(target, times.connect, &mut session.timer).await
    } else {
        worker.pool.get(target, times.connect, &mut session.timer).await
    };
    let Checkout { conn: mut up, reused } = got.inspect_err(|_| target.failed(now_ms()))?;
    let body_time = Duration::from_millis(known.platform.defaults.body_timeout_ms);
    put_head(session, known, path, &mut up);
    if session.head.expects_continue && session.head.framing != Framing::None && !sent.continued {
        sent.continued = true;
        session.conn.wbuf.put(b"HTTP/1.1 100 Continue\r\n\r\n");
        session.conn.flush(&mut session.timer, body_time).await.map_err(|_| ProxyError::client(499, "client gone"))?;
    }
    let sink = if session.head.framing == Framing::Chunked { Sink::Chunked } else { Sink::Plain };
    let mut upload = Upload {
        pump: Pump::new(session.head.framing, sink, known.max_body),
        done: false,
        broken: false,
        body_time,
        first_byte: times.first_byte,
    };
    let head = read_head(session, &mut up, &mut upload).await;
    sent.bytes_in = upload.pump.moved;
    if let Err(error) = head {
        // A kept connection that the other end just closed says nothing of the target's health.
        if error.source == hcc_proxy::Source::Upstream && !(reused && error.unanswered) {
            target.failed(now_ms());
        }
        return Err(error.into());
    }
    target.succeeded();
    if let Some(transaction) = inspection {
        blocked(transaction.response_headers(&session.response)).map_err(Failure::Own)?;
    }
    relay(session, worker, known, &mut up, &mut upload, times.between_bytes, sent).await?;
    sent.bytes_in = upload.pump.moved;
    if session.response.keep_alive && upload.done && !upload.broken {
        worker.pool.put(target, up);
    }
    Ok(())
}

fn put_head(session: &mut Session, known: &Known, path: &[u8], up: &mut Conn<TcpStream>) {
    let identity = known.identity.as_ref().map_or(&[][..], |i| &i.fields);
    let hop =
        Hop { peer: &session.peer_text, peer_trusted: known.peer_trusted, request_id: &session.id, scheme: "http", target: path, identity };
    session.scratch.clear();
    put_request(&mut session.scratch, &session.head, &hop);
    up.wbuf.put(&session.scratch);
}

struct Upload {
    pump: Pump,
    done: bool,
    broken: bool,
    body_time: Duration,
    first_byte: Duration,
}

impl Upload {
    /// Moves the request on. A write that fails is no error yet: the upstream may have answered early.
    fn poll(&mut self, cx: &mut std::task::Context<'_>, session: &mut Session, up: &mut Conn<TcpStream>) -> Result<(), ProxyError> {
        if self.done {
            return Ok(());
        }
        let before = self.pump.progress;
        match self.pump.poll(cx, &mut session.conn, up) {
            Poll::Pending => {
                if self.pump.progress != before {
                    session.timer.within(self.body_time);
                }
                return Ok(());
            }
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(Stopped::Write(_))) => self.broken = true,
            Poll::Ready(Err(Stopped::Framing(reject))) => return Err(ProxyError::client(reject.status, reject.reason)),
            Poll::Ready(Err(Stopped::TooLarge)) => return Err(ProxyError::client(413, "body too large")),
            Poll::Ready(Err(Stopped::Read(_) | Stopped::Truncated)) => return Err(ProxyError::client(499, "client gone")),
        }
        self.done = true;
        session.timer.within(self.first_byte);
        Ok(())
    }
}

/// Sends the request and reads the head of its answer into the session; interim answers are passed over.
async fn read_head(session: &mut Session, up: &mut Conn<TcpStream>, upload: &mut Upload) -> Result<(), ProxyError> {
    session.timer.within(upload.body_time);
    let to_head = session.head.method() == b"HEAD";
    let mut watching = true;
    loop {
        let mut scanner = HeadScanner::default();
        let length = poll_fn(|cx| {
            if let Err(error) = upload.poll(cx, session, up) {
                return Poll::Ready(Err(error));
            }
            loop {
                match scanner.scan(up.rbuf.bytes(), MAX_RESPONSE_HEAD) {
                    Ok(Some(length)) => return Poll::Ready(Ok(length)),
                    Ok(None) => {}
                    Err(_) => return Poll::Ready(Err(ProxyError::upstream(502, "upstream head"))),
                }
                match up.poll_fill(cx, false) {
                    Poll::Ready(Ok(n)) if n > 0 => {}
                    Poll::Ready(_) if up.rbuf.is_empty() => {
                        return Poll::Ready(Err(ProxyError::upstream(502, "upstream closed without an answer").not_answered()));
                    }
                    Poll::Ready(_) => return Poll::Ready(Err(ProxyError::upstream(502, "upstream closed in its head"))),
                    Poll::Pending => break,
                }
            }
            // A client that was reset gets no answer; one that only closed its side still does. Pipelined bytes may wait.
            if upload.done && watching && session.conn.rbuf.is_empty() {
                match session.conn.poll_fill(cx, false) {
                    Poll::Ready(Err(_)) => return Poll::Ready(Err(ProxyError::client(499, "client gone"))),
                    Poll::Ready(Ok(0)) => watching = false,
                    Poll::Ready(Ok(_)) | Poll::Pending => {}
                }
            }
            if session.timer.poll_late(cx) {
                return Poll::Ready(Err(if upload.done {
                    ProxyError::upstream(504, "upstream answer timeout")
                } else {
                    ProxyError::client(408, "slow body")
                }));
            }
            Poll::Pending
        })
        .await?;
        let parsed = session.response.parse(&up.rbuf.bytes()[..length], to_head);
        up.rbuf.consume(length);
        parsed.map_err(|r| ProxyError::upstream(502, r.reason))?;
        match session.response.status {
            101 => return Err(ProxyError::upstream(502, "upstream switched protocols unasked")),
            100..=199 => {}
            _ => return Ok(()),
        }
    }
}

/// Streams the answer to the client while the rest of the request still flows.
async fn relay(
    session: &mut Session,
    worker: &Worker,
    known: &Known,
    up: &mut Conn<TcpStream>,
    upload: &mut Upload,
    between: Duration,
    sent: &mut Sent,
) -> Result<(), ProxyError> {
    let framing = session.response.framing;
    let old_client = session.head.version == Version::V10;
    let unsized_body = matches!(framing, Framing::Chunked | Framing::Close);
    let sink = if unsized_body && !old_client { Sink::Chunked } else { Sink::Plain };
    sent.until_close = unsized_body && old_client;
    sent.keep = session.head.keep_alive && !sent.until_close && !worker.shared.draining.load(Ordering::Relaxed);
    put_response(session, known, sink, sent.keep);
    sent.status = session.response.status;
    sent.begun = true;
    let mut download = Pump::new(framing, sink, u64::MAX);
    let write_time = Duration::from_millis(known.platform.defaults.idle_timeout_ms);
    session.timer.within(between);
    let outcome = poll_fn(|cx| {
        if let Err(error) = upload.poll(cx, session, up) {
            return Poll::Ready(Err(error));
        }
        let before = download.progress;
        match download.poll(cx, up, &mut session.conn) {
            Poll::Ready(Ok(())) => return Poll::Ready(Ok(())),
            Poll::Ready(Err(Stopped::Write(_))) => return Poll::Ready(Err(ProxyError::client(499, "client gone"))),
            Poll::Ready(Err(Stopped::Framing(_))) => return Poll::Ready(Err(ProxyError::upstream(502, "upstream body framing"))),
            Poll::Ready(Err(_)) => return Poll::Ready(Err(ProxyError::upstream(502, "upstream answer truncated"))),
            Poll::Pending => {}
        }
        if download.progress != before {
            session.timer.within(if session.conn.wbuf.is_empty() { between } else { write_time });
        }
        if session.timer.poll_late(cx) {
            let slow = if session.conn.wbuf.is_empty() {
                ProxyError::upstream(504, "upstream body timeout")
            } else {
                ProxyError::client(499, "client too slow")
            };
            return Poll::Ready(Err(slow));
        }
        Poll::Pending
    })
    .await;
    sent.bytes_out = download.moved;
    sent.unread = !upload.done || upload.broken;
    sent.keep &= !sent.unread;
    outcome
}

fn put_response(session: &mut Session, known: &Known, sink: Sink, keep: bool) {
    let (out, response) = (&mut session.scratch, &session.response);
    out.clear();
    out.extend_from_slice(b"HTTP/1.1 ");
    put_u64(out, u64::from(response.status));
    out.push(b' ');
    out.extend_from_slice(response.reason());
    out.extend_from_slice(b"\r\n");
    let connection = response.fields.first(Name::Connection).is_some();
    let own = &known.platform.response_names;
    let mut dated = false;
    for (id, name, value) in response.fields.iter() {
        match id {
            Name::Date => dated = true,
            Name::XRequestId => continue,
            // The length that a HEAD or a 304 tells is of the body it stands for.
            Name::ContentLength if response.framing == Framing::None && response.status >= 200 && response.status != 204 => {}
            id if id.is_hop_by_hop() => continue,
            _ if connection && response.fields.connection_names(name) => continue,
            Name::Other if own.iter().any(|o| name.eq_ignore_ascii_case(o.as_bytes())) => continue,
            _ => {}
        }
        put_field(out, name, value);
    }
    if !dated {
        put_field(out, b"Date", http_date(unix_ms()).as_bytes());
    }
    match (response.framing, sink) {
        (Framing::Length(n), _) => {
            out.extend_from_slice(b"Content-Length: ");
            put_u64(out, n);
            out.extend_from_slice(b"\r\n");
        }
        (_, Sink::Chunked) => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
        _ => {}
    }
    if !keep {
        out.extend_from_slice(b"Connection: close\r\n");
    } else if session.head.version == Version::V10 {
        out.extend_from_slice(b"Connection: keep-alive\r\n");
    }
    put_field(out, b"X-Request-Id", &session.id);
    out.extend_from_slice(&known.platform.response_lines);
    out.extend_from_slice(b"\r\n");
    session.conn.wbuf.put(out);
}

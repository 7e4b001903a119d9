//! The request's body on its way to the upstream, and holding it back where it is looked at first.

use crate::client::Client;
use crate::pace::Pace;
use crate::waf::tail::Refused;
use hcc_http::{Decoded, Framing};
use hcc_proxy::pump::Stopped;
use hcc_proxy::{ProxyError, Pump, Side, Timer, WaitsFor, clock};
use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

/// Why the firewall ends a request, in the access log.
pub const BLOCKED: &str = "blocked by the firewall";

/// Content that was taken before it went on.
#[derive(Debug, Default)]
pub struct Held {
    /// The content.
    pub content: Vec<u8>,
    /// Its trailer lines, when it is whole.
    pub trailers: Vec<u8>,
    /// Whether it is all there is.
    pub whole: bool,
    /// Bytes of it that the firewall has seen.
    pub seen: usize,
}

impl Held {
    /// What an inspection that asked for `limit` bytes sees, and whether that is all.
    pub fn shown(&self, limit: usize) -> (&[u8], bool) {
        (&self.content[..self.content.len().min(limit)], self.whole && self.content.len() <= limit)
    }
}

/// Why content could not be held back.
#[derive(Debug)]
pub enum NotHeld {
    /// The sending end is to blame.
    Stopped(Stopped),
    /// It took too long.
    Late,
}

/// Takes `limit` bytes of content, and what came in one piece with the last of them; `whole` is false when more is to come.
pub async fn hold<S: Side>(side: &mut S, timer: &mut Timer, pause: Duration, limit: usize) -> Result<Held, NotHeld> {
    let mut holding = Holding::new(pause, limit);
    poll_fn(|cx| holding.poll(cx, side, timer)).await
}

/// Content being held back.
#[derive(Debug)]
pub struct Holding {
    held: Held,
    pace: Pace,
    limit: usize,
    waits: bool,
}

impl Holding {
    /// Of `limit` bytes, from an end that may pause for `pause`.
    pub fn new(pause: Duration, limit: usize) -> Self {
        Self { held: Held::default(), pace: Pace::new(pause), limit, waits: false }
    }

    /// Ready once the content is whole, or longer than the limit.
    pub fn poll<S: Side>(&mut self, cx: &mut Context<'_>, side: &mut S, timer: &mut Timer) -> Poll<Result<Held, NotHeld>> {
        let held = &mut self.held;
        loop {
            match side.decode().map_err(|r| NotHeld::Stopped(Stopped::Framing(r)))? {
                Decoded::Data { skip, len } => {
                    held.content.extend_from_slice(&side.input()[skip..skip + len]);
                    side.consume(skip + len);
                    held.whole = side.is_input_done();
                    if held.whole || held.content.len() > self.limit {
                        return Poll::Ready(Ok(std::mem::take(held)));
                    }
                    continue;
                }
                Decoded::End { skip, trailers, after } => {
                    held.trailers = side.input()[skip..skip + trailers].to_vec();
                    side.consume(skip + trailers + after);
                    held.whole = true;
                    return Poll::Ready(Ok(std::mem::take(held)));
                }
                Decoded::More => {}
            }
            if !self.waits {
                self.waits = true;
                timer.within(self.pace.wait(clock::tick().into_std()));
            }
            match side.poll_fill(cx) {
                Poll::Ready(Err(error)) => return Poll::Ready(Err(NotHeld::Stopped(Stopped::Read(error)))),
                Poll::Ready(Ok(0)) => {
                    held.trailers = side.closed().ok_or(NotHeld::Stopped(Stopped::Truncated))?;
                    held.whole = true;
                    return Poll::Ready(Ok(std::mem::take(held)));
                }
                Poll::Ready(Ok(n)) => {
                    self.waits = false;
                    self.pace.moved(n as u64, clock::tick().into_std());
                }
                Poll::Pending if timer.poll_late(cx) => return Poll::Ready(Err(NotHeld::Late)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

/// What a client's broken body means for it.
pub fn clients_fault(stopped: &Stopped) -> ProxyError {
    match stopped {
        Stopped::Framing(reject) => ProxyError::client(reject.status, reject.reason),
        Stopped::TooLarge => ProxyError::client(413, "body too large"),
        Stopped::Filter(error) => {
            let refused = error.get_ref().and_then(|e| e.downcast_ref::<Refused>());
            ProxyError::client(refused.map_or(500, |r| r.0), BLOCKED)
        }
        Stopped::Read(_) | Stopped::Truncated | Stopped::Write(_) => ProxyError::client(499, "client gone"),
    }
}

/// The request's body on its way.
pub struct Upload {
    /// What moves it.
    pub pump: Pump,
    /// Whether it was sent, or can't be sent any more.
    pub done: bool,
    /// Whether the upstream takes no more of it.
    pub broken: bool,
    /// Whether the answer has begun: then silence of this direction alone is no fault (gRPC streams), and the answer's time counts.
    pub answered: bool,
    pace: Pace,
    first_byte: Duration,
}

impl Upload {
    /// A body of at most `max` bytes, from a client that may pause for `pause`; then the answer may take `first_byte`.
    pub fn new(framing: Framing, max: u64, pause: Duration, first_byte: Duration) -> Self {
        let pump = Pump::new(framing != Framing::None, max);
        Self { pump, done: false, broken: false, answered: false, pace: Pace::new(pause), first_byte }
    }

    /// Moves the body on. A write that fails is no error yet: the upstream may have answered early.
    pub fn poll<C: Client, U: Side>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut C,
        upstream: &mut U,
        timer: &mut Timer,
    ) -> Result<(), ProxyError> {
        if self.done {
            return Ok(());
        }
        let (progress, moved) = (self.pump.progress, self.pump.moved);
        match self.pump.poll(cx, client, upstream) {
            Poll::Pending => {
                if !self.answered && (self.pump.progress != progress || progress == 0) {
                    let now = clock::tick().into_std();
                    self.pace.moved(self.pump.moved - moved, now);
                    if self.pump.waits_for == WaitsFor::Source {
                        timer.within(self.pace.wait(now));
                    } else {
                        self.pace.rest(now);
                        timer.within(self.first_byte);
                    }
                }
                return Ok(());
            }
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(Stopped::Write(_))) => self.broken = true,
            Poll::Ready(Err(stopped)) => return Err(clients_fault(&stopped)),
        }
        self.done = true;
        if !self.answered {
            timer.within(self.first_byte);
        }
        Ok(())
    }

    /// Who is to blame when the deadline passes.
    pub fn late(&self) -> ProxyError {
        if self.done || self.pump.waits_for == WaitsFor::Sink {
            ProxyError::upstream(504, "upstream answer timeout")
        } else {
            ProxyError::client(408, "slow body")
        }
    }
}

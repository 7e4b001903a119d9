//! Moves one body from one end of an exchange to the other with bounded memory.

use crate::side::Side;
use hcc_http::{Buf, Decoded};
use std::io;
use std::task::{Context, Poll};

/// Bytes queued for a slow reader before reading stops.
const HIGH_WATER: usize = 65_536;
/// Turns after which other connections of the thread get theirs.
const TURNS: usize = 32;

/// Why a body stopped.
#[derive(Debug)]
pub enum Stopped {
    /// Reading failed.
    Read(io::Error),
    /// The sending end closed before the body was whole.
    Truncated,
    /// The sending end broke its framing.
    Framing(hcc_http::Reject),
    /// Larger than allowed.
    TooLarge,
    /// Writing failed.
    Write(io::Error),
    /// The filter let it go no further.
    Filter(io::Error),
}

/// Whom a body waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// The end that sends it.
    Source,
    /// The end that takes it.
    Sink,
}

/// Changes content on its way.
pub trait Filter: Send {
    /// Takes a piece; what becomes of it goes behind `out`.
    fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> io::Result<()>;
    /// No more comes for now: what is held back goes behind `out`.
    fn pause(&mut self, out: &mut Vec<u8>) -> io::Result<()>;
    /// No more comes at all.
    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()>;
}

/// One body on its way.
pub struct Pump {
    held: Buf,
    held_trailers: Vec<u8>,
    left: u64,
    ended: bool,
    paused: bool,
    filter: Option<Box<dyn Filter>>,
    changed: Vec<u8>,
    /// Bytes of content moved, before any change.
    pub moved: u64,
    /// Steps made, so that a caller can tell progress from waiting.
    pub progress: u64,
    /// Whom it waits for since it last was pending.
    pub waits_for: WaitsFor,
}

impl Pump {
    /// A body of at most `max` bytes; `has_body` is false for a message without one.
    pub fn new(has_body: bool, max: u64) -> Self {
        Self {
            held: Buf::default(),
            held_trailers: Vec::new(),
            left: max,
            ended: !has_body,
            paused: true,
            filter: None,
            changed: Vec::new(),
            moved: 0,
            progress: 0,
            waits_for: WaitsFor::Source,
        }
    }

    /// Content that was taken from the source already and goes first; trailers when it was taken to its end.
    pub fn hold(&mut self, content: &[u8], trailers: &[u8]) {
        self.held.put(content);
        self.held_trailers = trailers.to_vec();
    }

    /// Changes the content by this filter.
    pub fn filter(&mut self, filter: Box<dyn Filter>) {
        self.filter = Some(filter);
    }

    /// Whether everything was read and queued (not necessarily written).
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// Moves what can be moved. Ready when the body is whole and written.
    pub fn poll<A: Side, B: Side>(&mut self, cx: &mut Context<'_>, from: &mut A, to: &mut B) -> Poll<Result<(), Stopped>> {
        for _ in 0..TURNS {
            if !self.ended {
                self.queue(cx, from, to)?;
            }
            if self.ended || to.queued() >= HIGH_WATER {
                let before = to.queued();
                let flushed = to.poll_flush(cx).map_err(Stopped::Write)?;
                self.progress += u64::from(to.queued() != before);
                if flushed.is_pending() {
                    self.waits_for = WaitsFor::Sink;
                    return Poll::Pending;
                }
                if self.ended {
                    return Poll::Ready(Ok(()));
                }
                continue;
            }
            match from.poll_fill(cx).map_err(Stopped::Read)? {
                Poll::Ready(0) => {
                    let Some(trailers) = from.closed() else {
                        let _ = to.poll_flush(cx);
                        return Poll::Ready(Err(Stopped::Truncated));
                    };
                    self.end(to, &trailers)?;
                }
                Poll::Ready(_) => self.progress += 1,
                Poll::Pending => {
                    self.pause(to)?;
                    let before = to.queued();
                    let flushed = to.poll_flush(cx).map_err(Stopped::Write)?;
                    self.progress += u64::from(to.queued() != before);
                    self.waits_for = if flushed.is_pending() { WaitsFor::Sink } else { WaitsFor::Source };
                    return Poll::Pending;
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Decodes what was read already into what is to be written.
    fn queue<A: Side, B: Side>(&mut self, cx: &mut Context<'_>, from: &mut A, to: &mut B) -> Result<(), Stopped> {
        while !self.held.is_empty() && to.queued() < HIGH_WATER {
            let piece = &self.held.bytes()[..self.held.len().min(HIGH_WATER)];
            let len = piece.len();
            self.left = self.left.checked_sub(len as u64).ok_or(Stopped::TooLarge)?;
            self.moved += len as u64;
            give(&mut self.filter, &mut self.changed, piece, to)?;
            self.held.consume(len);
            self.paused = false;
        }
        if from.is_input_done() && self.held.is_empty() {
            let mut trailers = std::mem::take(&mut self.held_trailers);
            trailers.extend(from.closed().unwrap_or_default());
            return self.end(to, &trailers);
        }
        while !self.ended && to.queued() < HIGH_WATER {
            match from.decode().map_err(Stopped::Framing)? {
                Decoded::More => return Ok(()),
                Decoded::Data { skip, len } => {
                    self.left = self.left.checked_sub(len as u64).ok_or(Stopped::TooLarge)?;
                    self.moved += len as u64;
                    if len > 0 {
                        self.paused = false;
                        let data = &from.input()[skip..skip + len];
                        let through = if self.filter.is_none() { to.write_through(cx, data).map_err(Stopped::Write)? } else { 0 };
                        self.progress += u64::from(through > 0);
                        if through < len {
                            give(&mut self.filter, &mut self.changed, &data[through..], to)?;
                        }
                    }
                    from.consume(skip + len);
                    if from.is_input_done() {
                        let trailers = from.closed().unwrap_or_default();
                        self.end(to, &trailers)?;
                    }
                }
                Decoded::End { skip, trailers, after } => {
                    let lines = from.input()[skip..skip + trailers].to_vec();
                    from.consume(skip + trailers + after);
                    self.end(to, &lines)?;
                }
            }
        }
        Ok(())
    }

    fn pause<B: Side>(&mut self, to: &mut B) -> Result<(), Stopped> {
        if let Some(filter) = self.filter.as_mut().filter(|_| !self.paused) {
            filter.pause(&mut self.changed).map_err(Stopped::Filter)?;
            put_changed(&mut self.changed, to);
        }
        self.paused = true;
        Ok(())
    }

    fn end<B: Side>(&mut self, to: &mut B, trailers: &[u8]) -> Result<(), Stopped> {
        self.ended = true;
        if let Some(filter) = &mut self.filter {
            filter.finish(&mut self.changed).map_err(Stopped::Filter)?;
            put_changed(&mut self.changed, to);
        }
        to.end(trailers);
        Ok(())
    }
}

fn give<B: Side>(filter: &mut Option<Box<dyn Filter>>, changed: &mut Vec<u8>, piece: &[u8], to: &mut B) -> Result<(), Stopped> {
    let Some(filter) = filter else {
        to.put(piece);
        return Ok(());
    };
    filter.push(piece, changed).map_err(Stopped::Filter)?;
    put_changed(changed, to);
    Ok(())
}

fn put_changed<B: Side>(changed: &mut Vec<u8>, to: &mut B) {
    if !changed.is_empty() {
        to.put(changed);
        changed.clear();
    }
}

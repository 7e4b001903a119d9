//! An HTTP/2 stream as one end of an exchange.

use super::{Side, fields};
use bytes::{Buf, Bytes, BytesMut};
use h2::{Reason, RecvStream, SendStream};
use hcc_http::{Decoded, Reject};
use http::HeaderMap;
use std::io;
use std::task::{Context, Poll, ready};

#[derive(Debug, PartialEq, Eq)]
enum Input {
    Open,
    Trailers,
    Done,
    Cut,
}

#[derive(Debug)]
enum Output {
    /// More may come.
    Open,
    /// All is queued; the trailers come after it.
    Ending(Option<HeaderMap>),
    /// The end was handed over.
    Ended,
}

/// One stream: its message in, when it has a body, and its message out, once that has begun.
#[derive(Debug)]
pub struct H2 {
    recv: Option<RecvStream>,
    send: Option<SendStream<Bytes>>,
    state: Input,
    piece: Bytes,
    trailers: Vec<u8>,
    left: Option<u64>,
    queue: BytesMut,
    output: Output,
}

impl H2 {
    /// A stream whose incoming message has this body, of `length` bytes when that was stated.
    pub fn new(recv: Option<RecvStream>, length: Option<u64>) -> Self {
        let state = if recv.is_some() { Input::Open } else { Input::Done };
        Self {
            recv,
            send: None,
            state,
            piece: Bytes::new(),
            trailers: Vec::new(),
            left: length,
            queue: BytesMut::new(),
            output: Output::Open,
        }
    }

    /// The incoming body, once its head has come.
    pub fn receive(&mut self, recv: RecvStream, length: Option<u64>) {
        self.state = if recv.is_end_stream() { Input::Done } else { Input::Open };
        self.recv = Some(recv);
        self.left = length;
    }

    /// Where the outgoing message goes, once its head was sent; `ended` when it has no body.
    pub fn send_to(&mut self, send: SendStream<Bytes>, ended: bool) {
        self.send = Some(send);
        self.output = if ended { Output::Ended } else { Output::Open };
    }

    /// Whether the head of the outgoing message was sent.
    pub fn is_sending(&self) -> bool {
        self.send.is_some()
    }

    /// Ends the stream without completing it.
    pub fn reset(&mut self, reason: Reason) {
        if let Some(send) = &mut self.send {
            send.send_reset(reason);
        }
    }

    /// Whether the other end gave the stream up; registers for waking otherwise.
    pub fn poll_reset(&mut self, cx: &mut Context<'_>) -> bool {
        self.send.as_mut().is_some_and(|s| s.poll_reset(cx).is_ready())
    }

    fn poll_trailers(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Some(recv) = &mut self.recv else { return Poll::Ready(Ok(0)) };
        match ready!(recv.poll_trailers(cx)) {
            Ok(found) => {
                if let Some(found) = found {
                    fields::put_lines(&mut self.trailers, &found);
                }
                self.state = Input::Done;
                Poll::Ready(Ok(0))
            }
            Err(error) => self.cut(error),
        }
    }

    fn cut(&mut self, error: h2::Error) -> Poll<io::Result<usize>> {
        self.state = Input::Cut;
        Poll::Ready(Err(io_error(error)))
    }
}

fn io_error(error: h2::Error) -> io::Error {
    if error.is_io() { error.into_io().unwrap_or_else(|| io::ErrorKind::ConnectionReset.into()) } else { io::Error::other(error) }
}

impl Side for H2 {
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        loop {
            match self.state {
                Input::Done | Input::Cut => return Poll::Ready(Ok(0)),
                Input::Trailers => return self.poll_trailers(cx),
                Input::Open => {}
            }
            let Some(recv) = &mut self.recv else { return Poll::Ready(Ok(0)) };
            match ready!(recv.poll_data(cx)) {
                Some(Ok(piece)) if piece.is_empty() => {}
                Some(Ok(piece)) => {
                    if let Some(left) = &mut self.left {
                        let Some(rest) = left.checked_sub(piece.len() as u64) else {
                            self.state = Input::Cut;
                            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
                        };
                        *left = rest;
                    }
                    // Asked again only when the piece before was used up.
                    self.piece = piece;
                    return Poll::Ready(Ok(self.piece.len()));
                }
                Some(Err(error)) => return self.cut(error),
                None => self.state = Input::Trailers,
            }
        }
    }

    fn decode(&mut self) -> Result<Decoded, Reject> {
        if !self.piece.is_empty() {
            return Ok(Decoded::Data { skip: 0, len: self.piece.len() });
        }
        Ok(Decoded::More)
    }

    fn input(&self) -> &[u8] {
        &self.piece
    }

    fn consume(&mut self, n: usize) {
        let n = n.min(self.piece.len());
        self.piece.advance(n);
        if let Some(recv) = &mut self.recv {
            // The other end may send as much again.
            let _ = recv.flow_control().release_capacity(n);
        }
    }

    fn is_input_done(&self) -> bool {
        // The stated length is the end: waiting for the frame that says so would hold the other side up.
        self.piece.is_empty() && (self.state == Input::Done || (self.state != Input::Cut && self.left == Some(0)))
    }

    fn closed(&mut self) -> Option<Vec<u8>> {
        let whole = self.left.map_or(self.state == Input::Done, |left| left == 0 && self.state != Input::Cut);
        whole.then(|| std::mem::take(&mut self.trailers))
    }

    fn queued(&self) -> usize {
        self.queue.len()
    }

    fn put(&mut self, data: &[u8]) {
        self.queue.extend_from_slice(data);
    }

    fn end(&mut self, trailers: &[u8]) {
        if matches!(self.output, Output::Open) {
            self.output = Output::Ending((!trailers.is_empty()).then(|| fields::from_lines(trailers)));
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(send) = &mut self.send else { return Poll::Ready(Ok(())) };
        while !self.queue.is_empty() {
            send.reserve_capacity(self.queue.len());
            let mut room = send.capacity();
            while room == 0 {
                room = match ready!(send.poll_capacity(cx)) {
                    Some(Ok(n)) => n,
                    Some(Err(error)) => return Poll::Ready(Err(io_error(error))),
                    None => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
                };
            }
            let piece = self.queue.split_to(room.min(self.queue.len())).freeze();
            let last = self.queue.is_empty() && matches!(self.output, Output::Ending(None));
            send.send_data(piece, last).map_err(io_error)?;
            if last {
                self.output = Output::Ended;
            }
        }
        match std::mem::replace(&mut self.output, Output::Ended) {
            Output::Ending(Some(trailers)) => send.send_trailers(trailers).map_err(io_error)?,
            Output::Ending(None) => send.send_data(Bytes::new(), true).map_err(io_error)?,
            other => self.output = other,
        }
        Poll::Ready(Ok(()))
    }
}

//! A client that speaks HTTP/1.

use super::{AnswerHead, Client, Content};
use crate::stream::ClientStream;
use hcc_http::bytes::put_u64;
use hcc_http::{RequestHead, Version};
use hcc_proxy::{Conn, H1, Side, Sink};
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

/// A client that speaks HTTP/1.
pub type H1Client = H1<ClientStream>;

impl Client for H1Client {
    const PROTOCOL: &'static [u8] = b"";

    fn put_head(&mut self, request: &RequestHead, head: &AnswerHead<'_>) -> io::Result<()> {
        let out = &mut self.conn.wbuf;
        let mut line = [0u8; 13];
        line[..9].copy_from_slice(b"HTTP/1.1 ");
        for (slot, unit) in line[9..12].iter_mut().zip([100, 10, 1]) {
            *slot = b'0' + u8::try_from(head.status / unit % 10).unwrap_or(0);
        }
        line[12] = b' ';
        out.put(&line);
        out.put(head.reason);
        out.put(b"\r\n");
        out.put(head.lines);
        self.sink = Sink::Plain;
        match head.content {
            Content::None | Content::Stated(_) => {}
            Content::Length(n) => {
                let mut digits = Vec::with_capacity(24);
                put_u64(&mut digits, n);
                out.put(b"Content-Length: ");
                out.put(&digits);
                out.put(b"\r\n");
            }
            Content::Unsized if request.version == Version::V10 => {}
            Content::Unsized => {
                self.sink = Sink::Chunked;
                out.put(b"Transfer-Encoding: chunked\r\n");
            }
        }
        if !head.keep {
            out.put(b"Connection: close\r\n");
        } else if request.version == Version::V10 {
            out.put(b"Connection: keep-alive\r\n");
        }
        out.put(b"\r\n");
        Ok(())
    }

    fn put_continue(&mut self) {
        self.conn.wbuf.put(b"HTTP/1.1 100 Continue\r\n\r\n");
    }

    fn ends_by_close(&self, request: &RequestHead) -> bool {
        request.version == Version::V10
    }

    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Only a reset counts: one that closed its side still reads, and pipelined bytes may wait.
        if !self.is_input_done() || !self.conn.rbuf.is_empty() || self.half_closed {
            return Poll::Pending;
        }
        match self.conn.poll_fill(cx, false) {
            Poll::Ready(Err(_)) => Poll::Ready(()),
            Poll::Ready(Ok(0)) => {
                self.half_closed = true;
                Poll::Pending
            }
            Poll::Ready(Ok(_)) | Poll::Pending => Poll::Pending,
        }
    }

    fn cut(&mut self, by_close: bool) {
        if by_close {
            let _ = socket2::SockRef::from(self.conn.io.tcp()).set_linger(Some(Duration::ZERO));
        }
    }

    fn connection(&mut self) -> Option<&mut Conn<ClientStream>> {
        Some(&mut self.conn)
    }
}

//! A client that speaks HTTP/2: one of its streams.

use super::{AnswerHead, Client, Content};
use crate::stream::ClientStream;
use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use hcc_http::{Framing, Name, Reject, RequestHead};
use hcc_proxy::side::fields;
use hcc_proxy::{Conn, H2, Side};
use http::{HeaderValue, Request, Response, StatusCode, header};
use std::io;
use std::task::{Context, Poll};

/// One stream of a client's connection.
pub struct H2Client {
    side: H2,
    respond: SendResponse<Bytes>,
}

impl H2Client {
    /// A stream whose request's body comes by `recv`.
    pub fn new(recv: RecvStream, respond: SendResponse<Bytes>, framing: Framing) -> Self {
        let length = if let Framing::Length(n) = framing { Some(n) } else { None };
        let recv = (framing != Framing::None).then_some(recv);
        Self { side: H2::new(recv, length), respond }
    }
}

/// Writes a request's head as HTTP/1.1 would, for the one strict parser to judge (RFC 9113 section 8.3.1).
pub fn put_head(out: &mut Vec<u8>, request: &Request<RecvStream>) -> Result<(), Reject> {
    let (uri, fields_in) = (request.uri(), request.headers());
    out.clear();
    out.extend_from_slice(request.method().as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    let mut own_host = fields_in.get_all(header::HOST).iter();
    let host = own_host.next();
    if let Some(authority) = uri.authority() {
        if own_host.next().is_some() || host.is_some_and(|h| !h.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes())) {
            return Err(Reject::bad(":authority and Host differ"));
        }
        if host.is_none() {
            hcc_http::forwarded::put_field(out, b"Host", authority.as_str().as_bytes());
        }
    }
    fields::put_lines(out, fields_in);
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// The framing of a request: its length when stated, chunks towards an HTTP/1.1 upstream when not.
pub fn framing(head: &RequestHead, recv: &RecvStream) -> Framing {
    match head.framing {
        _ if recv.is_end_stream() => Framing::None,
        Framing::Length(n) => Framing::Length(n),
        _ if head.fields.first(Name::ContentLength).is_some() => Framing::None,
        _ => Framing::Chunked,
    }
}

impl Side for H2Client {
    hcc_proxy::delegate_side!(side);
}

impl Client for H2Client {
    const PROTOCOL: &'static [u8] = b"HTTP/2.0";

    fn put_head(&mut self, _request: &RequestHead, head: &AnswerHead<'_>) -> io::Result<()> {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::from_u16(head.status).map_err(io::Error::other)?;
        *response.headers_mut() = fields::from_lines(head.lines);
        let ended = match head.content {
            Content::None => true,
            Content::Length(n) => {
                response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(n));
                n == 0
            }
            Content::Stated(n) => n == 0,
            Content::Unsized => false,
        };
        let send = self.respond.send_response(response, ended).map_err(io::Error::other)?;
        self.side.send_to(send, ended);
        Ok(())
    }

    fn put_continue(&mut self) {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::CONTINUE;
        // A client that is gone needs no invitation.
        let _ = self.respond.send_informational(response);
    }

    fn ends_by_close(&self, _request: &RequestHead) -> bool {
        false
    }

    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Once the answer has begun, its stream is asked instead of the promise to answer.
        let gone = if self.side.is_sending() { self.side.poll_reset(cx) } else { self.respond.poll_reset(cx).is_ready() };
        if gone { Poll::Ready(()) } else { Poll::Pending }
    }

    fn cut(&mut self, _by_close: bool) {
        self.side.reset(Reason::INTERNAL_ERROR);
    }

    fn connection(&mut self) -> Option<&mut Conn<ClientStream>> {
        None
    }
}

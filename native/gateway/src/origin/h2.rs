//! An upstream that speaks HTTP/2.

use super::Origin;
use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use hcc_http::bytes::{parse_u63, put_u64};
use hcc_http::forwarded::{Hop, put_fields};
use hcc_http::{Framing, Name, RequestHead, ResponseHead};
use hcc_proxy::multiplex::failure;
use hcc_proxy::side::fields;
use hcc_proxy::{H2, ProxyError, Side};
use http::{HeaderValue, Method, Request, Uri, header};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// One stream of a connection to an upstream.
pub struct H2Origin {
    side: H2,
    sender: SendRequest<Bytes>,
    answer: Option<ResponseFuture>,
    secure: bool,
    address: String,
    scratch: Vec<u8>,
}

impl H2Origin {
    /// An exchange on a connection that is ready for one more stream; `address` stands for a request without Host.
    pub fn new(sender: SendRequest<Bytes>, secure: bool, address: &str) -> Self {
        Self { side: H2::new(None, None), sender, answer: None, secure, address: address.to_owned(), scratch: Vec::new() }
    }
}

fn ours(reason: &'static str) -> ProxyError {
    ProxyError::ours(500, reason).not_sent()
}

impl Origin for H2Origin {
    fn put_request(&mut self, head: &RequestHead, framing: Framing, hop: &Hop<'_>) -> Result<(), ProxyError> {
        self.scratch.clear();
        put_fields(&mut self.scratch, head, hop);
        let mut out = fields::from_lines(&self.scratch);
        let host = out.remove(header::HOST);
        let authority = host.as_ref().and_then(|h| h.to_str().ok()).filter(|h| !h.is_empty()).unwrap_or(&self.address);
        let target = std::str::from_utf8(hop.target).map_err(|_| ours("target"))?;
        let uri = Uri::builder()
            .scheme(if self.secure { "https" } else { "http" })
            .authority(authority)
            .path_and_query(target)
            .build()
            .map_err(|_| ours("target that HTTP/2 cannot carry"))?;
        if let Framing::Length(n) = framing {
            out.insert(header::CONTENT_LENGTH, HeaderValue::from(n));
        }
        if head.fields.has_token(Name::Te, b"trailers") {
            out.insert(header::TE, HeaderValue::from_static("trailers"));
        }
        let mut request = Request::new(());
        *request.method_mut() = Method::from_bytes(head.method()).map_err(|_| ours("method"))?;
        *request.uri_mut() = uri;
        *request.headers_mut() = out;
        let ended = framing == Framing::None;
        let (answer, send) = self.sender.send_request(request, ended).map_err(|e| failure(&e, false).not_sent())?;
        self.side.send_to(send, ended);
        self.answer = Some(answer);
        Ok(())
    }

    fn poll_head(&mut self, cx: &mut Context<'_>, response: &mut ResponseHead, to_head: bool) -> Poll<Result<(), ProxyError>> {
        let Some(answer) = &mut self.answer else { return Poll::Ready(Err(ours("answer read twice"))) };
        let (parts, body) = ready!(Pin::new(answer).poll(cx)).map_err(|e| failure(&e, false))?.into_parts();
        self.answer = None;
        // As HTTP/1.1 would say it, for the one strict parser to judge.
        self.scratch.clear();
        self.scratch.extend_from_slice(b"HTTP/1.1 ");
        put_u64(&mut self.scratch, u64::from(parts.status.as_u16()));
        self.scratch.extend_from_slice(b" \r\n");
        fields::put_lines(&mut self.scratch, &parts.headers);
        self.scratch.extend_from_slice(b"\r\n");
        response.parse(&self.scratch, to_head).map_err(|r| ProxyError::upstream(502, r.reason))?;
        if body.is_end_stream() {
            response.framing = Framing::None;
        }
        let length = response.fields.first(Name::ContentLength).and_then(parse_u63);
        self.side.receive(body, length.filter(|_| response.framing != Framing::None));
        Poll::Ready(Ok(()))
    }
}

impl Side for H2Origin {
    hcc_proxy::delegate_side!(side);
}

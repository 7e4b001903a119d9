//! One active check of an endpoint, on a connection of its own.

use crate::conn::Conn;
use crate::connect::open;
use crate::endpoint::{Endpoint, Place};
use crate::error::ProxyError;
use crate::health::{CheckKind, Health};
use crate::multiplex;
use crate::settings::Protocol;
use crate::stream::Stream;
use bytes::Bytes;
use hcc_http::scan::HeadScanner;
use hcc_http::{Body, Decoded, ResponseHead};
use std::fmt;
use std::future::poll_fn;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

/// Bytes of the answer's content that are looked at.
const MAX_CONTENT: usize = 65_536;
/// Bytes of the answer's head.
const MAX_HEAD: usize = 65_536;

/// Why a check failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckFailure {
    /// No connection, or an exchange that broke.
    Broken(&'static str),
    /// Not done in time.
    Late,
    /// A status out of range.
    Status(u16),
    /// The text is not in the answer.
    Text,
}

impl fmt::Display for CheckFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(reason) => f.write_str(reason),
            Self::Late => f.write_str("no answer in time"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Text => f.write_str("text not in the answer"),
        }
    }
}

impl From<ProxyError> for CheckFailure {
    fn from(error: ProxyError) -> Self {
        Self::Broken(error.reason)
    }
}

/// Checks an endpoint once.
pub(crate) async fn once(endpoint: &Endpoint, health: &Health) -> Result<(), CheckFailure> {
    let checking = async {
        let stream = open(endpoint).await?;
        match (health.kind, endpoint.protocol()) {
            (CheckKind::Tcp, _) => Ok(()),
            (CheckKind::Http, Protocol::H1) => h1(stream, endpoint, health).await,
            (CheckKind::Http, Protocol::H2) => h2(stream, endpoint, health).await,
        }
    };
    timeout(health.timeout, checking).await.unwrap_or(Err(CheckFailure::Late))
}

fn host<'a>(endpoint: &'a Endpoint, health: &'a Health) -> &'a str {
    match (&health.host, endpoint.place()) {
        (Some(host), _) => host,
        (None, Place::Unix(_)) => "localhost",
        (None, Place::Socket(_)) => endpoint.target(),
    }
}

/// Whether a status is good.
fn right(status: u16, health: &Health) -> Result<(), CheckFailure> {
    if (health.status.0..=health.status.1).contains(&status) { Ok(()) } else { Err(CheckFailure::Status(status)) }
}

/// Whether the text is there; more content may still come until `whole`.
fn holds(content: &[u8], text: &str, whole: bool) -> Option<Result<(), CheckFailure>> {
    let content = &content[..content.len().min(MAX_CONTENT)];
    if text.is_empty() || content.windows(text.len()).any(|w| w == text.as_bytes()) {
        return Some(Ok(()));
    }
    (whole || content.len() == MAX_CONTENT).then_some(Err(CheckFailure::Text))
}

async fn h1(stream: Stream, endpoint: &Endpoint, health: &Health) -> Result<(), CheckFailure> {
    let broken = |_| CheckFailure::Broken("upstream connection ended");
    let mut conn = Conn::new(stream);
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: hcc-health\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        health.path,
        host(endpoint, health)
    );
    conn.io.write_all(request.as_bytes()).await.map_err(broken)?;
    conn.io.flush().await.map_err(broken)?;
    let mut head = ResponseHead::default();
    loop {
        let mut scanner = HeadScanner::default();
        let length = loop {
            match scanner.scan(conn.rbuf.bytes(), MAX_HEAD) {
                Ok(Some(length)) => break length,
                Ok(None) if poll_fn(|cx| conn.poll_fill(cx, false)).await.map_err(broken)? == 0 => {
                    return Err(CheckFailure::Broken("upstream closed without an answer"));
                }
                Ok(None) => {}
                Err(_) => return Err(CheckFailure::Broken("upstream head")),
            }
        };
        head.parse(&conn.rbuf.bytes()[..length], false).map_err(|r| CheckFailure::Broken(r.reason))?;
        conn.rbuf.consume(length);
        if head.status >= 200 {
            break;
        }
    }
    right(head.status, health)?;
    let Some(text) = &health.contains else { return Ok(()) };
    let (mut body, mut content) = (Body::new(head.framing), Vec::new());
    loop {
        if let Some(verdict) = holds(&content, text, body.is_done()) {
            return verdict;
        }
        match body.decode(conn.rbuf.bytes()).map_err(|_| CheckFailure::Broken("upstream body framing"))? {
            Decoded::Data { skip, len } => {
                content.extend_from_slice(&conn.rbuf.bytes()[skip..skip + len]);
                conn.rbuf.consume(skip + len);
            }
            Decoded::End { .. } => return holds(&content, text, true).unwrap_or(Err(CheckFailure::Text)),
            Decoded::More => {
                if poll_fn(|cx| conn.poll_fill(cx, true)).await.map_err(broken)? == 0 && !body.ends_at_close() {
                    return Err(CheckFailure::Broken("upstream answer truncated"));
                }
            }
        }
    }
}

async fn h2(stream: Stream, endpoint: &Endpoint, health: &Health) -> Result<(), CheckFailure> {
    let broken = |e: h2::Error| CheckFailure::from(multiplex::failure(&e, false));
    let (send, connection) = multiplex::builder().handshake::<_, Bytes>(stream).await.map_err(broken)?;
    let exchange = async {
        let scheme = if endpoint.is_tls() { "https" } else { "http" };
        let request = http::Request::get(format!("{scheme}://{}{}", host(endpoint, health), health.path))
            .version(http::Version::HTTP_2)
            .header("user-agent", "hcc-health")
            .body(())
            .map_err(|_| CheckFailure::Broken("path or host of the check"))?;
        let mut send = send.ready().await.map_err(broken)?;
        let (answer, _) = send.send_request(request, true).map_err(broken)?;
        let answer = answer.await.map_err(broken)?;
        right(answer.status().as_u16(), health)?;
        let Some(text) = &health.contains else { return Ok(()) };
        let (mut body, mut content) = (answer.into_body(), Vec::new());
        loop {
            let data = body.data().await.transpose().map_err(broken)?;
            let whole = data.is_none();
            if let Some(data) = data {
                body.flow_control().release_capacity(data.len()).map_err(broken)?;
                content.extend_from_slice(&data);
            }
            if let Some(verdict) = holds(&content, text, whole) {
                return verdict;
            }
        }
    };
    tokio::select! {
        verdict = exchange => verdict,
        // The exchange learns of a broken connection by itself, and says better why.
        () = async { let _ = connection.await; std::future::pending().await } => Ok(()),
    }
}

//! What stands before HTTP on a connection: the PROXY protocol's header, then TLS.

use crate::exchange::Peer;
use crate::stream::ClientStream;
use hcc_http::proxy_protocol::{Preamble, V2_MAX, parse};
use hcc_proxy::Conn;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// How a listener's connections begin.
#[derive(Clone, Default)]
pub struct Opening {
    /// Whether each begins with a PROXY header, without which it is refused.
    pub proxy: bool,
    /// What accepts TLS, when they speak it.
    pub tls: Option<TlsAcceptor>,
}

/// A connection that is ready for HTTP.
pub struct Opened {
    /// The connection.
    pub conn: Conn<ClientStream>,
    /// Whose it is.
    pub peer: Arc<Peer>,
    /// Whether HTTP/2 was agreed on.
    pub h2: bool,
}

/// Goes through what stands before HTTP; `None` when that fails, and then there is nobody to tell.
pub async fn open(opening: &Opening, mut tcp: TcpStream, from: SocketAddr) -> Option<Opened> {
    let mut from = from;
    if opening.proxy {
        from = header(&mut tcp).await?.unwrap_or(from);
    }
    let mut h2 = false;
    let stream = if let Some(acceptor) = &opening.tls {
        let tls = acceptor.accept(tcp).await.ok()?;
        h2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
        ClientStream::Tls(Box::new(tls))
    } else {
        ClientStream::Plain(tcp)
    };
    let peer = Arc::new(Peer::new(from, &stream));
    Some(Opened { conn: Conn::new(stream), peer, h2 })
}

/// A connection on which nothing stands before HTTP.
pub fn plain(tcp: TcpStream, from: SocketAddr) -> Option<Opened> {
    let stream = ClientStream::Plain(tcp);
    let peer = Arc::new(Peer::new(from, &stream));
    Some(Opened { conn: Conn::new(stream), peer, h2: false })
}

/// Takes the PROXY header and nothing behind it.
async fn header(tcp: &mut TcpStream) -> Option<Option<SocketAddr>> {
    let mut seen = [0u8; V2_MAX];
    let mut before = 0;
    loop {
        let n = tcp.peek(&mut seen).await.ok().filter(|n| *n > 0)?;
        match parse(&seen[..n]).ok()? {
            Preamble::Header(length, address) => {
                tcp.read_exact(&mut seen[..length]).await.ok()?;
                return Some(address);
            }
            // Peeking again would give the same at once; a header comes in one piece but for odd senders.
            Preamble::More if n == before => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
            Preamble::More => before = n,
        }
    }
}

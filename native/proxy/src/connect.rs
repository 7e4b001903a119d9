//! Opening a connection to an endpoint.

use crate::conn::Timer;
use crate::endpoint::{Endpoint, Place};
use crate::error::ProxyError;
use crate::settings::Protocol;
use crate::stream::Stream;
use socket2::{SockRef, TcpKeepalive};
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

/// Silence after which TCP asks whether the other host is still there, so that tunnels and streams to a dead one end.
const SILENCE: Duration = Duration::from_secs(30);
/// Between two such questions.
const PROBE: Duration = Duration::from_secs(10);
/// Questions without an answer that end the connection.
const PROBES: u32 = 3;
/// `EMFILE` and `ENFILE`: no descriptor left, in the process or on the host.
const NO_DESCRIPTOR: [i32; 2] = [24, 23];

/// A new connection, TLS included where the upstream wants it. Nothing was sent of any request when it fails.
pub(crate) async fn open(endpoint: &Endpoint) -> Result<Stream, ProxyError> {
    let plain = match endpoint.place() {
        Place::Socket(address) => {
            let tcp = TcpStream::connect(address).await.map_err(|e| refused(&e))?;
            // A connection that is gone already will say so when it is used.
            let _ = tcp.set_nodelay(true);
            let probes = TcpKeepalive::new().with_time(SILENCE).with_interval(PROBE).with_retries(PROBES);
            let _ = SockRef::from(&tcp).set_tcp_keepalive(&probes);
            Stream::Tcp(tcp)
        }
        Place::Unix(path) => Stream::Unix(UnixStream::connect(path).await.map_err(|e| refused(&e))?),
    };
    let Some((config, name)) = endpoint.tls() else { return Ok(plain) };
    let tls = TlsConnector::from(config).connect(name, plain).await.map_err(|e| tls_failed(&e))?;
    if endpoint.protocol() == Protocol::H2 && tls.get_ref().1.alpn_protocol() != Some(b"h2") {
        return Err(ProxyError::upstream(502, "upstream offers no h2").not_sent());
    }
    Ok(Stream::Tls(Box::new(tls)))
}

fn refused(error: &io::Error) -> ProxyError {
    let ours = error.kind() == io::ErrorKind::AddrNotAvailable || error.raw_os_error().is_some_and(|n| NO_DESCRIPTOR.contains(&n));
    if ours { ProxyError::ours(503, "no socket left").not_sent() } else { ProxyError::upstream(502, "upstream connect failed").not_sent() }
}

fn tls_failed(error: &io::Error) -> ProxyError {
    let reason = match error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_)) => "upstream certificate refused",
        _ => "upstream tls failed",
    };
    ProxyError::upstream(502, reason).not_sent()
}

/// Waits for a connection no longer than this.
pub(crate) async fn in_time<T>(
    timer: &mut Timer,
    within: Duration,
    opening: impl Future<Output = Result<T, ProxyError>>,
) -> Result<T, ProxyError> {
    timer.within(within);
    let mut opening = pin!(opening);
    poll_fn(|cx| match opening.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(done),
        Poll::Pending if timer.poll_late(cx) => Poll::Ready(Err(ProxyError::upstream(504, "upstream connect timeout").not_sent())),
        Poll::Pending => Poll::Pending,
    })
    .await
}

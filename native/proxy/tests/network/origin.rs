//! Origins to connect to, and upstreams that lead there.

use hcc_proxy::{Ask, Endpoint, Settings, Target, Timeouts, Tls, Upstream};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub const CA: &str = include_str!("../data/ca.pem");

pub trait Fine<T> {
    /// The value, or the end of the test.
    fn fine(self) -> T;
}

impl<T, E: Display> Fine<T> for Result<T, E> {
    #[track_caller]
    fn fine(self) -> T {
        self.unwrap_or_else(|e| panic!("{e}"))
    }
}

/// Waits for a condition of another task, ten seconds at most.
#[track_caller]
pub fn eventually(condition: impl Fn() -> bool) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        for _ in 0..2000 {
            if condition() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("never came true: {place}");
    }
}

pub fn upstream(address: &str, change: impl FnOnce(&mut Settings)) -> Arc<Upstream> {
    let time = Duration::from_secs(5);
    let timeouts = Timeouts { connect: time, first_byte: time, between_bytes: time, total: None };
    let target = Target::parse(address, 1).unwrap_or_else(|| panic!("{address}"));
    let mut settings = Settings::new(vec![target], timeouts);
    change(&mut settings);
    Arc::new(Upstream::new(settings, None).fine())
}

pub fn endpoint(upstream: &Upstream) -> Arc<Endpoint> {
    let ask = Ask { now_ms: 1, hash: None, random: 1, except: &[] };
    Arc::clone(upstream.pick(&ask).fine().endpoint())
}

/// TLS that trusts the test's authority alone.
pub fn own_ca(server_name: Option<&str>) -> Tls {
    Tls { verify: true, server_name: server_name.map(str::to_owned), ca_pem: Some(CA.to_owned()) }
}

pub fn acceptor(alpn: &[&[u8]]) -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(include_bytes!("../data/origin.pem")).collect::<Result<Vec<_>, _>>().fine();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../data/origin.key")).fine();
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .fine()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .fine();
    config.alpn_protocols = alpn.iter().map(|p| p.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

/// A listener on a free port, and its address.
pub async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.fine();
    let address = listener.local_addr().fine().to_string();
    (listener, address)
}

/// Answers every request without a body with this, until the other end closes.
pub async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &[u8], served: &AtomicUsize) {
    let (mut got, mut chunk) = (Vec::new(), [0; 1024]);
    while let Ok(n) = stream.read(&mut chunk).await {
        if n == 0 {
            return;
        }
        got.extend_from_slice(&chunk[..n]);
        if got.ends_with(b"\r\n\r\n") {
            got.clear();
            served.fetch_add(1, Ordering::Relaxed);
            if stream.write_all(answer).await.is_err() {
                return;
            }
        }
    }
}

//! Looking names up, away from the threads that serve.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// Between two look-ups of a name, a tenth more or less. The system's resolver does not tell how long an answer is good.
pub(crate) const INTERVAL: Duration = Duration::from_secs(10);
/// Between two look-ups of an upstream that has names without any address yet.
pub(crate) const RETRY: Duration = Duration::from_secs(1);
/// How long a look-up may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);
/// Addresses of one name that are used.
const MAX_ADDRESSES: usize = 64;
/// Look-ups under way at once; each has a thread.
const MAX_AT_ONCE: usize = 64;
/// Stack of such a thread; the C library keeps answers of up to 64 KiB on it.
const STACK: usize = 512 * 1024;

/// What a look-up gives.
pub type Found = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Who looks names up.
pub trait Lookup: Send + Sync {
    /// The addresses of a name, with the port put in.
    fn look_up(&self, host: &str, port: u16) -> Found;
}

/// The system's resolver. It blocks, and may do so for long when no name server answers; so each look-up has a thread of its own,
/// for which nobody waits when the process ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn look_up(&self, host: &str, port: u16) -> Found {
        static AT_ONCE: OnceLock<Arc<Semaphore>> = OnceLock::new();
        let at_once = Arc::clone(AT_ONCE.get_or_init(|| Arc::new(Semaphore::new(MAX_AT_ONCE))));
        let host = host.to_owned();
        Box::pin(async move {
            let permit = at_once.acquire_owned().await.map_err(io::Error::other)?;
            let (tell, told) = oneshot::channel();
            std::thread::Builder::new().name("lookup".to_owned()).stack_size(STACK).spawn(move || {
                let _ = tell.send((host.as_str(), port).to_socket_addrs().map(|found| reachable(found.collect())));
                drop(permit);
            })?;
            told.await.map_err(io::Error::other)?
        })
    }
}

/// Leaves out addresses for which there is no route, as IPv6 on a host without it (RFC 6724 section 5, rule 1), unless that is all.
fn reachable(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let routed = |to: &SocketAddr| {
        let any = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        // Connecting a datagram socket looks for a route and sends nothing.
        UdpSocket::bind(any).is_ok_and(|socket| socket.connect(to).is_ok())
    };
    let kept: Vec<_> = found.iter().copied().filter(routed).collect();
    if kept.is_empty() { found } else { kept }
}

/// Addresses in an order that does not change from answer to answer, each once.
pub(crate) fn settled(mut found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    found.sort_unstable();
    found.dedup();
    found.truncate(MAX_ADDRESSES);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_put_in_order() {
        let parse = |texts: &[&str]| texts.iter().filter_map(|t| t.parse().ok()).collect::<Vec<SocketAddr>>();
        let answer = parse(&["10.0.0.2:1", "[::1]:1", "10.0.0.1:1", "10.0.0.2:1"]);
        assert_eq!(settled(answer), parse(&["10.0.0.1:1", "10.0.0.2:1", "[::1]:1"]));
    }

    #[test]
    fn the_system_knows_itself() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap_or_else(|e| panic!("{e}"));
        let found = runtime.block_on(SystemLookup.look_up("127.0.0.1", 80)).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(found, ["127.0.0.1:80".parse().unwrap_or_else(|e| panic!("{e}"))]);
        assert!(runtime.block_on(SystemLookup.look_up("no such name", 80)).is_err());
    }
}

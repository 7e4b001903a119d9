use crate::origin::{Fine, acceptor, endpoint, eventually, listen, own_ca, upstream};
use hcc_proxy::{Endpoint, Pool, Stream, Timer, Upstream};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;

const TIME: Duration = Duration::from_secs(5);

async fn get(pool: &Pool, endpoint: &Arc<Endpoint>, repeatable: bool) -> hcc_proxy::Checkout {
    pool.get(endpoint, repeatable, TIME, &mut Timer::default()).await.fine()
}

/// Serves one connection: reads a byte and answers one; then, told to, closes or says something unasked.
fn serve_once(listener: tokio::net::TcpListener, tls: bool, unasked: &'static [u8]) -> oneshot::Sender<()> {
    let (tell, told) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let tcp = listener.accept().await.fine().0;
        if tls {
            end(acceptor(&[]).accept(tcp).await.fine(), told, unasked).await;
        } else {
            end(tcp, told, unasked).await;
        }
        // Further connections wait unanswered.
        std::future::pending::<()>().await;
        drop(listener);
    });
    tell
}

async fn end(mut stream: impl AsyncReadExt + AsyncWriteExt + Unpin, told: oneshot::Receiver<()>, unasked: &[u8]) {
    stream.read_u8().await.fine();
    stream.write_all(b"!").await.fine();
    stream.flush().await.fine();
    let _ = told.await;
    if unasked.is_empty() {
        stream.shutdown().await.fine();
    } else {
        stream.write_all(unasked).await.fine();
        stream.flush().await.fine();
        std::future::pending::<()>().await;
    }
}

async fn use_once(stream: &mut Stream) {
    stream.write_all(b"?").await.fine();
    stream.flush().await.fine();
    let mut answer = [0; 16];
    assert_eq!(stream.read(&mut answer).await.fine(), 1);
}

fn tcp_or_tls(address: &str, tls: bool) -> Arc<Upstream> {
    upstream(address, |s| s.tls = tls.then(|| own_ca(None)))
}

#[tokio::test]
async fn a_kept_connection_serves_again_until_the_other_end_closes_or_speaks() {
    for (tls, unasked) in [(false, &b""[..]), (false, b"?"), (true, b""), (true, b"?")] {
        for repeatable in [true, false] {
            let (listener, address) = listen().await;
            let close = serve_once(listener, tls, unasked);
            let upstream = tcp_or_tls(&address, tls);
            let (pool, endpoint) = (Pool::default(), endpoint(&upstream));
            let mut first = get(&pool, &endpoint, repeatable).await;
            use_once(&mut first.conn.io).await;
            pool.put(&endpoint, first.conn);
            let second = get(&pool, &endpoint, repeatable).await;
            assert!(second.reused && pool.idle() == 0);
            pool.put(&endpoint, second.conn);
            close.send(()).unwrap_or_else(|()| panic!("origin gone"));
            eventually(|| {
                pool.sweep(TIME);
                pool.idle() == 0
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_close_is_seen_at_once_for_what_cannot_be_repeated() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").fine();
    let (pool, upstream) = (Pool::default(), upstream(&listener.local_addr().fine().to_string(), |_| {}));
    let endpoint = endpoint(&upstream);
    let first = get(&pool, &endpoint, true).await;
    let (accepted, _) = listener.accept().fine();
    pool.put(&endpoint, first.conn);
    // The event loop does not run between the close and the look.
    drop(accepted);
    assert!(!get(&pool, &endpoint, false).await.reused);
}

#[tokio::test]
async fn what_is_too_old_or_of_no_endpoint_is_closed() {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    let (pool, upstream) = (Pool::default(), upstream(&address, |_| {}));
    let endpoint = endpoint(&upstream);
    for _ in 0..3 {
        let got = Pool::connect(&endpoint, TIME, &mut Timer::default()).await.fine();
        pool.put(&endpoint, got.conn);
    }
    let mut dirty = Pool::connect(&endpoint, TIME, &mut Timer::default()).await.fine();
    dirty.conn.wbuf.put(b"x");
    pool.put(&endpoint, dirty.conn);
    pool.sweep(TIME);
    assert_eq!(pool.idle(), 3);
    pool.sweep(Duration::ZERO);
    assert_eq!(pool.idle(), 0);
    let got = Pool::connect(&endpoint, TIME, &mut Timer::default()).await.fine();
    pool.put(&endpoint, got.conn);
    drop((endpoint, upstream));
    pool.sweep(TIME);
    assert_eq!(pool.idle(), 0);
}

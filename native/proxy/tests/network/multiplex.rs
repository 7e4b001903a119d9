use crate::origin::{Fine, acceptor, endpoint, eventually, listen, own_ca, upstream};
use bytes::Bytes;
use h2::server::{self, SendResponse};
use h2::{Reason, RecvStream};
use hcc_proxy::multiplex::failure;
use hcc_proxy::{Endpoint, Multiplexed, Pool, Protocol, Timer};
use http::{Request, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

const TIME: Duration = Duration::from_secs(5);

/// What an origin saw and may do.
struct Origin {
    connections: AtomicUsize,
    requests: AtomicUsize,
    /// Answers that may go out.
    answers: Semaphore,
    max_streams: u32,
    /// Says goodbye after this many requests of a connection; the first of them is the last one taken.
    goodbye_after: usize,
}

fn origin(max_streams: u32, answers: usize, goodbye_after: usize) -> Arc<Origin> {
    let answers = Semaphore::new(answers);
    Arc::new(Origin { connections: AtomicUsize::new(0), requests: AtomicUsize::new(0), answers, max_streams, goodbye_after })
}

async fn accept(listener: TcpListener, origin: Arc<Origin>, tls: bool) {
    while let Ok((tcp, _)) = listener.accept().await {
        let origin = Arc::clone(&origin);
        tokio::spawn(async move {
            if tls {
                serve(acceptor(&[b"h2"]).accept(tcp).await.fine(), &origin).await;
            } else {
                serve(tcp, &origin).await;
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, origin: &Arc<Origin>) {
    origin.connections.fetch_add(1, Ordering::Relaxed);
    let mut connection = server::Builder::new().max_concurrent_streams(origin.max_streams).handshake::<_, Bytes>(stream).await.fine();
    let mut served = 0;
    while let Some(Ok((request, respond))) = connection.accept().await {
        served += 1;
        origin.requests.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(reply(request, respond, Arc::clone(origin)));
        if served == origin.goodbye_after {
            connection.graceful_shutdown();
        }
    }
}

async fn reply(request: Request<RecvStream>, mut respond: SendResponse<Bytes>, origin: Arc<Origin>) {
    if request.uri().path() == "/refuse" {
        return respond.send_reset(Reason::REFUSED_STREAM);
    }
    if request.uri().path() == "/break" {
        return respond.send_reset(Reason::INTERNAL_ERROR);
    }
    origin.answers.acquire().await.fine().forget();
    respond.send_response(Response::new(()), true).map(drop).fine();
}

async fn place(pool: &Pool, endpoint: &Arc<Endpoint>) -> Multiplexed {
    pool.h2(endpoint, TIME, &mut Timer::default()).await.fine()
}

async fn ask(place: &mut Multiplexed, path: &str) -> Result<u16, h2::Error> {
    let request = Request::get(format!("http://origin.example{path}")).version(http::Version::HTTP_2).body(()).fine();
    let (answer, _) = place.send.send_request(request, true)?;
    Ok(answer.await?.status().as_u16())
}

async fn start(origin: &Arc<Origin>, tls: bool) -> (Pool, Arc<Endpoint>) {
    let (listener, address) = listen().await;
    tokio::spawn(accept(listener, Arc::clone(origin), tls));
    let upstream = upstream(&address, |s| (s.protocol, s.tls) = (Protocol::H2, tls.then(|| own_ca(None))));
    (Pool::default(), endpoint(&upstream))
}

#[tokio::test]
async fn a_burst_shares_connections_up_to_the_streams_allowed() {
    for (tls, max_streams, requests, connections) in [(false, 100, 20, 1), (true, 100, 20, 1), (false, 4, 10, 3), (false, 1000, 200, 2)] {
        let origin = origin(max_streams, 0, 0);
        let (pool, endpoint) = start(&origin, tls).await;
        let pool = Arc::new(pool);
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..requests {
            let (pool, endpoint) = (Arc::clone(&pool), Arc::clone(&endpoint));
            asked.spawn(async move {
                let mut place = place(&pool, &endpoint).await;
                ask(&mut place, "/").await.fine()
            });
        }
        eventually(|| origin.requests.load(Ordering::Relaxed) == requests).await;
        assert_eq!((origin.connections.load(Ordering::Relaxed), pool.multiplexed()), (connections, connections), "{tls} {max_streams}");
        origin.answers.add_permits(requests);
        while let Some(status) = asked.join_next().await {
            assert_eq!(status.fine(), 200);
        }
        assert!(place(&pool, &endpoint).await.reused);
        pool.sweep(Duration::ZERO);
        assert_eq!(pool.multiplexed(), 0);
    }
}

#[tokio::test]
async fn an_origin_that_says_goodbye_gets_no_further_requests() {
    let origin = origin(100, 10, 1);
    let (pool, endpoint) = start(&origin, false).await;
    for expected in 1..=3 {
        let mut place = place(&pool, &endpoint).await;
        assert!(!place.reused);
        assert_eq!(ask(&mut place, "/").await.fine(), 200);
        assert_eq!(origin.connections.load(Ordering::Relaxed), expected);
        drop(place);
        eventually(|| {
            pool.sweep(TIME);
            pool.multiplexed() == 0
        })
        .await;
    }
}

#[tokio::test]
async fn a_retired_connection_gets_no_further_requests() {
    let origin = origin(100, 10, 0);
    let (pool, endpoint) = start(&origin, false).await;
    let mut first = place(&pool, &endpoint).await;
    assert_eq!(ask(&mut first, "/").await.fine(), 200);
    first.retire();
    assert!(!place(&pool, &endpoint).await.reused);
    // What it carries already goes on.
    assert_eq!(ask(&mut first, "/").await.fine(), 200);
}

#[tokio::test]
async fn what_errors_mean() {
    let origin = origin(100, 0, 0);
    let (pool, endpoint) = start(&origin, false).await;
    for (path, answered, want) in [
        ("/refuse", false, ("upstream refused the stream", true, true)),
        ("/break", false, ("upstream reset the stream", false, true)),
        ("/break", true, ("upstream reset the stream", false, false)),
    ] {
        let error = ask(&mut place(&pool, &endpoint).await, path).await.err().unwrap_or_else(|| panic!("{path}: answered"));
        let meant = failure(&error, answered);
        assert_eq!((meant.reason, meant.unsent, meant.unanswered), want, "{path}");
    }
}

#[tokio::test]
async fn an_origin_without_http2_is_found_out_before_a_request_is_risked() {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let mut tcp = listener.accept().await.fine().0;
        assert!(tcp.read(&mut [0; 1024]).await.fine() > 0);
        tcp.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await.fine();
        listener
    });
    let upstream = upstream(&address, |s| s.protocol = Protocol::H2);
    let error = Pool::default().h2(&endpoint(&upstream), TIME, &mut Timer::default()).await.err();
    assert_eq!(error.map(|e| (e.reason, e.status, e.unsent)), Some(("upstream broke http/2", 502, true)));
}

#[tokio::test]
async fn a_connection_that_dies_fails_its_requests_and_is_replaced() {
    let (listener, address) = listen().await;
    let upstream = upstream(&address, |s| s.protocol = Protocol::H2);
    let (pool, endpoint) = (Pool::default(), endpoint(&upstream));
    let served = tokio::spawn(async move {
        let mut connection = server::handshake(listener.accept().await.fine().0).await.fine();
        let first = connection.accept().await;
        drop(connection);
        drop(first);
        listener
    });
    let mut place = place(&pool, &endpoint).await;
    let error = ask(&mut place, "/").await.err().unwrap_or_else(|| panic!("answered"));
    assert!(failure(&error, false).unanswered && !failure(&error, false).unsent, "{error}");
    let listener = served.await.fine();
    let origin = origin(100, 1, 0);
    tokio::spawn(accept(listener, Arc::clone(&origin), false));
    let mut next = pool.h2(&endpoint, TIME, &mut Timer::default()).await.fine();
    assert_eq!((next.reused, ask(&mut next, "/").await.fine()), (false, 200));
}

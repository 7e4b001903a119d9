use crate::origin::{Fine, acceptor, answer, eventually, listen, own_ca, upstream};
use bytes::Bytes;
use hcc_proxy::{CheckKind, Health, Protocol, Upstream, watch};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

fn health(kind: CheckKind) -> Health {
    Health {
        kind,
        path: "/up".to_owned(),
        host: Some("check.example".to_owned()),
        status: (200, 299),
        contains: None,
        interval: Duration::from_millis(10),
        timeout: Duration::from_secs(5),
        unhealthy_after: 2,
        healthy_after: 2,
    }
}

fn watched(upstream: &Arc<Upstream>) -> JoinHandle<()> {
    let upstream = Arc::clone(upstream);
    tokio::spawn(async move { watch(|| vec![Arc::clone(&upstream)], &Notify::new(), 1).await })
}

/// Health, and why the last check failed.
fn state(upstream: &Upstream) -> (bool, Option<String>) {
    let report = upstream.report(1).endpoints.swap_remove(0);
    (report.healthy, report.check_failure)
}

async fn comes_to(upstream: &Upstream, healthy: bool, failure: Option<&str>) {
    eventually(|| {
        let report = upstream.report(1).endpoints.swap_remove(0);
        report.checks > 0 && (report.healthy, report.check_failure.as_deref()) == (healthy, failure)
    })
    .await;
}

/// Serves each connection with what `said` is at that moment.
async fn say(listener: TcpListener, said: Arc<Mutex<&'static str>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let text = *said.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::spawn(async move {
            // The answer ends with the connection, as asked for.
            let (mut stream, served) = (stream, AtomicUsize::new(0));
            tokio::select! {
                () = answer(&mut stream, text.as_bytes(), &served) => {}
                () = async { while served.load(std::sync::atomic::Ordering::Relaxed) == 0 { tokio::task::yield_now().await; } } => {}
            }
        });
    }
}

#[tokio::test]
async fn http_up_down_up() {
    let (listener, address) = listen().await;
    let said = Arc::new(Mutex::new("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    tokio::spawn(say(listener, Arc::clone(&said)));
    let upstream = upstream(&address, |s| s.health = Some(health(CheckKind::Http)));
    assert_eq!(state(&upstream), (true, None));
    let watching = watched(&upstream);
    comes_to(&upstream, true, None).await;
    for (answer, healthy, failure) in [
        ("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", false, Some("status 500")),
        ("HTTP/1.1 204 No\r\n\r\n", true, None),
        ("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", false, Some("status 302")),
        ("HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, None),
        ("SSH-2.0-x\r\n\r\n", false, Some("response version")),
        ("", false, Some("upstream closed without an answer")),
    ] {
        *said.lock().unwrap_or_else(PoisonError::into_inner) = answer;
        comes_to(&upstream, healthy, failure).await;
    }
    watching.abort();
}

#[tokio::test]
async fn the_text_must_be_there() {
    let (listener, address) = listen().await;
    let said = Arc::new(Mutex::new(""));
    tokio::spawn(say(listener, Arc::clone(&said)));
    let upstream = upstream(&address, |s| {
        s.health = Some(Health { contains: Some("all well".to_owned()), ..health(CheckKind::Http) });
    });
    let watching = watched(&upstream);
    for (answer, healthy, failure) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nit's all well", true, None),
        ("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nall bad!", false, Some("text not in the answer")),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n5\r\n well\r\n0\r\n\r\n", true, None),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n0\r\n\r\n", false, Some("text not in the answer")),
        ("HTTP/1.1 200 OK\r\n\r\nall well until close", true, None),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ncut", false, Some("upstream answer truncated")),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nall well, cut later", true, None),
        ("HTTP/1.1 200 OK\r\n\r\n", false, Some("text not in the answer")),
    ] {
        *said.lock().unwrap_or_else(PoisonError::into_inner) = answer;
        comes_to(&upstream, healthy, failure).await;
    }
    watching.abort();
}

#[tokio::test]
async fn a_connection_that_stands() {
    let (listener, address) = listen().await;
    let upstream = upstream(&address, |s| s.health = Some(health(CheckKind::Tcp)));
    let watching = watched(&upstream);
    comes_to(&upstream, true, None).await;
    drop(listener);
    comes_to(&upstream, false, Some("upstream connect failed")).await;
    let again = TcpListener::bind(&address).await.fine();
    comes_to(&upstream, true, None).await;
    drop(again);
    comes_to(&upstream, false, Some("upstream connect failed")).await;
    watching.abort();
}

#[tokio::test]
async fn one_that_never_answers_is_late() {
    let (listener, address) = listen().await;
    let upstream = upstream(&address, |s| s.health = Some(Health { timeout: Duration::from_millis(20), ..health(CheckKind::Http) }));
    let watching = watched(&upstream);
    comes_to(&upstream, false, Some("no answer in time")).await;
    watching.abort();
    drop(listener);
}

async fn h2_answer(stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        assert_eq!(request.uri().authority().map(http::uri::Authority::as_str), Some("check.example"));
        let mut body = respond.send_response(http::Response::new(()), false).fine();
        body.send_data(Bytes::from_static(b"all "), false).fine();
        body.send_data(Bytes::from_static(b"well"), true).fine();
    }
}

#[tokio::test]
async fn over_tls_and_h2() {
    for (tls, protocol, trusted) in
        [(true, Protocol::H1, true), (true, Protocol::H1, false), (true, Protocol::H2, true), (false, Protocol::H2, true)]
    {
        let (listener, address) = listen().await;
        let serve = move |stream: TcpStream| async move {
            let h1 = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nall well";
            let offered: &[&[u8]] = if protocol == Protocol::H2 { &[b"h2"] } else { &[] };
            match (tls, protocol) {
                (false, _) => h2_answer(stream).await,
                (true, protocol) => match acceptor(offered).accept(stream).await {
                    Ok(stream) if protocol == Protocol::H2 => h2_answer(stream).await,
                    Ok(stream) => answer(stream, h1, &AtomicUsize::new(0)).await,
                    Err(_) => {}
                },
            }
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        for (text, right) in [("all well", true), ("all bad", false)] {
            let upstream = upstream(&address, |s| {
                s.protocol = protocol;
                s.tls = tls.then(|| own_ca(if trusted { None } else { Some("other.example") }));
                s.health = Some(Health { contains: Some(text.to_owned()), ..health(CheckKind::Http) });
            });
            let watching = watched(&upstream);
            let failure = if !trusted {
                Some("upstream certificate refused")
            } else if right {
                None
            } else {
                Some("text not in the answer")
            };
            comes_to(&upstream, failure.is_none(), failure).await;
            watching.abort();
        }
    }
}

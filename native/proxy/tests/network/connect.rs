use crate::origin::{Fine, acceptor, answer, endpoint, listen, own_ca, upstream};
use hcc_proxy::{Pool, Protocol, Source, Stream, Timer, Tls};
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async fn exchange(stream: &mut Stream) {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.fine();
    stream.flush().await.fine();
    let mut got = vec![0; ANSWER.len()];
    stream.read_exact(&mut got).await.fine();
    assert_eq!(got, ANSWER);
}

#[tokio::test]
async fn over_tcp() {
    let (listener, address) = listen().await;
    tokio::spawn(async move { answer(listener.accept().await.fine().0, ANSWER, &AtomicUsize::new(0)).await });
    let endpoint = endpoint(&upstream(&address, |_| {}));
    let mut got = Pool::connect(&endpoint, Duration::from_secs(5), &mut Timer::default()).await.fine();
    let Stream::Tcp(tcp) = &got.conn.io else { panic!("no TCP") };
    assert!(tcp.nodelay().fine() && !got.reused);
    exchange(&mut got.conn.io).await;
}

#[tokio::test]
async fn over_a_unix_socket() {
    let path = std::env::temp_dir().join(format!("hcc-proxy-{}.sock", std::process::id()));
    let listener = UnixListener::bind(&path).fine();
    tokio::spawn(async move { answer(listener.accept().await.fine().0, ANSWER, &AtomicUsize::new(0)).await });
    let endpoint = endpoint(&upstream(&format!("unix:{}", path.display()), |_| {}));
    let mut got = Pool::connect(&endpoint, Duration::from_secs(5), &mut Timer::default()).await.fine();
    std::fs::remove_file(&path).fine();
    exchange(&mut got.conn.io).await;
    let error = Pool::connect(&endpoint, Duration::from_secs(5), &mut Timer::default()).await.err();
    assert_eq!(error.map(|e| (e.status, e.unsent)), Some((502, true)));
}

#[tokio::test]
async fn over_tls() {
    let refused = Err("upstream certificate refused");
    let wrong_name = Tls { server_name: Some("other.example".to_owned()), ..own_ca(None) };
    for (tls, protocol, offered, want) in [
        (own_ca(None), Protocol::H1, &[&b"http/1.1"[..]][..], Ok(Some(&b"http/1.1"[..]))),
        (own_ca(Some("origin.example")), Protocol::H1, &[], Ok(None)),
        (own_ca(Some("origin.example")), Protocol::H2, &[b"http/1.1", b"h2"], Ok(Some(b"h2"))),
        (own_ca(None), Protocol::H2, &[], Err("upstream offers no h2")),
        (own_ca(None), Protocol::H2, &[b"http/1.1"], Err("upstream tls failed")),
        (wrong_name.clone(), Protocol::H1, &[], refused),
        (Tls { verify: false, ..wrong_name.clone() }, Protocol::H1, &[], Ok(None)),
        // An authority that signed nothing of this: the origin's own certificate taken for one.
        (Tls { ca_pem: Some(include_str!("../data/origin.pem").to_owned()), ..wrong_name }, Protocol::H1, &[], refused),
        (Tls { verify: false, ca_pem: None, server_name: None }, Protocol::H1, &[], Ok(None)),
    ] {
        let (listener, address) = listen().await;
        let acceptor = acceptor(offered);
        tokio::spawn(async move {
            if let Ok(stream) = acceptor.accept(listener.accept().await.fine().0).await {
                answer(stream, ANSWER, &AtomicUsize::new(0)).await;
            }
        });
        let case = format!("{tls:?} {protocol:?}");
        let endpoint = endpoint(&upstream(&address, |s| (s.tls, s.protocol) = (Some(tls), protocol)));
        match (Pool::connect(&endpoint, Duration::from_secs(5), &mut Timer::default()).await, want) {
            (Ok(mut got), Ok(alpn)) => {
                let Stream::Tls(tls) = &got.conn.io else { panic!("no TLS") };
                assert_eq!(tls.get_ref().1.alpn_protocol(), alpn, "{case}");
                exchange(&mut got.conn.io).await;
                // What the handshake left over (tickets) does not make it look closed.
                assert!(got.conn.io.is_silent() && got.conn.io.is_surely_silent(), "{case}");
            }
            (Err(got), Err(reason)) => {
                assert_eq!((got.reason, got.status, got.source, got.unsent), (reason, 502, Source::Upstream, true), "{case}");
            }
            (got, want) => panic!("{case}: {:?} instead of {want:?}", got.err()),
        }
    }
}

#[tokio::test]
async fn what_does_not_connect() {
    let (listener, nobody) = listen().await;
    drop(listener);
    // Accepts, and then never says anything of TLS.
    let (mute, silent) = listen().await;
    for (address, tls, want) in
        [(&nobody, None, (502, "upstream connect failed")), (&silent, Some(own_ca(None)), (504, "upstream connect timeout"))]
    {
        let endpoint = endpoint(&upstream(address, |s| s.tls = tls));
        let error = Pool::connect(&endpoint, Duration::from_millis(50), &mut Timer::default()).await.err();
        assert_eq!(error.map(|e| (e.status, e.reason)), Some(want));
        assert!(error.is_some_and(|e| e.unsent && e.unanswered && e.source == Source::Upstream));
    }
    drop(mute);
}

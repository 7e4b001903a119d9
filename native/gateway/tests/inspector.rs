//! What an inspector may do: end a request in each of its four phases, panic without ending anything else.

use hcc_gateway::{Gateway, Listen, Options};
use hcc_http::{RequestHead, ResponseHead};
use hcc_waf::{Inspector, Origin, Transaction, Verdict};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

struct ByWord;

#[derive(Default)]
struct One {
    bodies: bool,
}

fn verdict(found: bool) -> Verdict {
    if found { Verdict::Block { status: 403, rule: 1 } } else { Verdict::Pass }
}

fn holds(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|w| w == word)
}

impl Inspector for ByWord {
    fn begin(&self, _origin: Origin, _site: &str) -> Option<Box<dyn Transaction>> {
        Some(Box::new(One::default()))
    }
}

impl Transaction for One {
    fn request_headers(&mut self, head: &RequestHead) -> Verdict {
        assert!(head.path() != b"/panic", "on purpose");
        self.bodies = head.path().starts_with(b"/bodies");
        verdict(head.path() == b"/forbidden")
    }
    fn request_body_limit(&self) -> usize {
        if self.bodies { 64 } else { 0 }
    }
    fn request_body(&mut self, body: &[u8], whole: bool) -> Verdict {
        verdict(holds(body, b"evil") || (!whole && holds(body, b"long")))
    }
    fn response_headers(&mut self, head: &ResponseHead) -> Verdict {
        verdict(head.fields.iter().any(|(_, name, _)| name == b"X-Leak"))
    }
    fn response_body_limit(&self) -> usize {
        if self.bodies { 64 } else { 0 }
    }
    fn response_body(&mut self, body: &[u8], _whole: bool) -> Verdict {
        verdict(holds(body, b"secret"))
    }
}

/// Answers each connection once, with the request's path and body in the answer's body.
fn origin() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream));
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let n = stream.read(&mut piece)?;
        seen.extend_from_slice(&piece[..n]);
        let text = String::from_utf8_lossy(&seen).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|l| l.strip_prefix("Content-Length: ")).and_then(|l| l.parse().ok()).unwrap_or(0);
        if n == 0 || body.len() >= length {
            let path = head.split(' ').nth(1).unwrap_or_default();
            let leak = if path == "/leak" { "X-Leak: 1\r\n" } else { "" };
            let body = format!("{path} {body}");
            return write!(stream, "HTTP/1.1 200 OK\r\n{leak}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        }
    }
}

fn ask(address: SocketAddr, path: &str, body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let length = body.len();
    write!(stream, "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn every_phase_may_end_a_request() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::new(Options { inspector: Some(Box::new(ByWord)), ..Options::default() })?;
    let target = origin()?;
    let snapshot = r#"{"version":1,"sections":[{"id":"site:s","hash":"1","body":{"site_id":"s","organization_id":"o","name":"n","hosts":["*"],
        "upstreams":{"u":{"policy":"round_robin","targets":[{"address":"TARGET","weight":1}],
        "connect_ms":1000,"first_byte_ms":5000,"between_bytes_ms":5000,"total_ms":0}},
        "routes":[{"id":"r","path_prefix":"/","upstream":"u"}]}}]}"#;
    gateway.apply(snapshot.replace("TARGET", &target.to_string()).as_bytes())?;
    let socket = TcpListener::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    gateway.start(&[vec![Listen { socket, tls: false, proxy: false }]])?;
    let long = "long".repeat(100);
    let fine = "fine".repeat(100);
    for (path, body, status) in [
        ("/panic", "", 500),
        ("/forbidden", "", 403),
        ("/bodies", "an evil word", 403),
        ("/unseen", "an evil word", 200),
        ("/bodies", long.as_str(), 403),
        ("/bodies", fine.as_str(), 200),
        ("/leak", "", 403),
        ("/bodies/secret", "", 403),
        ("/bodies", "nothing", 200),
    ] {
        let answer = ask(address, path, body)?;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path} {body}: {answer}");
        if status == 200 {
            assert!(answer.ends_with(&format!("\r\n\r\n{path} {body}")), "{path} {body}: {answer}");
        }
    }
    assert!(gateway.metrics().contains("hcc_gateway_panics_total 1\n"));
    gateway.drain(Duration::from_secs(1), None);
    Ok(())
}

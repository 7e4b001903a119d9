//! A panic in one request answers 500, is counted, and ends nothing else.

use hcc_gateway::Gateway;
use hcc_http::{RequestHead, ResponseHead};
use hcc_waf::{Inspector, Origin, Transaction, Verdict};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

struct Panics;

struct One;

impl Inspector for Panics {
    fn begin(&self, _origin: Origin, _site: &str) -> Option<Box<dyn Transaction>> {
        Some(Box::new(One))
    }
}

impl Transaction for One {
    fn request_headers(&mut self, head: &RequestHead) -> Verdict {
        assert!(head.path() != b"/panic", "on purpose");
        Verdict::Block { status: 403, rule: 1 }
    }
    fn wants_request_body(&self) -> bool {
        false
    }
    fn request_body(&mut self, _piece: &[u8], _last: bool) -> Verdict {
        Verdict::Pass
    }
    fn response_headers(&mut self, _head: &ResponseHead) -> Verdict {
        Verdict::Pass
    }
    fn response_body(&mut self, _piece: &[u8], _last: bool) -> Verdict {
        Verdict::Pass
    }
}

fn get(address: std::net::SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn one_panic_is_one_500() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::new(1, None, None, Some(Box::new(Panics)), None, None)?;
    gateway.apply(
        br#"{"version":1,"sections":[{"id":"site:s","hash":"1","body":{"site_id":"s","organization_id":"o","name":"n","hosts":["*"],
        "upstreams":{"u":{"policy":"round_robin","targets":[],"connect_ms":1,"first_byte_ms":1,"between_bytes_ms":1,"total_ms":0}},
        "routes":[{"id":"r","path_prefix":"/","methods":null,"upstream":"u","max_body":null}]}}]}"#,
    )?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    gateway.start(&[listener])?;
    assert!(get(address, "/panic")?.starts_with("HTTP/1.1 500 "));
    assert!(get(address, "/")?.starts_with("HTTP/1.1 403 "));
    assert!(gateway.metrics().contains("hcc_gateway_panics_total 1\n"));
    gateway.drain(Duration::from_secs(1));
    Ok(())
}

//! Requests as they come to a shop, and one inspection of each.

use hcc_waf::Verdict;
use hcc_waf::engine::{Engine, Inspection, Line, Policy, Start};
use std::fmt::Write;
use std::sync::Arc;

/// Requests of one kind. What a client types differs in each, as it does in life: what it sends with every request does not.
pub struct Case {
    pub name: &'static str,
    method: &'static str,
    requests: Vec<Request>,
    pub blocked: bool,
}

struct Request {
    target: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// Different requests of a kind.
const REQUESTS: usize = 512;

fn browser() -> Vec<(&'static str, String)> {
    [
        ("Host", "shop.example.com"),
        ("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"),
        ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
        ("Accept-Language", "en-GB,en;q=0.9,de;q=0.8"),
        ("Accept-Encoding", "gzip, deflate, br"),
        ("Referer", "https://shop.example.com/catalogue/shoes"),
        ("Upgrade-Insecure-Requests", "1"),
        ("Sec-Fetch-Dest", "document"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Site", "same-origin"),
        ("Connection", "keep-alive"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

fn with(mut headers: Vec<(&'static str, String)>, more: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    headers.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    headers
}

fn posted(kind: &str, body: &str) -> Vec<(&'static str, String)> {
    with(browser(), &[("Content-Type", kind), ("Content-Length", &body.len().to_string())])
}

/// A word that is different for each number.
fn word(seed: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "ren", "to", "mil", "ka", "shi", "lor", "ne", "vel", "du", "pan", "gri", "sol", "te", "mar", "wick"];
    let mut left = seed.wrapping_mul(0x9e37_79b9) % 0x000f_ffff + 0x1000;
    let mut out = String::new();
    while left > 0 {
        out.push_str(SYLLABLES[left % 16]);
        left /= 16;
    }
    out
}

fn json(request: usize) -> String {
    let mut out =
        format!(r#"{{"order":"2024-{request:06}","customer":{{"name":"{} Berg","city":"{}"}},"lines":["#, word(request), word(request + 7));
    for n in 0..13 {
        let comma = if n > 0 { "," } else { "" };
        let seed = request * 13 + n;
        let _ = write!(
            out,
            r#"{comma}{{"sku":"SHOE-{:04}","title":"{} shoe {n}","quantity":{},"price":"{}.95"}}"#,
            1000 + seed % 9000,
            word(seed),
            seed % 3 + 1,
            40 + seed % 100
        );
    }
    out.push_str("]}");
    out
}

fn form(request: usize) -> String {
    let words = "The quick brown fox jumps over the lazy dog while customers read about delivery times and returns ";
    let mut out = format!("title=Delivery+terms+{request}&author={}+Berg", word(request));
    for n in 0..10 {
        let text = words.repeat(10).replace(' ', "+");
        let _ = write!(out, "&paragraph{n}={}+{text}", word(request * 10 + n));
    }
    out
}

pub fn cases() -> Vec<Case> {
    let case = |name, method, blocked, make: &dyn Fn(usize) -> Request| Case {
        name,
        method,
        requests: (0..REQUESTS).map(make).collect(),
        blocked,
    };
    let get = |target: String, headers| Request { target, headers, body: String::new() };
    vec![
        case("browser GET", "GET", false, &|n| get(format!("/catalogue/{}", word(n)), browser())),
        case("GET, 3 arguments, 2 cookies", "GET", false, &|n| {
            let cookie = format!("session={:032x}; theme=dark", n as u128 * 0x0123_4567_89ab_cdef_0123_4567);
            get(format!("/catalogue?page={}&sort=price&q={}+shoes", n % 7, word(n)), with(browser(), &[("Cookie", &cookie)]))
        }),
        case("JSON 1 KB", "POST", false, &|n| {
            let body = json(n);
            Request { target: "/api/orders".to_owned(), headers: posted("application/json", &body), body }
        }),
        case("form 10 KB", "POST", false, &|n| {
            let body = form(n);
            Request { target: "/pages/edit".to_owned(), headers: posted("application/x-www-form-urlencoded", &body), body }
        }),
        case("blocked SQL injection", "GET", true, &|n| get(format!("/?q={n}%27%20UNION%20SELECT%20password%20FROM%20users--"), browser())),
    ]
}

/// Inspects the request of this number.
pub fn once(engine: &Arc<Engine>, policy: &Arc<Policy>, case: &Case, number: usize) -> (Verdict, usize) {
    let request = &case.requests[number % REQUESTS];
    let start = Start { client: [192, 0, 2, 7].into(), client_port: 4000, server: None, server_port: 443, unique_id: "0123456789abcdef" };
    let mut inspection = Inspection::begin(engine, policy, &start).unwrap();
    let line = Line { method: case.method.as_bytes(), target: request.target.as_bytes(), protocol: b"HTTP/1.1" };
    let mut verdict = inspection.request(line, request.headers.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())));
    if verdict == Verdict::Pass {
        verdict = inspection.body(request.body.as_bytes(), true);
    }
    if verdict == Verdict::Pass {
        verdict = inspection.response(200, b"HTTP/1.1", [(&b"Content-Type"[..], &b"application/octet-stream"[..])].into_iter());
    }
    (verdict, inspection.finish().events.len())
}

//! Requests as they come to a shop, and one inspection of each.

use hcc_waf::Verdict;
use hcc_waf::engine::{Engine, Inspection, Line, Policy, Start};
use std::fmt::Write;
use std::sync::Arc;

pub struct Case {
    pub name: &'static str,
    method: &'static str,
    target: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
    pub blocked: bool,
}

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

fn json() -> String {
    let mut out = r#"{"order":"2024-000117","customer":{"name":"Anna Berg","city":"Utrecht"},"lines":["#.to_owned();
    for n in 0..13 {
        let comma = if n > 0 { "," } else { "" };
        let _ = write!(
            out,
            r#"{comma}{{"sku":"SHOE-{:04}","title":"Running shoe {n}","quantity":{},"price":"{}.95"}}"#,
            1000 + n,
            n % 3 + 1,
            40 + n
        );
    }
    out.push_str("]}");
    out
}

fn form() -> String {
    let words = "The quick brown fox jumps over the lazy dog while customers read about delivery times and returns ";
    let mut out = "title=Delivery+terms&author=Anna+Berg".to_owned();
    for n in 0..10 {
        let text = words.repeat(10).replace(' ', "+");
        let _ = write!(out, "&paragraph{n}={text}");
    }
    out
}

pub fn cases() -> Vec<Case> {
    let cookies = with(browser(), &[("Cookie", "session=8f14e45fceea167a5a36dedd4bea2543; theme=dark")]);
    let (json, form) = (json(), form());
    let get = |name, target, headers, blocked| Case { name, method: "GET", target, headers, body: String::new(), blocked };
    vec![
        get("browser GET", "/catalogue/shoes", browser(), false),
        get("GET, 3 arguments, 2 cookies", "/catalogue?page=2&sort=price&q=running+shoes", cookies, false),
        Case {
            name: "JSON 1 KB",
            method: "POST",
            target: "/api/orders",
            headers: posted("application/json", &json),
            body: json,
            blocked: false,
        },
        Case {
            name: "form 10 KB",
            method: "POST",
            target: "/pages/edit",
            headers: posted("application/x-www-form-urlencoded", &form),
            body: form,
            blocked: false,
        },
        get("blocked SQL injection", "/?q=1%27%20UNION%20SELECT%20password%20FROM%20users--", browser(), true),
    ]
}

pub fn once(engine: &Arc<Engine>, policy: &Arc<Policy>, case: &Case) -> (Verdict, usize) {
    let start = Start { client: [192, 0, 2, 7].into(), client_port: 4000, server: None, server_port: 443, unique_id: "0123456789abcdef" };
    let mut inspection = Inspection::begin(engine, policy, &start).unwrap();
    let line = Line { method: case.method.as_bytes(), target: case.target.as_bytes(), protocol: b"HTTP/1.1" };
    let mut verdict = inspection.request(line, case.headers.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())));
    if verdict == Verdict::Pass {
        verdict = inspection.body(case.body.as_bytes(), true);
    }
    if verdict == Verdict::Pass {
        verdict = inspection.response(200, b"HTTP/1.1", [(&b"Content-Type"[..], &b"application/octet-stream"[..])].into_iter());
    }
    (verdict, inspection.finish().events.len())
}

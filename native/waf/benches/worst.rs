//! What the most expensive requests cost: bodies of 1 MiB that are the nastiest found for each rule of the core rule set 3.3.4, sent
//! through all rules. Times are the thread's own on its processor. Arguments say what is to be measured: `form`, `1 json`; and with
//! `piece:TEXT` that text alone is sent, many times, for a profiler.
#![allow(clippy::unwrap_used, missing_docs)]

use hcc_waf::engine::{Around, Engine, Inspection, Line, Policy, PolicyText, Start, compile};
use hcc_waf::seclang::{Files, load};
use nasty::{Kind, Piece, pieces};
use rustix::time::{ClockId, clock_gettime};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

#[path = "../src/pattern/crs_rules.rs"]
#[allow(dead_code)] // shared with tests, which look at more
mod crs_rules;
mod nasty;

/// The aim for 99 of 100 such requests.
const AIM: Duration = Duration::from_millis(50);
/// Begins an argument that is a text to send, and how often it is sent.
const PIECE: &str = "piece:";
const MANY: usize = 40;
/// Requests and rules that are shown.
const SHOWN: usize = 12;

fn now() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

/// One request; each rule's time when they are wanted.
fn once(engine: &Arc<Engine>, policy: &Arc<Policy>, kind: Kind, body: &[u8], traced: bool) -> (Duration, Vec<(Duration, u32)>) {
    let start = Start { client: [192, 0, 2, 7].into(), client_port: 4000, server: None, server_port: 443, unique_id: "0123456789abcdef" };
    let length = body.len().to_string();
    let headers = [
        ("Host", "shop.example.com"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"),
        ("Accept", "*/*"),
        ("Content-Length", &length),
        ("Content-Type", kind.content_type()),
    ];
    let from = now();
    let mut inspection = Inspection::begin(engine, policy, &start).unwrap();
    if traced {
        inspection.trace();
    }
    let line = Line { method: b"POST", target: b"/api/orders", protocol: b"HTTP/1.1" };
    let sent = headers.iter().filter(|(_, value)| !value.is_empty());
    inspection.request(line, sent.map(|(n, v)| (n.as_bytes(), v.as_bytes())));
    inspection.body(body, true);
    inspection.response(200, b"HTTP/1.1", [(&b"Content-Type"[..], &b"application/octet-stream"[..])].into_iter());
    let report = inspection.finish();
    let took = now().saturating_sub(from);
    assert_eq!(report.ended, None, "{kind:?}: what is ended is not looked at whole: {:?}", report.events.last());
    let turns = inspection.take_trace().turns;
    let rules = turns.iter().map(|turn| (turn.took, engine.rules.heads[turn.number as usize].id)).collect();
    (took, rules)
}

struct Measured<'a> {
    took: Duration,
    kind: Kind,
    piece: &'a Piece,
}

fn shown(piece: &Piece) -> String {
    let text = String::from_utf8_lossy(&piece.text);
    let mut short: String = text.chars().take(48).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    if piece.rule > 0 { format!("{short:?} (for {})", piece.rule) } else { format!("{short:?}") }
}

fn main() {
    let rules = std::env::var("HCC_CRS_RULES").unwrap_or_else(|_| "/usr/share/modsecurity-crs/rules".to_owned());
    if !Path::new(&rules).is_dir() {
        eprintln!("skipped: no rules at {rules} (HCC_CRS_RULES)");
        return;
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let platform = concat!(env!("CARGO_MANIFEST_DIR"), "/../gateway/src/waf/platform.conf");
    let program = load(&Files, &[platform, "/etc/modsecurity/crs/crs-setup.conf", &format!("{rules}/*.conf")]).unwrap();
    let engine = Arc::new(Engine::new(compile(program).unwrap(), Around::default()));
    let (told, wanted): (Vec<String>, Vec<String>) = wanted.into_iter().partition(|argument| argument.starts_with(PIECE));
    let told: Vec<Piece> = told.iter().map(|text| Piece { rule: 0, text: text.as_bytes()[PIECE.len()..].to_vec() }).collect();
    let times = if told.is_empty() { 2 } else { MANY };
    let pieces = if told.is_empty() { pieces(&rules) } else { told };
    let mut late = false;
    for paranoia in [1, 4] {
        // Nothing is ended before all rules looked.
        let text = PolicyText { paranoia: Some(paranoia), inbound_threshold: Some(1_000_000), ..PolicyText::default() };
        let policy = Arc::new(Policy::compile(&text, &engine.rules).unwrap().settled(&engine.rules));
        let mut all = Vec::new();
        for kind in Kind::ALL {
            let name = format!("{paranoia} {kind:?}").to_lowercase();
            if !wanted.is_empty() && !wanted.iter().any(|part| name.contains(part.as_str())) {
                continue;
            }
            let from = all.len();
            for piece in &pieces {
                let body = kind.body(&piece.text);
                // The best of them: the first builds what automata keep, and a neighbour's turn is not the request's.
                let took = (0..times).map(|_| once(&engine, &policy, kind, &body, false).0).min().unwrap_or_default();
                all.push(Measured { took, kind, piece });
            }
            say(&format!("paranoia {paranoia} {kind:?}"), &mut all[from..]);
        }
        if all.is_empty() {
            continue;
        }
        say(&format!("paranoia {paranoia}"), &mut all);
        late |= all.len() > 100 && all[all.len() / 100].took > AIM;
        for Measured { took, kind, piece } in all.iter().take(SHOWN) {
            let (_, mut turns) = once(&engine, &policy, *kind, &kind.body(&piece.text), true);
            turns.sort_unstable_by(|a, b| b.cmp(a));
            let most: Vec<String> = turns.iter().take(4).map(|(took, rule)| format!("{rule} {:.1}", took.as_secs_f64() * 1e3)).collect();
            println!("  {:6.1} ms {kind:?} of {}: rules {}", took.as_secs_f64() * 1e3, shown(piece), most.join(", "));
        }
        slowest(&engine, &policy, &all);
    }
    println!("{}: 99 of 100 within {AIM:?}", if late { "missed" } else { "reached" });
}

/// Sorts, the slowest first.
fn say(what: &str, measured: &mut [Measured<'_>]) {
    measured.sort_by_key(|one| std::cmp::Reverse(one.took));
    let at = |share: f64| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a place in the list
        let place = (measured.len() as f64 * (1.0 - share)) as usize;
        measured.get(place).map_or(0.0, |one| one.took.as_secs_f64() * 1e3)
    };
    println!("{what}: {} requests, p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms", measured.len(), at(0.5), at(0.99), at(1.0));
}

/// Which rules took longest in one of the slowest requests, with all that was made for them first.
fn slowest(engine: &Arc<Engine>, policy: &Arc<Policy>, all: &[Measured<'_>]) {
    let mut most: Vec<(Duration, u32, &Measured<'_>)> = Vec::new();
    for one in all.iter().take(SHOWN * 5) {
        for (took, rule) in once(engine, policy, one.kind, &one.kind.body(&one.piece.text), true).1 {
            match most.iter_mut().find(|(_, known, _)| *known == rule) {
                Some(known) if known.0 < took => *known = (took, rule, one),
                Some(_) => {}
                None => most.push((took, rule, one)),
            }
        }
    }
    most.sort_by_key(|(took, ..)| std::cmp::Reverse(*took));
    for (took, rule, one) in most.iter().take(SHOWN) {
        println!("  rule {rule}: {:.1} ms with {:?} of {}", took.as_secs_f64() * 1e3, one.kind, shown(one.piece));
    }
}

#![allow(clippy::unwrap_used)]
use super::*;
use crate::Verdict;
use crate::seclang::{self, Files, Memory};
use std::sync::Arc;

fn engine(rules: &str) -> Arc<Engine> {
    let program = seclang::load(&Memory::new().with("a.conf", rules), &["a.conf"]).unwrap();
    Arc::new(Engine::new(compile(program).unwrap(), Around::default()))
}

fn start() -> Start<'static> {
    Start { client: [127, 0, 0, 1].into(), client_port: 1, server: None, server_port: 80, unique_id: "u1" }
}

fn get(engine: &Arc<Engine>, policy: &PolicyText, target: &str, headers: &[(&str, &str)]) -> (Verdict, Report) {
    let policy = Arc::new(Policy::compile(policy, &engine.rules).unwrap());
    let mut inspection = Inspection::begin(engine, &policy, &start()).unwrap();
    let line = Line { method: b"GET", target: target.as_bytes(), protocol: b"HTTP/1.1" };
    let headers: Vec<(&[u8], &[u8])> = headers.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
    let mut verdict = inspection.request(line, headers.into_iter());
    if verdict == Verdict::Pass {
        verdict = inspection.body(b"", true);
    }
    (verdict, inspection.finish())
}

#[test]
fn debian_rules_block_an_injection_and_let_a_browser_pass() {
    let Some(files) = crate::test_rules::files(crate::test_rules::SETS[0].0, crate::test_rules::SETS[0].1) else { return };
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let rules = compile(seclang::load(&Files, &files).unwrap()).unwrap_or_else(|all| panic!("{all:#?}"));
    let engine = Arc::new(Engine::new(rules, Around::default()));
    let headers = [
        ("Host", "shop.example"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
        ("Accept", "text/html,*/*;q=0.8"),
    ];
    let policy = PolicyText::default();
    let (verdict, report) = get(&engine, &policy, "/?q=1%27%20UNION%20SELECT%20password%20FROM%20users--", &headers);
    assert!(matches!(verdict, Verdict::Block { status: 403, rule: 949_110 }), "{verdict:?} {report:#?}");
    assert!(report.events.iter().any(|e| e.rule == 942_100), "{report:#?}");
    let (verdict, report) = get(&engine, &policy, "/catalogue?page=2&sort=price", &headers);
    assert_eq!(verdict, Verdict::Pass, "{report:#?}");
    assert_eq!(report.events, []);
}

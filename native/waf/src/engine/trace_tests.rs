//! What a trace tells, and that it changes nothing.
#![allow(clippy::unwrap_used)]

use super::trace::{Changed, Outcome, Trace, Turn};
use super::{Around, Engine, Inspection, Policy, PolicyText, Report, Request, Start, compile};
use crate::seclang::{Memory, load};
use std::sync::Arc;

const RULES: &str = r#"
SecAction "id:1,phase:1,pass,nolog,setvar:tx.score=0"
SecRule ARGS "@rx ^(a)(b)?" "id:2,phase:1,pass,capture,t:lowercase,msg:'found %{TX.1}',setvar:tx.score=+5"
SecRule ARGS:none "@contains x" "id:3,phase:1,pass"
SecRule ARGS "@contains zebra" "id:4,phase:1,pass"
SecRule TX:SCORE "@lt 9" "id:5,phase:1,pass,nolog,skipAfter:END"
SecRule ARGS "@rx ." "id:6,phase:1,deny"
SecMarker END
SecRule ARGS:q "@streq ABC" "id:7,phase:1,pass,chain,setvar:tx.half=1"
  SecRule ARGS:p "@streq no" "setvar:tx.whole=1"
SecRule TX:SCORE "@ge 5" "id:8,phase:1,deny,status:406,msg:'too much'"
SecAction "id:9,phase:1,pass"
"#;

fn engine() -> Arc<Engine> {
    let program = load(&Memory::new().with("a.conf", RULES), &["a.conf"]).unwrap();
    Arc::new(Engine::new(compile(program).unwrap(), Around::default()))
}

fn run(traced: bool, left_out: u32) -> (Report, Trace) {
    let engine = engine();
    let policy = Arc::new(Policy::compile(&PolicyText::default(), &engine.rules).unwrap());
    let start = Start { client: [192, 0, 2, 7].into(), client_port: 1, server: None, server_port: 80, unique_id: "u" };
    let mut inspection = Inspection::begin(&engine, &policy, &start).unwrap();
    if traced {
        inspection.trace();
    }
    inspection.state().unwrap().disabled.put(left_out);
    let (method, target, protocol) = (b"GET".to_vec(), b"/?q=ABC&p=1".to_vec(), b"HTTP/1.1".to_vec());
    let report = inspection.whole(&Request { method, target, protocol, ..Request::default() }, None);
    let trace = inspection.take_trace();
    (report, trace)
}

fn of(trace: &Trace, rule: u32) -> &Turn {
    let head = RULES.lines().filter(|line| line.starts_with("SecRule") || line.starts_with("SecAction"));
    let number = head.into_iter().position(|line| line.contains(&format!("id:{rule},"))).unwrap();
    trace.turns.iter().find(|turn| turn.number as usize == number).unwrap()
}

#[test]
fn turns_say_what_became_of_each_rule() {
    let trace = run(true, u32::MAX).1;
    let cases = [
        (1, Outcome::Matched, ""),
        (2, Outcome::Matched, "ARGS:q=abc ARGS:p=1 > ARGS:q=abc"),
        (3, Outcome::Nothing, ""),
        (4, Outcome::Unmatched, "ARGS:q=ABC ARGS:p=1 >"),
        (5, Outcome::Matched, "TX:score=5 > TX:score=5"),
        (6, Outcome::Skipped(5), ""),
        (7, Outcome::Unmatched, "ARGS:q=ABC > ARGS:q=ABC; ARGS:p=1 >"),
        (8, Outcome::Matched, "TX:score=5 > TX:score=5"),
    ];
    for (rule, outcome, looks) in cases {
        let turn = of(&trace, rule);
        let words = |all: &[super::trace::Named]| all.iter().map(|n| format!("{}={}", n.name, n.value)).collect::<Vec<_>>().join(" ");
        let told: Vec<String> =
            turn.links.iter().map(|l| format!("{} > {}", words(&l.values), words(&l.matches)).trim().to_owned()).collect();
        assert_eq!((turn.outcome, told.join("; ").trim_start_matches('>').trim()), (outcome, looks), "rule {rule}");
    }
    // The request ended before it.
    assert_eq!(trace.turns.iter().filter(|turn| turn.number == 8).count(), 0);
}

#[test]
fn changes_captures_and_events_are_told() {
    let (report, trace) = run(true, u32::MAX);
    let changed = |name: &str, before: Option<&str>, after: Option<&str>| Changed {
        name: name.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    assert_eq!(of(&trace, 1).changes, [changed("score", None, Some("0"))]);
    assert_eq!(of(&trace, 2).changes, [changed("score", Some("0"), Some("5"))]);
    assert_eq!(of(&trace, 2).captured, [(0, "ab".to_owned()), (1, "a".to_owned()), (2, "b".to_owned())]);
    // The first link acts though the second does not match.
    assert_eq!(of(&trace, 7).changes, [changed("half", None, Some("1"))]);
    assert_eq!(of(&trace, 2).event.map(|at| report.events[at].message.as_str()), Some("found a"));
    assert_eq!((of(&trace, 8).ended, report.ended), (true, Some((406, 8))));
    // Left out: the third rule of the file.
    let trace = run(true, 2).1;
    assert_eq!(of(&trace, 3).outcome, Outcome::LeftOut);
}

#[test]
fn a_trace_changes_nothing() {
    assert_eq!(run(true, u32::MAX).0, run(false, u32::MAX).0);
    assert_eq!(run(false, u32::MAX).1, Trace::default());
}

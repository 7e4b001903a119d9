#![allow(clippy::unwrap_used)]
use super::super::{Around, Engine, Inspection, Line, PolicyText, Start, compile};
use super::*;
use crate::seclang::{self, Memory};
use std::sync::Arc;

/// Rules, the numbers of those that are settled, and TX at the end of a request.
type Case = (String, &'static [u32], &'static [(&'static str, Option<&'static str>)]);

const SET: &str = "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.a=1,setvar:tx.b=two\"\n";

#[test]
fn the_beginning_is_done_beforehand() {
    let cases: [Case; 14] = [
        (SET.to_owned(), &[1], &[("a", Some("1")), ("b", Some("two"))]),
        // The core rules' way of setting what was not set.
        (
            format!(
                "{SET}SecRule &TX:a \"@eq 0\" \"id:2,phase:1,pass,nolog,setvar:tx.a=9\"\nSecRule &TX:c \"@eq 0\" \"id:3,phase:1,pass,nolog,setvar:tx.c=%{{tx.b}}\""
            ),
            &[1, 2, 3],
            &[("a", Some("1")), ("c", Some("two"))],
        ),
        (format!("{SET}SecRule TX:a \"@ge 1\" \"id:2,phase:1,pass,nolog,setvar:tx.a=+4\""), &[1, 2], &[("a", Some("5"))]),
        (format!("{SET}SecRule TX:z \"!@eq 1\" \"id:2,phase:1,pass,nolog,setvar:tx.a=8\""), &[1, 2], &[("a", Some("1"))]),
        (format!("{SET}SecRule TX:a \"@lt %{{tx.d}}\" \"id:2,phase:1,pass,nolog,setvar:!tx.b\""), &[1, 2], &[("b", Some("two"))]),
        (format!("{SET}SecRule TX:a \"@eq 1\" \"id:2,phase:1,pass,nolog,setvar:!tx.b\""), &[1, 2], &[("b", None)]),
        // What is jumped over is done with too.
        (
            format!(
                "{SET}SecRule TX:a \"@eq 1\" \"id:2,phase:1,pass,nolog,skipAfter:END\"\nSecAction \"id:3,phase:1,pass,nolog,setvar:tx.a=7\"\nSecMarker END\nSecAction \"id:4,phase:1,pass,nolog,setvar:tx.e=1\""
            ),
            &[1, 2, 3, 4],
            &[("a", Some("1")), ("e", Some("1"))],
        ),
        // A rule that has nothing to do with TX is passed over.
        (
            format!("SecRule REQUEST_HEADERS:X \"@rx y\" \"id:8,phase:1,pass,nolog,ctl:requestBodyProcessor=XML\"\n{SET}"),
            &[1],
            &[("a", Some("1"))],
        ),
        // One that asks the request and sets TX ends it, as does one that takes rules away, leads elsewhere, or is told of.
        (format!("SecRule REQUEST_URI \"@rx q\" \"id:8,phase:1,pass,nolog,setvar:tx.a=5\"\n{SET}"), &[], &[("a", Some("1"))]),
        (format!("SecRule REQUEST_URI \"@rx q\" \"id:8,phase:1,pass,nolog,ctl:ruleRemoveById=1\"\n{SET}"), &[], &[("a", None)]),
        (format!("SecRule REQUEST_URI \"@rx q\" \"id:8,phase:1,pass,nolog,skipAfter:X\"\n{SET}SecMarker X"), &[], &[("a", None)]),
        (
            "SecRule &TX:a \"@eq 0\" \"id:8,phase:1,pass,log,msg:'none'\"\nSecAction \"id:9,phase:1,pass,nolog,setvar:tx.b=1\"".to_owned(),
            &[],
            &[("b", Some("1"))],
        ),
        (format!("SecRule REQUEST_URI|TX:a \"@rx q\" \"id:8,phase:1,pass,nolog\"\n{SET}"), &[], &[("a", Some("1"))]),
        ("SecAction \"id:8,phase:1,pass,nolog,setvar:tx.a=%{request_method}\"".to_owned(), &[], &[("a", Some("GET"))]),
    ];
    for (rules, wanted, elements) in cases {
        let program = seclang::load(&Memory::new().with("a.conf", rules.as_str()), &["a.conf"]).unwrap();
        let engine = Arc::new(Engine::new(compile(program).unwrap(), Around::default()));
        let plain = Policy::compile(&PolicyText::default(), &engine.rules).unwrap();
        let (settled, _) = settle(&engine.rules, &plain, vec![Preset::Unset; engine.rules.slots.len()]);
        let numbers: Vec<u32> = (0..).zip(&engine.rules.heads).filter(|(n, _)| settled.has(*n)).map(|(_, head)| head.id).collect();
        assert_eq!(numbers, wanted, "{rules}");
        let done = Policy::compile(&PolicyText::default(), &engine.rules).unwrap().settled(&engine.rules);
        for policy in [Arc::new(plain), Arc::new(done)] {
            let start = Start { client: [192, 0, 2, 7].into(), client_port: 1, server: None, server_port: 80, unique_id: "u1" };
            let mut inspection = Inspection::begin(&engine, &policy, &start).unwrap();
            inspection.request(Line { method: b"GET", target: b"/q", protocol: b"HTTP/1.1" }, [(&b"X"[..], &b"y"[..])].into_iter());
            inspection.body(b"", true);
            for (name, value) in elements {
                assert_eq!(inspection.tx(name).as_deref(), value.map(str::as_bytes), "{name} after {rules}");
            }
        }
    }
}

#[test]
fn what_a_policy_says_stays() {
    let rules = "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.paranoia_level=4,setvar:tx.b=%{tx.paranoia_level}\"";
    let program = seclang::load(&Memory::new().with("a.conf", rules), &["a.conf"]).unwrap();
    let engine = compile(program).unwrap();
    let text = PolicyText { paranoia: Some(2), ..PolicyText::default() };
    let policy = Policy::compile(&text, &engine).unwrap();
    let slot = engine.slot_of["paranoia_level"] as usize;
    let mut tx = vec![Preset::Unset; engine.slots.len()];
    tx[slot] = Preset::Int(2);
    let (_, tx) = settle(&engine, &policy, tx);
    assert_eq!(tx[slot], Preset::Int(2));
    assert_eq!(tx[engine.slot_of["b"] as usize], Preset::Int(2));
}

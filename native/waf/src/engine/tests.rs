#![allow(clippy::unwrap_used)]
use super::*;
use crate::Verdict;
use crate::seclang::{self, Files, Memory};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

fn engine(rules: &str, around: Around) -> Arc<Engine> {
    let program = seclang::load(&Memory::new().with("a.conf", rules), &["a.conf"]).unwrap_or_else(|all| panic!("{all:?}: {rules}"));
    Arc::new(Engine::new(compile(program).unwrap_or_else(|all| panic!("{all:?}: {rules}")), around))
}

fn start() -> Start<'static> {
    Start { client: [192, 0, 2, 7].into(), client_port: 1, server: None, server_port: 80, unique_id: "u1" }
}

#[derive(Clone, Copy)]
struct Sent {
    method: &'static str,
    target: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
}

const GET: Sent = Sent { method: "GET", target: "/", headers: &[], body: "" };

fn to(target: &'static str) -> Sent {
    Sent { target, ..GET }
}

fn send(engine: &Arc<Engine>, policy: &PolicyText, sent: Sent) -> (Inspection, Report) {
    let policy = Arc::new(Policy::compile(policy, &engine.rules).unwrap());
    let mut inspection = Inspection::begin(engine, &policy, &start()).unwrap();
    let line = Line { method: sent.method.as_bytes(), target: sent.target.as_bytes(), protocol: b"HTTP/1.1" };
    let mut verdict = inspection.request(line, sent.headers.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())));
    if verdict == Verdict::Pass {
        verdict = inspection.body(sent.body.as_bytes(), true);
    }
    if verdict == Verdict::Pass {
        verdict = inspection.response(200, b"HTTP/1.1", [(&b"Content-Type"[..], &b"text/html"[..])].into_iter());
    }
    if verdict == Verdict::Pass {
        inspection.response_body(b"<p>page</p>", true);
    }
    let report = inspection.finish();
    (inspection, report)
}

/// Numbers of the rules that made events.
fn matched(rules: &str, sent: Sent) -> Vec<u32> {
    let engine = engine(rules, Around::default());
    send(&engine, &PolicyText::default(), sent).1.events.iter().map(|e| e.rule).collect()
}

#[test]
fn targets_choose_what_is_looked_at() {
    let form = Sent {
        method: "POST",
        target: "/a/b.php?x=1&Y=two&x=3",
        headers: &[
            ("Host", "h:8080"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Cookie", "c=9; __utm=1"),
            ("X-A", "1"),
            ("x-a", "2"),
        ],
        body: "p=q&x=4",
    };
    let cases = [
        ("ARGS:x \"@streq 3\"", 1),
        ("ARGS:X \"@streq 4\"", 1),
        ("ARGS_GET:x \"@streq 4\"", 0),
        ("ARGS_POST:x \"@streq 4\"", 1),
        ("&ARGS \"@eq 5\"", 1),
        ("&ARGS:x \"@eq 3\"", 1),
        ("&ARGS|!ARGS:x \"@eq 2\"", 1),
        ("ARGS|!ARGS:x \"@rx ^[0-9]$\"", 0),
        ("ARGS|!ARGS:/^[xp]$/ \"@streq two\"", 1),
        ("ARGS:/^Y/ \"@streq two\"", 1),
        ("ARGS_NAMES \"@streq Y\"", 1),
        ("ARGS_COMBINED_SIZE \"@eq 12\"", 1),
        ("REQUEST_HEADERS:x-a \"@streq 2\"", 1),
        ("&REQUEST_HEADERS:X-A \"@eq 2\"", 1),
        ("&REQUEST_HEADERS:Absent \"@eq 0\"", 1),
        ("REQUEST_HEADERS_NAMES \"@streq Cookie\"", 1),
        ("REQUEST_COOKIES|!REQUEST_COOKIES:/__utm/ \"@streq 1\"", 0),
        ("REQUEST_COOKIES:c \"@streq 9\"", 1),
        ("REQUEST_FILENAME \"@streq /a/b.php\"", 1),
        ("REQUEST_BASENAME \"@streq b.php\"", 1),
        ("QUERY_STRING \"@beginsWith x=1\"", 1),
        ("REQUEST_URI \"@endsWith x=3\"", 1),
        ("REQUEST_LINE \"@streq POST /a/b.php?x=1&Y=two&x=3 HTTP/1.1\"", 1),
        ("REQUEST_BODY \"@streq p=q&x=4\"", 1),
        ("REQUEST_BODY_LENGTH \"@eq 7\"", 1),
        ("REQBODY_PROCESSOR \"@streq URLENCODED\"", 1),
        ("REQBODY_ERROR \"@eq 0\"", 1),
        ("SERVER_NAME \"@streq h\"", 1),
        ("REMOTE_ADDR \"@ipMatch 192.0.2.0/24\"", 1),
        ("UNIQUE_ID \"@streq u1\"", 1),
        ("FULL_REQUEST \"@contains X-A: 1\"", 1),
        ("MULTIPART_STRICT_ERROR \"!@eq 0\"", 0),
        ("FILES \"@rx .\"", 0),
        ("DURATION \"@lt 60000\"", 1),
        ("RULE:id \"@eq 1\"", 1),
    ];
    for (looks, expected) in cases {
        let rules = format!("SecRule {looks} \"id:1,phase:2,pass,t:none\"");
        assert_eq!(matched(&rules, form).len(), expected, "{looks}");
    }
}

#[test]
fn flow() {
    let cases: [(&str, &[u32]); 14] = [
        ("SecAction \"id:1,pass,skipAfter:X\"\nSecAction \"id:2,pass\"\nSecMarker X\nSecAction \"id:3,pass\"", &[1, 3]),
        ("SecAction \"id:1,pass,skip:1\"\nSecAction \"id:2,pass\"\nSecAction \"id:3,pass\"", &[1, 3]),
        ("SecAction \"id:1,pass,skipAfter:NOWHERE\"\nSecAction \"id:2,pass\"", &[1]),
        ("SecAction \"id:1,pass,skipAfter:2\"\nSecAction \"id:2,pass\"\nSecAction \"id:3,pass\"", &[1, 3]),
        ("SecAction \"id:1,phase:1,pass,skipAfter:X\"\nSecAction \"id:2,phase:2,pass\"\nSecMarker X", &[1, 2]),
        ("SecRule ARGS:a \"@streq 1\" \"id:1,pass,chain\"\nSecRule ARGS:b \"@streq 2\"\nSecAction \"id:2,pass\"", &[1, 2]),
        (
            "SecRule ARGS:a \"@streq 1\" \"id:1,pass,chain,skipAfter:X\"\nSecRule ARGS:b \"@streq 9\"\nSecAction \"id:2,pass\"\nSecMarker X",
            &[2],
        ),
        ("SecAction \"id:1,deny\"\nSecAction \"id:2,pass\"\nSecAction \"id:5,phase:5,pass\"", &[1, 5]),
        ("SecAction \"id:1,phase:1,allow\"\nSecAction \"id:2,phase:2,pass\"\nSecAction \"id:5,phase:5,pass\"", &[1, 5]),
        ("SecAction \"id:1,phase:1,allow:request\"\nSecAction \"id:2,phase:2,pass\"\nSecAction \"id:3,phase:3,pass\"", &[1, 3]),
        ("SecAction \"id:1,phase:1,allow:phase\"\nSecAction \"id:9,phase:1,pass\"\nSecAction \"id:2,phase:2,pass\"", &[1, 2]),
        ("SecAction \"id:1,pass,nolog\"\nSecAction \"id:2,pass\"", &[2]),
        ("SecAction \"id:1,pass,ctl:ruleEngine=Off\"\nSecAction \"id:2,pass\"", &[1]),
        ("SecDefaultAction \"phase:2,nolog,deny\"\nSecAction \"id:1,block\"\nSecAction \"id:2,pass,log\"", &[]),
    ];
    for (rules, expected) in cases {
        assert_eq!(matched(rules, to("/?a=1&b=2")), expected, "{rules}");
    }
}

#[test]
fn endings() {
    let cases = [
        ("SecAction \"id:1,deny\"", Some((403, 1)), None, false),
        ("SecAction \"id:1,deny,status:429\"", Some((429, 1)), None, false),
        ("SecAction \"id:1,drop\"", Some((403, 1)), None, true),
        ("SecAction \"id:1,redirect:'http://x/%{UNIQUE_ID}'\"", Some((302, 1)), Some("http://x/u1"), false),
        ("SecAction \"id:1,block\"", None, None, false),
        ("SecDefaultAction \"phase:2,log,deny,status:501\"\nSecAction \"id:1,block\"", Some((501, 1)), None, false),
        ("SecRuleEngine DetectionOnly\nSecAction \"id:1,deny\"", None, None, false),
        ("SecAction \"id:1,phase:1,pass,ctl:ruleEngine=DetectionOnly\"\nSecAction \"id:2,deny\"", None, None, false),
        ("SecRule RESPONSE_BODY page \"id:4,phase:4,deny\"", Some((403, 4)), None, false),
        ("SecAction \"id:1,phase:5,deny\"", None, None, false),
    ];
    for (rules, ended, location, close) in cases {
        let engine = engine(rules, Around::default());
        let report = send(&engine, &PolicyText::default(), GET).1;
        assert_eq!((report.ended, report.location.as_deref(), report.close), (ended, location, close), "{rules}");
    }
}

#[test]
fn variables_change() {
    let cases = [
        ("SecAction \"id:1,pass,setvar:tx.a=5,setvar:tx.a=+2,setvar:tx.a=-1\"", "a", Some("6")),
        ("SecAction \"id:1,pass,setvar:tx.a=x,setvar:tx.a=+2\"", "a", Some("2")),
        ("SecAction \"id:1,pass,setvar:tx.a\"", "a", Some("1")),
        ("SecAction \"id:1,pass,setvar:tx.a=1,setvar:!tx.a\"", "a", None),
        ("SecAction \"id:1,pass,setvar:tx.b=7,setvar:'tx.a=%{TX.B}-%{tx.b}'\"", "a", Some("7-7")),
        ("SecAction \"id:1,pass,setvar:tx.n=k,setvar:'tx.dyn_%{tx.n}=1'\"", "dyn_k", Some("1")),
        ("SecRule ARGS \"@rx ^(.)(.)?\" \"id:1,pass,capture,setvar:'tx.a=%{TX.1}[%{TX.2}]'\"", "a", Some("2[]")),
        ("SecRule ARGS \"@pm zz 1\" \"id:1,pass,capture,setvar:'tx.a=<%{TX.0}>'\"", "a", Some("<1>")),
        ("SecRule ARGS \"@streq 1\" \"id:1,pass,t:hexEncode,setvar:tx.a=%{MATCHED_VAR}\"", "a", None),
        ("SecRule ARGS \"@streq 31\" \"id:1,pass,t:hexEncode,setvar:tx.a=%{MATCHED_VAR}\"", "a", Some("31")),
        ("SecRule ARGS \"@rx .\" \"id:1,pass,setvar:tx.a=%{MATCHED_VAR_NAME}\"", "a", Some("ARGS:b")),
        // Once for each value that matches.
        ("SecRule ARGS \"@rx .\" \"id:1,pass,setvar:tx.a=+3\"", "a", Some("6")),
        // Also where the rest of the chain does not match.
        ("SecRule ARGS \"@rx 1\" \"id:1,pass,chain,setvar:tx.a=1\"\nSecRule ARGS nothing", "a", Some("1")),
        ("SecAction \"id:1,pass,msg:'m %{tx.x}',setvar:tx.x=1,setvar:tx.a=%{rule.msg}\"", "a", Some("m 1")),
        (
            "SecRule ARGS \"@rx .\" \"id:1,pass,chain\"\nSecRule MATCHED_VARS \"@streq 2\" \"chain\"\nSecRule MATCHED_VARS_NAMES \"@rx (.)$\" \"capture,setvar:tx.a=%{TX.1}\"",
            "a",
            Some("b"),
        ),
        (
            "SecAction \"id:1,pass,severity:3\"\nSecAction \"id:3,pass,severity:5\"\nSecRule HIGHEST_SEVERITY \"@eq 3\" \"id:2,pass,setvar:tx.a=1\"",
            "a",
            Some("1"),
        ),
    ];
    for (rules, name, expected) in cases {
        let engine = engine(rules, Around::default());
        let (inspection, _) = send(&engine, &PolicyText::default(), to("/?a=1&b=2"));
        let value = inspection.tx(name).map(|v| String::from_utf8(v).unwrap());
        assert_eq!(value.as_deref(), expected, "{rules}");
    }
}

#[test]
fn transformations_and_multi_match() {
    let cases = [
        ("\"@streq abc\" \"id:1,pass,t:lowercase\"", "/?q=ABC", 1),
        ("\"@streq abc\" \"id:1,pass,t:urlDecodeUni,t:lowercase\"", "/?q=%2541BC", 1),
        ("\"@streq ABC\" \"id:1,pass,t:lowercase\"", "/?q=ABC", 0),
        ("\"@streq ABC\" \"id:1,pass,multiMatch,t:lowercase\"", "/?q=ABC", 1),
        ("\"@contains b c\" \"id:1,pass,t:lowercase,t:none\"", "/?q=a+b+c", 1),
        ("\"!@rx ^[a-z]+$\" \"id:1,pass\"", "/?q=abc", 0),
        ("\"!@rx ^[a-z]+$\" \"id:1,pass\"", "/?q=ab1", 1),
        ("\"@validateByteRange 97-122\" \"id:1,pass\"", "/?q=abc%00", 1),
        ("\"@rx (?i)union\\s+select\" \"id:1,pass\"", "/?q=1+UNION%0aselect", 1),
        ("\"@detectSQLi\" \"id:1,pass\"", "/?q=1%27+or+1=1--+", 1),
        ("\"@detectXSS\" \"id:1,pass\"", "/?q=<script>alert(1)</script>", 1),
        ("\"@verifyCC ^[0-9]{16}$\" \"id:1,pass\"", "/?q=4111111111111111", 1),
        ("\"@verifyCC ^[0-9]{16}$\" \"id:1,pass\"", "/?q=4111111111111112", 0),
    ];
    for (rest, target, expected) in cases {
        assert_eq!(matched(&format!("SecRule ARGS:q {rest}"), to(target)).len(), expected, "{rest} {target}");
    }
}

#[test]
fn exclusions_reach_rules_and_targets() {
    let rules = "SecRule ARGS|REQUEST_HEADERS \"@contains evil\" \"id:10,pass,tag:'t/a',msg:'m'\"\nSecRule ARGS \"@contains evil\" \"id:11,pass,tag:'t/b'\"";
    let before = [
        ("", vec![10, 11]),
        ("ctl:ruleRemoveById=10", vec![11]),
        ("ctl:ruleRemoveById=1-100", vec![]),
        ("ctl:ruleRemoveByTag=t/b", vec![10]),
        ("ctl:ruleRemoveByTag=^t/", vec![]),
        ("ctl:ruleRemoveByMsg=m", vec![11]),
        ("ctl:ruleRemoveTargetById=10;ARGS:q", vec![11]),
        ("ctl:ruleRemoveTargetById=10;ARGS:other", vec![10, 11]),
        ("ctl:ruleRemoveTargetByTag=t/b;ARGS", vec![10]),
        ("ctl:ruleRemoveTargetById=1-100;ARGS:/^q$/", vec![]),
    ];
    for (ctl, expected) in before {
        let ctl = if ctl.is_empty() { String::new() } else { format!(",{ctl}") };
        let rules = format!("SecAction \"id:1,phase:1,pass,nolog{ctl}\"\n{rules}");
        assert_eq!(matched(&rules, to("/?q=evil")), expected, "{ctl}");
    }
    let exclusion = |rules, targets: Option<&str>| Exclusion { rules, targets: targets.map(str::to_owned) };
    let engine = engine(rules, Around::default());
    let tag = |t: &str| seclang::ctl::Rules::Tag(t.to_owned());
    for (exclusions, expected) in [
        (vec![exclusion(seclang::ctl::Rules::ids("10").unwrap(), None)], vec![11]),
        (vec![exclusion(seclang::ctl::Rules::ids("10-11").unwrap(), Some("ARGS:q"))], vec![]),
        (vec![exclusion(tag("t/b"), Some("ARGS:/^q/|REQUEST_HEADERS"))], vec![10]),
        (vec![exclusion(tag("none"), None)], vec![10, 11]),
    ] {
        let policy = PolicyText { exclusions: exclusions.clone(), ..PolicyText::default() };
        let ids: Vec<u32> = send(&engine, &policy, to("/?q=evil")).1.events.iter().map(|e| e.rule).collect();
        assert_eq!(ids, expected, "{exclusions:?}");
    }
}

#[test]
fn bodies_become_variables() {
    let json = Sent { method: "POST", headers: &[("Content-Type", "application/json")], body: "{\"a\":{\"b\":[1,\"x\"]}}", ..GET };
    let bad = Sent { body: "{\"a\":", ..json };
    let xml = Sent { headers: &[("Content-Type", "text/xml")], body: "<a x=\"1\">t<b>u</b></a>", ..json };
    let multipart = Sent {
        headers: &[("Content-Type", "multipart/form-data; boundary=B")],
        body: "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.php\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nv\r\n--B--\r\n",
        ..json
    };
    let plain = Sent { headers: &[("Content-Type", "application/octet-stream")], body: "a=evil", ..json };
    let cases = [
        (json, "ARGS \"@streq x\"", 1),
        (json, "ARGS_NAMES \"@beginsWith json.a.b\"", 1),
        (json, "REQBODY_PROCESSOR \"@streq JSON\"", 1),
        (bad, "REQBODY_ERROR \"@eq 1\"", 1),
        (bad, "REQBODY_ERROR_MSG \"@rx .\"", 1),
        (xml, "XML:/* \"@contains tu\"", 1),
        (xml, "XML://@* \"@streq 1\"", 1),
        (xml, "XML:/a/b \"@streq u\"", 1),
        (multipart, "FILES \"@streq a.php\"", 1),
        (multipart, "FILES_NAMES \"@streq f\"", 1),
        (multipart, "ARGS:n \"@streq v\"", 1),
        (multipart, "FILES_TMP_CONTENT \"@streq hello\"", 1),
        (multipart, "FILES_COMBINED_SIZE \"@eq 5\"", 1),
        (multipart, "MULTIPART_PART_HEADERS:f \"@contains text/plain\"", 1),
        (multipart, "MULTIPART_STRICT_ERROR \"@eq 0\"", 1),
        (plain, "ARGS \"@contains evil\"", 0),
        (plain, "REQUEST_BODY \"@contains evil\"", 0),
    ];
    for (sent, looks, expected) in cases {
        assert_eq!(matched(&format!("SecRule {looks} \"id:1,pass\""), sent).len(), expected, "{looks}");
    }
    let forced =
        "SecAction \"id:1,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On\"\nSecRule REQUEST_BODY \"@contains evil\" \"id:2,pass\"";
    assert_eq!(matched(forced, plain), [2]);
    let chosen = "SecAction \"id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=URLENCODED\"\nSecRule ARGS:a evil \"id:2,pass\"";
    assert_eq!(matched(chosen, plain), [2]);
}

#[test]
fn collections_live_longer_than_requests() {
    let rules = "SecAction \"id:1,phase:1,nolog,pass,initcol:ip=%{REMOTE_ADDR},setvar:ip.hits=+1,expirevar:ip.flag=10\"\n\
        SecRule IP:hits \"@ge 3\" \"id:2,phase:2,pass,setvar:ip.flag=1,expirevar:ip.flag=10\"\n\
        SecRule IP:flag \"@eq 1\" \"id:3,phase:1,pass\"";
    let now = Arc::new(AtomicU64::new(1_000));
    let clock = Arc::clone(&now);
    let around = Around { clock: Arc::new(move || Duration::from_secs(clock.load(Ordering::Relaxed))), ..Around::default() };
    let engine = engine(rules, around);
    let ids = || send(&engine, &PolicyText::default(), GET).1.events.iter().map(|e| e.rule).collect::<Vec<_>>();
    assert_eq!(ids(), [] as [u32; 0]);
    assert_eq!(ids(), [] as [u32; 0]);
    assert_eq!(ids(), [2]);
    assert_eq!(ids(), [3, 2]);
    now.store(2_000, Ordering::Relaxed);
    assert_eq!(ids(), [2]);
    now.store(100_000, Ordering::Relaxed);
    assert_eq!(ids(), [] as [u32; 0]);
}

#[test]
fn each_owner_has_collections_of_its_own() {
    let counts = "SecAction \"id:1,phase:1,nolog,pass,initcol:ip=%{REMOTE_ADDR},initcol:global=all,setsid:s,setuid:u,setrsc:r,\
        setvar:ip.n=+1,setvar:global.n=+1,setvar:session.n=+1,setvar:user.n=+1,setvar:resource.n=+1\"\n\
        SecRule IP:n|GLOBAL:n|SESSION:n|USER:n|RESOURCE:n \"@ge 2\" \"id:2,phase:1,pass\"";
    let around = Around::default();
    let (plain, other) = (engine(counts, around.clone()), engine(&format!("SecWebAppId shop\n{counts}"), around));
    // Engine, organisation, and in how many collections an earlier request is seen.
    for (engine, organization, seen) in
        [(&plain, "a", 0), (&plain, "b", 0), (&plain, "a", 5), (&other, "a", 0), (&other, "b", 0), (&other, "b", 5), (&plain, "", 0)]
    {
        let policy = PolicyText { organization: organization.to_owned(), ..PolicyText::default() };
        let report = send(engine, &policy, GET).1;
        let found: u32 = report.events.iter().map(|e| e.count).sum();
        assert_eq!(found, seen, "{organization}: {report:#?}");
    }
}

#[test]
fn policies_hold_against_rules() {
    let rules = "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.paranoia_level=1\"\n\
        SecRule TX:paranoia_level \"@ge 2\" \"id:2,pass\"\nSecRule TX:mine \"@streq yes\" \"id:3,deny\"";
    let engine = engine(rules, Around::default());
    let policy = PolicyText { paranoia: Some(3), variables: vec![("mine".to_owned(), "yes".to_owned())], ..PolicyText::default() };
    let report = send(&engine, &policy, GET).1;
    assert_eq!((report.events.len(), report.ended), (2, Some((403, 3))));
    let report = send(&engine, &PolicyText { mode: Some(seclang::Mode::Detect), ..policy }, GET).1;
    assert_eq!((report.events.len(), report.ended), (2, None));
    let off = Policy::compile(&PolicyText { mode: Some(seclang::Mode::Off), ..PolicyText::default() }, &engine.rules).unwrap();
    assert!(Inspection::begin(&engine, &Arc::new(off), &start()).is_none());
    assert!(Policy::compile(&PolicyText { paranoia: Some(5), ..PolicyText::default() }, &engine.rules).is_err());
}

#[test]
fn events_hide_secrets_and_are_bounded() {
    let cases = [
        ("SecRule ARGS \"@rx .\" \"id:1,pass,logdata:'%{MATCHED_VAR}'\"", "/?password=hunter2", "***", "***"),
        ("SecRule ARGS \"@rx .\" \"id:1,pass,sanitiseArg:pin,logdata:'%{MATCHED_VAR}'\"", "/?pin=1234", "***", "***"),
        ("SecRule ARGS \"@rx .\" \"id:1,pass,logdata:'d %{MATCHED_VAR}'\"", "/?q=abc", "abc", "d abc"),
    ];
    for (rules, target, value, data) in cases {
        let engine = engine(rules, Around::default());
        let report = send(&engine, &PolicyText::default(), to(target)).1;
        assert_eq!((report.events[0].value.as_str(), report.events[0].data.as_str()), (value, data), "{rules}");
    }
}

#[test]
fn what_a_chain_logs_is_of_its_last_link() {
    let rules = "SecRule ARGS:q \"@rx #(.*)\" \"id:1,pass,capture,logdata:'%{TX.1} in %{tx.name}: %{MATCHED_VAR}',\
        setvar:'tx.name=%{MATCHED_VAR_NAME}',chain\"\nSecRule TX:0 \"@rx b(c)\" \"capture\"";
    let engine = engine(rules, Around::default());
    let report = send(&engine, &PolicyText::default(), to("/?q=a%23bc")).1;
    let event = &report.events[0];
    assert_eq!((event.data.as_str(), event.variable.as_str(), event.value.as_str()), ("c in ARGS:q: #bc", "ARGS:q", "a#bc"));
}

fn debian() -> Option<Arc<Engine>> {
    let files = crate::test_rules::files(crate::test_rules::SETS[0].0, crate::test_rules::SETS[0].1)?;
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let rules = compile(seclang::load(&Files, &files).unwrap()).unwrap_or_else(|all| panic!("{all:#?}"));
    Some(Arc::new(Engine::new(rules, Around::default())))
}

const BROWSER: &[(&str, &str)] = &[
    ("Host", "shop.example"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
    ("Accept", "text/html,*/*;q=0.8"),
];

#[test]
fn debian_rules_block_an_injection_and_let_a_browser_pass() {
    let Some(engine) = debian() else { return };
    let policy = PolicyText::default();
    let attack = Sent { target: "/?q=1%27%20UNION%20SELECT%20password%20FROM%20users--", headers: BROWSER, ..GET };
    let report = send(&engine, &policy, attack).1;
    assert_eq!(report.ended, Some((403, 949_110)), "{report:#?}");
    assert!(report.events.iter().any(|e| e.rule == 942_100) && report.inbound >= 5, "{report:#?}");
    let ordinary = Sent { target: "/catalogue?page=2&sort=price", headers: BROWSER, ..GET };
    let report = send(&engine, &policy, ordinary).1;
    assert_eq!((report.ended, report.events.len()), (None, 0), "{report:#?}");
    let policy = Policy::compile(&PolicyText { paranoia: Some(2), ..PolicyText::default() }, &engine.rules).unwrap();
    assert!(policy.memory() < 1 << 20, "{}", policy.memory());
}

use super::*;
use crate::site::Action;

fn site(id: &str, host: &str, hash: &str, extra: &str) -> String {
    format!(
        r#"{{"id":"site:{id}","hash":"{hash}","body":{{"site_id":"{id}","organization_id":"o","name":"n","hosts":["{host}"],"upstreams":{{"u":{{"policy":"round_robin","targets":[{{"address":"127.0.0.1:9","weight":1}}],"connect_ms":1,"first_byte_ms":1,"between_bytes_ms":1,"total_ms":0}}}},"routes":[{{"id":"r","path_prefix":"/","methods":null,"upstream":"u","max_body":null}}{extra}]}}}}"#
    )
}

fn apply(config: &Config, sections: &[String]) -> (Config, Report) {
    let bytes = format!(r#"{{"version":1,"sections":[{}]}}"#, sections.join(","));
    config.apply(bytes.as_bytes(), 1, &Keyring::default()).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn a_bad_section_is_refused_alone_and_keeps_its_old_version() {
    let (one, report) = apply(&Config::default(), &[site("a", "a.example", "1", ""), site("b", "*.b.example", "1", "")]);
    assert_eq!((report.applied.len(), report.refused.len()), (2, 0));
    let bad = r#",{"id":"r2","path_prefix":"/x","methods":null,"upstream":"missing","max_body":null}"#;
    let (two, report) = apply(&one, &[site("a", "a.example", "2", bad), site("b", "*.b.example", "1", "")]);
    assert_eq!((report.applied.len(), report.unchanged.len(), report.refused.len()), (0, 1, 1));
    assert!(report.refused[0].error.contains("no upstream missing"));
    assert!(two.site("A.example.").is_some_and(|s| s.id == "a"));
    let (three, _) = apply(&two, &[site("b", "*.b.example", "1", "")]);
    assert!(three.site("a.example").is_none() && three.site("x.y.b.example").is_some() && three.site("b.example").is_none());
}

#[test]
fn targets_outlive_a_change() {
    let (one, _) = apply(&Config::default(), &[site("a", "a.example", "1", "")]);
    let (two, _) = apply(&one, &[site("a", "a2.example", "2", "")]);
    let target = |c: &Config, h: &str| {
        c.site(h).and_then(|s| match &s.routes[0].action {
            Action::Forward { upstream, .. } => Some(upstream.endpoints()[0].id()),
            _ => None,
        })
    };
    assert_eq!(target(&one, "a.example"), target(&two, "a2.example"));
}

#[test]
fn one_host_one_site() {
    let (_, report) = apply(&Config::default(), &[site("a", "a.example", "1", ""), site("b", "a.example", "1", "")]);
    assert_eq!(report.refused.len(), 1);
}

#[test]
fn a_snapshot_round_trips() {
    let (one, _) = apply(&Config::default(), &[site("a", "a.example", "1", "")]);
    let bytes = one.to_snapshot().unwrap_or_else(|e| panic!("{e}"));
    let (two, report) = Config::default().apply(&bytes, 2, &Keyring::default()).unwrap_or_else(|e| panic!("{e}"));
    assert!(report.refused.is_empty() && two.site("a.example").is_some());
    assert!(Config::default().apply(b"{\"version\":2,\"sections\":[]}", 1, &Keyring::default()).is_err());
}

#[test]
fn api_keys_are_a_section_of_their_own() {
    let section = |hash: &str, key: &str| {
        let body = format!(
            r#"{{"keys":[{{"id":"k","prefix":"abc","hash":"{key}","organization_id":"o","user_id":"u","user_type":"customer","scopes":[]}}]}}"#
        );
        format!(r#"{{"id":"api_keys","hash":"{hash}","body":{body}}}"#)
    };
    let (one, report) = apply(&Config::default(), &[section("1", &"0".repeat(64))]);
    assert_eq!((one.api_keys.len(), report.applied.len()), (1, 1));
    let (two, report) = apply(&one, &[section("2", "zz")]);
    assert_eq!((two.api_keys.len(), report.refused.len()), (1, 1));
    let (three, _) = apply(&two, &[]);
    assert!(three.api_keys.is_empty());
}

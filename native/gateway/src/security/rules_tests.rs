#![allow(clippy::unwrap_used)] // a test may fail by it

use super::*;
use crate::security::geo::Geo;
use crate::testing::head;
use foldhash::fast::FixedState;

fn compiled(conditions: &str) -> Result<Vec<Rule>, String> {
    let text = format!(r#"[{{"id": "r", "name": "n", "position": 0, "conditions": {conditions}, "action": "block"}}]"#);
    compile(serde_json::from_str(&text).map_err(|e| e.to_string())?, "place", &FixedState::default())
}

#[test]
fn which_requests_fit() {
    let request = head("POST /wp-login.php?a=b", "User-Agent: Mozilla/5.0 (BadBot)\r\nX-Two: one\r\nX-Two: Two\r\n");
    let cases = [
        ("{}", true),
        (r#"{"paths": ["/wp-login.php"]}"#, true),
        (r#"{"paths": ["/wp-login"]}"#, false),
        (r#"{"paths": ["/other", "/wp-*"]}"#, true),
        (r#"{"methods": ["GET"]}"#, false),
        (r#"{"methods": ["GET", "POST"]}"#, true),
        (r#"{"headers": [{"name": "user-agent", "value": "badbot"}]}"#, true),
        (r#"{"headers": [{"name": "User-Agent", "how": "is", "value": "badbot"}]}"#, false),
        (r#"{"headers": [{"name": "x-two", "how": "is", "value": "TWO"}]}"#, true),
        (r#"{"headers": [{"name": "referer", "how": "absent"}]}"#, true),
        (r#"{"headers": [{"name": "user-agent", "value": "badbot"}, {"name": "host", "how": "absent"}]}"#, false),
        (r#"{"networks": ["192.0.2.0/24"]}"#, true),
        (r#"{"networks": ["2001:db8::/32"]}"#, false),
        (r#"{"countries": ["DE"]}"#, false),
        (r#"{"asns": [64500]}"#, false),
        (r#"{"paths": ["/wp-*"], "methods": ["GET"]}"#, false),
    ];
    let geo = Geo::default();
    let place = Place::new("192.0.2.7".parse().unwrap(), &geo);
    for (conditions, expected) in cases {
        let rules = compiled(conditions).unwrap();
        assert_eq!(rules[0].fits(&request, b"/wp-login.php", &place), expected, "{conditions}");
    }
}

#[test]
fn what_is_no_rule_is_refused() {
    for conditions in [
        r#"{"headers": [{"name": "a b", "value": "x"}]}"#,
        r#"{"headers": [{"name": "a"}]}"#,
        r#"{"headers": [{"name": "a", "how": "absent", "value": "x"}]}"#,
        r#"{"countries": ["Germany"]}"#,
        r#"{"networks": ["x"]}"#,
        r#"{"else": []}"#,
    ] {
        assert!(compiled(conditions).is_err(), "{conditions}");
    }
}

#[test]
fn the_lower_position_comes_first() {
    let text = r#"[
        {"id": "c", "name": "", "position": 1, "conditions": {}, "action": "log"},
        {"id": "b", "name": "", "position": 0, "conditions": {}, "action": "limit", "quota": {"rate": 1, "per_s": 1, "burst": 1}},
        {"id": "a", "name": "", "position": 1, "conditions": {}, "action": "allow"}]"#;
    let rules = compile(serde_json::from_str(text).unwrap(), "place", &FixedState::default()).unwrap();
    assert_eq!(rules.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["b", "a", "c"]);
    assert!(rules[0].limit.is_some() && rules[1].limit.is_none());
}

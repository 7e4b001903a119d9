#![allow(clippy::unwrap_used)] // a test may fail by it

use super::*;
use crate::security::geo::Geo;
use crate::security::testing::database;

const LIST: &str = r#"[
    {"id": "1", "network": "192.0.2.0/24", "action": "deny"},
    {"id": "2", "network": "192.0.2.7/32", "action": "allow"},
    {"id": "3", "network": "192.0.2.8/32", "action": "allow", "until": 100},
    {"id": "4", "asn": 64500, "action": "deny"},
    {"id": "5", "country": "DE", "action": "allow"},
    {"id": "6", "network": "0.0.0.0/0", "action": "deny"},
    {"id": "7", "network": "2001:db8::/32", "action": "deny"}
]"#;

fn geo(folder: &std::path::Path) -> Geo {
    let (country, asn) = (folder.join("country.mmdb"), folder.join("asn.mmdb"));
    let de = serde_json::json!({"country": {"iso_code": "DE"}});
    let fr = serde_json::json!({"registered_country": {"iso_code": "FR"}});
    std::fs::write(&country, database("Country", &[("198.51.100.0/24", de), ("203.0.113.0/24", fr)])).unwrap();
    let own = serde_json::json!({"autonomous_system_number": 64500});
    std::fs::write(&asn, database("ASN", &[("198.51.100.128/25", own.clone()), ("203.0.113.0/24", own)])).unwrap();
    let files = crate::security::geo::GeoFiles::new(Some(country), Some(asn));
    assert_eq!(files.problems(), Vec::<String>::new());
    std::sync::Arc::try_unwrap(files.into_inner()).unwrap()
}

#[test]
fn the_narrowest_says_it() {
    let folder = std::env::temp_dir().join(format!("hcc-access-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let geo = geo(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    let list = AccessList::compile(serde_json::from_str(LIST).unwrap()).unwrap();
    let cases = [
        ("192.0.2.1", 0, Some(AccessAction::Deny)),
        ("192.0.2.7", 0, Some(AccessAction::Allow)),
        ("::ffff:192.0.2.7", 0, Some(AccessAction::Allow)),
        ("192.0.2.8", 99, Some(AccessAction::Allow)),
        ("192.0.2.8", 100, Some(AccessAction::Deny)),
        // The country is allowed, one of its systems is not.
        ("198.51.100.1", 0, Some(AccessAction::Allow)),
        ("198.51.100.129", 0, Some(AccessAction::Deny)),
        ("203.0.113.1", 0, Some(AccessAction::Deny)),
        ("8.8.8.8", 0, Some(AccessAction::Deny)),
        ("2001:db8::1", 0, Some(AccessAction::Deny)),
        ("2001:db9::1", 0, None),
    ];
    for (address, now_s, expected) in cases {
        let place = Place::new(address.parse().unwrap(), &geo);
        assert_eq!(list.decide(&place, now_s).map(|(action, _)| action), expected, "{address} at {now_s}");
    }
    assert_eq!(geo.country("203.0.113.9".parse().unwrap()), Some(*b"FR"), "where it is registered");
    assert_eq!((geo.country("2001:db8::1".parse().unwrap()), geo.asn("8.8.8.8".parse().unwrap())), (None, None));
}

#[test]
fn what_is_no_entry_is_refused() {
    for entry in [
        r#"[{"id": "1", "action": "deny"}]"#,
        r#"[{"id": "1", "asn": 1, "country": "DE", "action": "deny"}]"#,
        r#"[{"id": "1", "country": "de", "action": "deny"}]"#,
    ] {
        assert!(AccessList::compile(serde_json::from_str(entry).unwrap()).is_err(), "{entry}");
    }
    assert!(AccessList::default().is_empty());
}

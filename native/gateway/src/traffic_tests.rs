use super::*;
use crate::sealed::Keyring;
use crate::testing::site_body;
use serde_json::{Value, json};

fn applied(on: &Config, hash: &str, routes: &Value) -> Config {
    let sections = json!([{"id": "site:s", "hash": hash, "body": site_body(routes, &Value::Null)}]);
    let text = json!({"version": 1, "sections": sections}).to_string();
    let (config, report) = on.apply(text.as_bytes(), 1, &Keyring::default()).unwrap_or_else(|e| panic!("{e}"));
    assert!(report.refused.is_empty(), "{:?}", report.refused);
    config
}

fn text_of(config: &Config) -> String {
    by_organization(config, "edge \"1\"").remove("o").unwrap_or_default()
}

#[test]
fn every_route_counts_for_itself_and_over_a_change() {
    let routes = json!([{"id": "r1", "path_prefix": "/", "upstream": "a"}, {"id": "r2", "path_prefix": "/b", "upstream": "a"}]);
    let first = applied(&Config::default(), "1", &routes);
    let Some(site) = first.sites().next() else { panic!("no site") };
    let route = |id: &str| site.routes.iter().find(|r| r.id == id).unwrap_or_else(|| panic!("{id}"));
    for (status, micros) in [(200, 250), (204, 251), (404, 10_000), (502, 9_000_000), (0, 1)] {
        route("r1").traffic.answered(Counts { status, micros, bytes_in: 3, bytes_out: 5 });
    }
    route("r1").traffic.decided(Action::Blocked);
    site.traffic.answered(Counts { status: 404, ..Counts::default() });
    let expected = [
        ("requests_total", ",route=\"r1\",class=\"2xx\"", "2"),
        ("requests_total", ",route=\"r1\",class=\"4xx\"", "1"),
        ("requests_total", ",route=\"r1\",class=\"5xx\"", "1"),
        ("requests_total", ",route=\"r1\",class=\"none\"", "1"),
        ("requests_total", ",route=\"r2\",class=\"2xx\"", "0"),
        ("requests_total", ",class=\"4xx\"", "1"),
        ("decisions_total", ",route=\"r1\",action=\"blocked\"", "1"),
        ("decisions_total", ",route=\"r1\",action=\"limited\"", "0"),
        ("request_seconds_bucket", ",route=\"r1\",le=\"0.00025\"", "2"),
        ("request_seconds_bucket", ",route=\"r1\",le=\"0.0005\"", "3"),
        ("request_seconds_bucket", ",route=\"r1\",le=\"5\"", "4"),
        ("request_seconds_bucket", ",route=\"r1\",le=\"+Inf\"", "5"),
        ("request_seconds_sum", ",route=\"r1\"", "9.010502"),
        ("received_bytes_total", ",route=\"r1\"", "15"),
        ("sent_bytes_total", ",route=\"r1\"", "25"),
    ];
    // The same site with another route beside, as after an edit.
    let mut more = routes.as_array().cloned().unwrap_or_default();
    more.push(json!({"id": "r3", "path_prefix": "/c", "upstream": "b"}));
    for config in [&first, &applied(&first, "2", &Value::Array(more))] {
        let text = text_of(config);
        for (name, labels, value) in expected {
            let line = format!("hcc_site_{name}{{gateway=\"edge \\\"1\\\"\",site=\"s\"{labels}}} {value}\n");
            assert!(text.contains(&line), "{line} is not in\n{text}");
        }
    }
    assert!(!text_of(&first).contains("request_seconds_bucket{gateway=\"edge \\\"1\\\"\",site=\"s\",route=\"r2\""), "not asked for");
    assert_eq!(text_of(&first).matches("# TYPE").count(), 5);
}

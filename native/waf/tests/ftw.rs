//! The core rule set's own tests, run against the engine. Skips, and says so, where rules or tests are not at hand.
#![allow(clippy::unwrap_used)]

use hcc_waf::engine::{Around, Engine, Policy, compile};
use hcc_waf::ftw::{self, case, overrides};
use hcc_waf::seclang::{Files, load};
use std::path::Path;
use std::sync::Arc;

fn place(variable: &str, default: &str) -> Option<String> {
    let folder = std::env::var(variable).unwrap_or_else(|_| default.to_owned());
    if Path::new(&folder).is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: nothing at {folder} ({variable})");
    None
}

#[test]
fn core_rule_set_3() {
    let Some(rules) = place("HCC_CRS_RULES", "/usr/share/modsecurity-crs/rules") else { return };
    let Some(tests) = place("HCC_CRS_TESTS", "../../../shared/data/crs-3.3.4-tests") else { return };
    let program = load(&Files, &["/etc/modsecurity/crs/crs-setup.conf", &format!("{rules}/*.conf")]).unwrap();
    let engine = Arc::new(Engine::new(compile(program).unwrap(), Around::default()));
    let policy = Arc::new(Policy::compile(&ftw::policy(), &engine.rules).unwrap());
    let (cases, complaints) = case::read_folder(Path::new(&tests)).unwrap();
    assert_eq!(complaints, [] as [&str; 0]);
    assert!(cases.len() > 2000, "{}", cases.len());
    let known = overrides(include_str!("../../../tests/waf/crs-3.3.4-overrides.toml")).unwrap();
    assert!(known.len() <= 7);
    let outcomes = ftw::run(&engine, &policy, &cases);
    let is_known = |title: &str| known.iter().any(|(test, _)| test == title);
    for outcome in outcomes.iter().filter(|o| !o.wrong.is_empty() && !is_known(&o.title)) {
        eprintln!("{}: {}", outcome.title, outcome.wrong.join("; "));
    }
    let failed = outcomes.iter().filter(|o| !o.wrong.is_empty() && !is_known(&o.title)).count();
    assert_eq!(failed, 0, "of {}", outcomes.len());
    // Without the prefilter every test is made on every value, and finds the same.
    let program = load(&Files, &["/etc/modsecurity/crs/crs-setup.conf", &format!("{rules}/*.conf")]).unwrap();
    let slow = Arc::new(Engine::new(compile(program).unwrap().without_filter(), Around::default()));
    for (fast, slow) in outcomes.iter().zip(ftw::run(&slow, &policy, &cases)) {
        assert_eq!(fast.log, slow.log, "{}", fast.title);
    }
    for (plain, traced) in outcomes.iter().zip(ftw::run_traced(&engine, &policy, &cases)) {
        assert_eq!(plain.log, traced.log, "{}", plain.title);
    }
    // What is done beforehand makes no difference either.
    let settled = Arc::new(Policy::compile(&ftw::policy(), &engine.rules).unwrap().settled(&engine.rules));
    for (plain, settled) in outcomes.iter().zip(ftw::run(&engine, &settled, &cases)) {
        assert_eq!(plain.log, settled.log, "{}", plain.title);
    }
    // An override that is no longer needed goes.
    for (test, _) in &known {
        assert!(outcomes.iter().any(|o| o.title == *test && !o.wrong.is_empty()), "{test} passes without its override");
    }
}

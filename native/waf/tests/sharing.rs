//! What a further rule set on the core rules takes. Skips, and says so, where the rules or Linux are not at hand.
#![allow(clippy::unwrap_used)]

use hcc_waf::engine::{RuleSet, compile};
use hcc_waf::seclang::{Files, Memory, RuleSource, load};
use std::{fs, io};

/// Bytes that a set may take.
const MOST: usize = 1 << 20;
const SETS: usize = 24;

/// Rules of somebody's own before the files of the disk.
struct Own(Memory);

impl RuleSource for Own {
    fn expand(&self, base: &str, pattern: &str) -> io::Result<Vec<String>> {
        if pattern == "own" { Ok(vec!["own".to_owned()]) } else { Files.expand(base, pattern) }
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.0.read(name).or_else(|_| Files.read(name))
    }
}

fn set(rules: &str, number: usize) -> RuleSet {
    let own = format!(
        "SecRule ARGS:n{number} \"@rx ^bad{number}[0-9]+x\" \"id:{number},phase:2,deny,msg:'own {number}',setvar:'tx.own_{number}=+1'\""
    );
    let source = Own(Memory::new().with("own", own));
    let program = load(&source, &["own", "/etc/modsecurity/crs/crs-setup.conf", &format!("{rules}/*.conf")]).unwrap();
    compile(program).unwrap()
}

/// Bytes of memory that this process has.
fn resident() -> Option<usize> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split(' ').nth(1)?.parse::<usize>().ok()? * 4096)
}

#[test]
fn a_further_set_takes_little_and_leaves_nothing() {
    let rules = std::env::var("HCC_CRS_RULES").unwrap_or_else(|_| "/usr/share/modsecurity-crs/rules".to_owned());
    if !fs::exists(&rules).unwrap_or(false) || resident().is_none() {
        return eprintln!("skipped: nothing at {rules} (HCC_CRS_RULES), or no /proc/self/statm");
    }
    let _base = set(&rules, 1);
    let _warm = set(&rules, 2);
    let before = resident().unwrap();
    let sets: Vec<RuleSet> = (0..SETS).map(|n| set(&rules, n + 10)).collect();
    let after = resident().unwrap();
    let each = after.saturating_sub(before) / SETS;
    assert!(each <= MOST, "{each} bytes a set");
    drop(sets);
    for round in 0..3 {
        drop((0..SETS).map(|n| set(&rules, n + 1000 * (round + 1))).collect::<Vec<_>>());
    }
    let more = resident().unwrap().saturating_sub(after);
    assert!(more <= 2 * MOST, "{more} bytes more after {SETS} other sets came and went three times");
}

//! Rule sets by version, and those with an organisation's own rules besides; each is compiled once and shared.

use crate::snapshot::WafRulesBody;
use hcc_waf::engine::{Around, Engine, compile};
use hcc_waf::seclang::{Complaint, Files, Memory, Program, RuleSource, load};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What every rule set begins with.
const PLATFORM: &str = include_str!("platform.conf");
/// Its name in complaints.
const PLATFORM_NAME: &str = "platform.conf";
/// Names of custom rules begin so; from them no file can be reached.
const CUSTOM: &str = "custom rules ";
/// Complaints that are told of one rule set.
const TOLD: usize = 5;

/// The version, and the custom rules by name and text.
type Key = (String, Vec<(String, String)>);

/// Where the files of each version are, and what was compiled from them.
pub struct RuleSets {
    files: HashMap<String, Vec<String>>,
    around: Around,
    built: Mutex<HashMap<Key, Weak<Engine>>>,
}

/// Texts of ours over the files of the disk.
struct Layered {
    own: Memory,
}

impl RuleSource for Layered {
    fn expand(&self, base: &str, pattern: &str) -> io::Result<Vec<String>> {
        if base.starts_with(CUSTOM) {
            return Err(io::Error::other("custom rules cannot read files; write the words into the rule"));
        }
        // Ours are named in full: a `*` of theirs is for files alone, one of ours is part of a name.
        if self.own.read(pattern).is_ok() { Ok(vec![pattern.to_owned()]) } else { Files.expand(base, pattern) }
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.own.read(name).or_else(|_| Files.read(name))
    }
}

fn told(complaints: &[Complaint]) -> String {
    let mut told: Vec<String> = complaints.iter().take(TOLD).map(ToString::to_string).collect();
    if complaints.len() > TOLD {
        told.push(format!("and {} more", complaints.len() - TOLD));
    }
    told.join("; ")
}

impl RuleSets {
    /// Files by version, in the order in which they are read; `*` in names is expanded.
    pub fn new(files: HashMap<String, Vec<String>>, around: Around) -> Self {
        Self { files, around, built: Mutex::default() }
    }

    /// The rule set of a version, with custom rules before it. Errors name the file and the line.
    pub fn get(&self, version: &str, custom: &[&WafRulesBody]) -> Result<Arc<Engine>, String> {
        let texts = custom.iter().map(|c| (format!("{CUSTOM}{}", c.name), c.text.clone())).collect();
        let key: Key = (version.to_owned(), texts);
        // Held while compiling: whoever wants the same meanwhile waits instead of compiling it too.
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = built.get(&key).and_then(Weak::upgrade) {
            return Ok(engine);
        }
        let Some(files) = self.files.get(version) else {
            let mut known: Vec<&str> = self.files.keys().map(String::as_str).collect();
            known.sort_unstable();
            return Err(format!("no rule set {version} on this gateway; it has: {}", known.join(", ")));
        };
        let mut own = Memory::new().with(PLATFORM_NAME, PLATFORM);
        for (name, text) in &key.1 {
            own = own.with(name, text.as_str());
        }
        let mut names = vec![PLATFORM_NAME];
        names.extend(key.1.iter().map(|(name, _)| name.as_str()));
        names.extend(files.iter().map(String::as_str));
        let program = load(&Layered { own }, &names).map_err(|c| told(&c))?;
        let rules = compile(program).map_err(|c| told(&c))?;
        let engine = Arc::new(Engine::new(rules, self.around.clone()));
        built.retain(|_, engine| engine.strong_count() > 0);
        built.insert(key, Arc::downgrade(&engine));
        Ok(engine)
    }
}

/// The rules that every rule set begins with, then those of these files.
pub fn program(files: &[&str]) -> Result<Program, Vec<Complaint>> {
    let names: Vec<&str> = std::iter::once(PLATFORM_NAME).chain(files.iter().copied()).collect();
    load(&Layered { own: Memory::new().with(PLATFORM_NAME, PLATFORM) }, &names)
}

/// What is wrong with custom rules by themselves; empty when they may be used.
pub fn check(name: &str, text: &str) -> Vec<String> {
    let name = format!("{CUSTOM}{name}");
    let source = Layered { own: Memory::new().with(&name, text) };
    let told = |complaints: Vec<Complaint>| complaints.iter().map(ToString::to_string).collect::<Vec<_>>();
    load(&source, &[&name]).map_err(told).and_then(|program| compile(program).map_err(told)).err().unwrap_or_default()
}

impl RuleSets {
    /// The files of each version, as they were given.
    pub const fn files(&self) -> &HashMap<String, Vec<String>> {
        &self.files
    }
}

impl Default for RuleSets {
    /// The core rule set where Debian's package `modsecurity-crs` has it.
    fn default() -> Self {
        Self::new(Self::of_debian(), Around::default())
    }
}

impl RuleSets {
    /// The files of the core rule set where Debian's package `modsecurity-crs` has them.
    pub fn of_debian() -> HashMap<String, Vec<String>> {
        let files = ["/etc/modsecurity/crs/crs-setup.conf", "/usr/share/modsecurity-crs/rules/*.conf"].map(str::to_owned);
        HashMap::from([("3.3.4".to_owned(), files.to_vec())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_rules_are_found_by_any_name_and_reach_no_file() {
        let fine = "SecRule ARGS \"@rx x\" \"id:1,phase:1,pass\"";
        for (name, text, told) in [
            ("own", fine, ""),
            ("a[b*?", fine, ""),
            ("own", "SecNothing", "custom rules own:1: unknown directive \"SecNothing\""),
            ("own", "Include /etc/hostname", "custom rules own:1: \"/etc/hostname\": custom rules cannot read files"),
            ("own", "SecRule ARGS \"@pmFromFile /etc/hostname\" \"id:1\"", "custom rules own:1: \"/etc/hostname\": custom rules cannot"),
        ] {
            let complaints = check(name, text);
            assert_eq!(complaints.is_empty(), told.is_empty(), "{name}: {complaints:?}");
            assert!(complaints.first().is_none_or(|first| first.starts_with(told)), "{name}: {complaints:?}");
        }
    }

    #[test]
    fn files_stand_behind_the_rules_of_every_rule_set() {
        let folder = std::env::temp_dir().join(format!("hcc-rule-sets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap_or_else(|e| panic!("{e}"));
        // The same name as ours: a pattern means files alone.
        let written = std::fs::write(folder.join(PLATFORM_NAME), "SecAction \"id:7,phase:1,pass\"\n");
        let pattern = folder.join("*.conf").to_string_lossy().into_owned();
        let outline = program(&[&pattern]).map(|program| hcc_waf::seclang::outline(&program)).unwrap_or_default();
        let _ = std::fs::remove_dir_all(&folder);
        assert!(written.is_ok());
        assert_eq!((outline.first().map(|r| r.id), outline.last().map(|r| r.id)), (Some(200_000), Some(7)));
    }
}

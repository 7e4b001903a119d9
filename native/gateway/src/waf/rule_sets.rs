//! Rule sets by version, and those with an organisation's own rules besides; each is compiled once and shared.

use crate::snapshot::WafRulesBody;
use hcc_waf::engine::{Around, Engine, compile};
use hcc_waf::seclang::{Complaint, Files, Memory, RuleSource, load};
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
        let own = self.own.expand(base, pattern)?;
        if own.is_empty() { Files.expand(base, pattern) } else { Ok(own) }
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

/// What is wrong with custom rules by themselves; empty when they may be used.
pub fn check(name: &str, text: &str) -> Vec<String> {
    let name = format!("{CUSTOM}{name}");
    let source = Layered { own: Memory::new().with(&name, text) };
    let told = |complaints: Vec<Complaint>| complaints.iter().map(ToString::to_string).collect::<Vec<_>>();
    load(&source, &[&name]).map_err(told).and_then(|program| compile(program).map_err(told)).err().unwrap_or_default()
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

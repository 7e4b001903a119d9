//! Patterns of the Core Rule Set for tests and benches: what stands behind `@rx`, with its rule's id.

use std::path::{Path, PathBuf};

/// One `@rx` of a rule set.
pub struct Rule {
    /// The rule's id; of a chained rule the one that begins the chain.
    pub id: u32,
    /// The pattern.
    pub pattern: Vec<u8>,
}

/// Debian's rules of version 3.3, or those that `HCC_CRS_RULES` names. `None`, and a line that says so, when there are none.
pub fn version_3() -> Option<Vec<Rule>> {
    read("HCC_CRS_RULES", "/usr/share/modsecurity-crs/rules".into())
}

/// Rules of version 4 beside the project, or those that `HCC_CRS4` names.
pub fn version_4() -> Option<Vec<Rule>> {
    read("HCC_CRS4", Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/crs-4.28.0/rules"))
}

fn read(variable: &str, default: PathBuf) -> Option<Vec<Rule>> {
    let folder = std::env::var_os(variable).map_or(default, PathBuf::from);
    let folder = if folder.join("rules").is_dir() { folder.join("rules") } else { folder };
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no rules at {}; {variable} says where they are", folder.display());
        return None;
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "conf"));
    files.sort();
    Some(files.iter().flat_map(|file| rules(&std::fs::read(file).unwrap_or_default())).collect())
}

fn rules(text: &[u8]) -> Vec<Rule> {
    let mut found = Vec::new();
    let mut id = 0;
    for line in directives(text) {
        let words = words(&line);
        let [directive, _, operator, rest @ ..] = words.as_slice() else { continue };
        if directive != b"SecRule" {
            continue;
        }
        let actions = rest.first().map(|word| String::from_utf8_lossy(word).into_owned()).unwrap_or_default();
        let number = actions.split("id:").nth(1).map(|text| text.chars().take_while(char::is_ascii_digit).collect::<String>());
        id = number.and_then(|text| text.parse().ok()).unwrap_or(id);
        let operator = operator.strip_prefix(b"!").unwrap_or(operator);
        let pattern = if operator.starts_with(b"@") { operator.strip_prefix(b"@rx ") } else { Some(operator) };
        // A macro is known only when the rule runs.
        if let Some(pattern) = pattern.filter(|pattern| !pattern.windows(2).any(|two| two == b"%{")) {
            found.push(Rule { id, pattern: pattern.to_vec() });
        }
    }
    found
}

/// Directives with their continuations joined, comments left out.
fn directives(text: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut open: Vec<u8> = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if open.is_empty() && line.starts_with(b"#") {
            continue;
        }
        if let Some(part) = line.strip_suffix(b"\\") {
            open.extend_from_slice(part);
        } else {
            open.extend_from_slice(line);
            all.push(std::mem::take(&mut open));
        }
    }
    all
}

/// Words of a directive; in quotes, `\"` is a quote and every other backslash stays.
fn words(line: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut rest = line.trim_ascii_start();
    while let Some(first) = rest.first() {
        let mut word = Vec::new();
        let mut index = usize::from(*first == b'"');
        while let Some(byte) = rest.get(index) {
            let ends = if *first == b'"' { *byte == b'"' } else { byte.is_ascii_whitespace() };
            if ends {
                break;
            }
            if *byte == b'\\' && rest.get(index + 1) == Some(&b'"') {
                index += 1;
            }
            word.push(rest[index]);
            index += 1;
        }
        words.push(word);
        rest = rest.get(index + 1..).unwrap_or_default().trim_ascii_start();
    }
    words
}

//! Where rule files and their data come from: a disk, or memory.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

/// Longest rule or data file that is read: 16 MiB.
pub const MAX_FILE: u64 = 16 << 20;

/// Gives the bytes of rule files and data files.
pub trait RuleSource {
    /// Names of the files that `pattern` (with `*`, `?` and `[…]` in its parts) names, sorted; `base` is the file that names it.
    fn expand(&self, base: &str, pattern: &str) -> io::Result<Vec<String>>;
    /// Content of a file by a name that [`RuleSource::expand`] gave.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;
}

/// Files of the disk; relative names are relative to the file that names them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files;

impl RuleSource for Files {
    fn expand(&self, base: &str, pattern: &str) -> io::Result<Vec<String>> {
        let joined = Path::new(base).parent().unwrap_or(Path::new("")).join(pattern);
        let mut found = vec![PathBuf::new()];
        for part in joined.components() {
            let text = part.as_os_str().to_string_lossy();
            if matches!(part, Component::Normal(_)) && text.contains(['*', '?', '[']) {
                found = matching(&found, text.as_bytes())?;
            } else {
                for path in &mut found {
                    path.push(part);
                }
            }
        }
        found.retain(|p| p.is_file());
        found.sort();
        Ok(found.into_iter().map(|p| p.to_string_lossy().into_owned()).collect())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        if fs::metadata(name)?.len() > MAX_FILE {
            return Err(io::Error::other("longer than 16 MiB"));
        }
        fs::read(name)
    }
}

fn matching(folders: &[PathBuf], pattern: &[u8]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in folders.iter().filter(|f| f.is_dir()) {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let hidden = name.starts_with('.') && !pattern.starts_with(b".");
            if !hidden && glob(pattern, name.as_bytes()) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Files by name, for rules that stand in a database or a test.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// No file yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more file.
    #[must_use]
    pub fn with(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.to_owned(), content.into());
        self
    }
}

impl RuleSource for Memory {
    fn expand(&self, _base: &str, pattern: &str) -> io::Result<Vec<String>> {
        Ok(self.files.keys().filter(|name| glob(pattern.as_bytes(), name.as_bytes())).cloned().collect())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.files.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Matches `*`, `?` and `[a-z]` / `[!a-z]` against a whole name, in steps at most the product of both lengths.
fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, n));
            p += 1;
            continue;
        }
        if n == name.len() && p == pattern.len() {
            return true;
        }
        let step = name.get(n).and_then(|b| one(&pattern[p..], *b));
        match (step, star) {
            (Some(used), _) => {
                p += used;
                n += 1;
            }
            (None, Some((at, taken))) if taken < name.len() => {
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
            (None, _) => return false,
        }
    }
}

/// Length of the pattern's first element when it stands for this byte.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern.first()? {
        b'?' => Some(1),
        b'[' => {
            let end = pattern.iter().skip(2).position(|b| *b == b']')? + 2;
            let set = &pattern[1..end];
            let (negated, set) = set.strip_prefix(b"!").map_or((false, set), |rest| (true, rest));
            let mut inside = false;
            let mut at = 0;
            while at < set.len() {
                let to = if set.get(at + 1) == Some(&b'-') { set.get(at + 2) } else { None };
                inside |= to.map_or(set[at] == byte, |to| (set[at]..=*to).contains(&byte));
                at += if to.is_some() { 3 } else { 1 };
            }
            (inside != negated).then_some(end + 1)
        }
        same => (*same == byte).then_some(1),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        let cases: [(&str, &str, bool); 12] = [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.example", false),
            ("*.conf", ".conf", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("?.x", "a.x", true),
            ("?.x", ".x", false),
            ("[a-c]1", "b1", true),
            ("[a-c]1", "d1", false),
            ("[!a-c]1", "d1", true),
            ("", "", true),
            ("*", "", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(glob(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn memory_expands_and_reads() {
        let source = Memory::new().with("b.conf", "2").with("a.conf", "1").with("a.data", "3");
        assert_eq!(source.expand("", "*.conf").unwrap(), ["a.conf", "b.conf"]);
        assert_eq!(source.read("a.data").unwrap(), b"3");
        assert!(source.read("c").is_err());
    }
}

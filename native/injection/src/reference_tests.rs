//! libinjection's own tests, from a checkout of it at `HCC_LIBINJECTION_TESTS` (with `tests/` and `data/`); skipped without.

use crate::sqli::{reference_folding, reference_tokens};
use crate::xss::reference_html;
use crate::{sqli, xss};
use std::path::{Path, PathBuf};

/// The folder, or nothing, with the reason printed.
fn checkout() -> Option<PathBuf> {
    let folder = std::env::var_os("HCC_LIBINJECTION_TESTS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: HCC_LIBINJECTION_TESTS names no checkout of libinjection");
    }
    folder
}

fn trimmed(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| !matches!(b, b' ' | b'\n' | b'\t' | b'\r')).map_or(0, |at| at + 1);
    &text[..end]
}

/// Files whose names begin so, in order.
fn files(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|e| e.unwrap_or_else(|e| panic!("{e}")).path()).collect();
    paths.retain(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix)));
    paths.sort();
    paths
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Runs every file of a kind, without regard to case if so told; the input stands between `--INPUT--` and `--EXPECTED--`.
fn each(prefix: &str, least: usize, capitals: bool, run: impl Fn(&[u8]) -> Vec<u8>) {
    let Some(folder) = checkout() else { return };
    let paths = files(&folder.join("tests"), prefix);
    assert!(paths.len() >= least, "only {} files {prefix}*", paths.len());
    for path in &paths {
        let text = read(path);
        let find = |mark: &[u8]| memchr::memmem::find(&text, mark).unwrap_or_else(|| panic!("{}", path.display()));
        let (input, expected) = (find(b"\n--INPUT--\n"), find(b"\n--EXPECTED--\n"));
        let given = trimmed(text.get(input + 11..expected).unwrap_or_default());
        let got = run(given);
        let expected = trimmed(&text[expected + 14..]);
        let same = if capitals { trimmed(&got).eq_ignore_ascii_case(expected) } else { trimmed(&got) == expected };
        assert!(same, "{}: {}, not {}", path.display(), got.escape_ascii(), expected.escape_ascii());
    }
    println!("{} files {prefix}*", paths.len());
}

#[test]
fn tokens() {
    each("test-tokens-", 249, false, reference_tokens);
}

#[test]
fn folding() {
    // Phrases are kept in capitals here, in the value's own case there.
    each("test-folding-", 118, true, reference_folding);
}

#[test]
fn fingerprints() {
    each("test-sqli-", 50, false, |value| sqli(value).map(|f| f.as_str().as_bytes().to_vec()).unwrap_or_default());
}

#[test]
fn html() {
    each("test-html5-", 63, false, reference_html);
}

#[test]
fn scripts() {
    each("test-xss-", 0, false, |value| vec![if xss(value) { b'1' } else { b'0' }]);
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// As the reference's reader does it: a `%` too near to the end stays.
fn url_decoded(text: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(byte) = text.get(at) {
        let pair = text.get(at + 1..at + 3).and_then(|t| Some(hex(t[0])? << 4 | hex(t[1])?));
        match (byte, pair) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(*byte),
        }
        at += 1;
    }
    out
}

/// Lines of the files, and how many of them are found.
fn count(prefix: &str, found: impl Fn(&[u8]) -> bool) -> Option<(usize, usize)> {
    let folder = checkout()?.join("data");
    let (mut lines, mut hits) = (0, 0);
    for path in files(&folder, prefix) {
        for line in read(&path).split(|b| *b == b'\n').map(trimmed).filter(|l| !l.is_empty() && l[0] != b'#') {
            lines += 1;
            hits += usize::from(found(&url_decoded(line)));
        }
    }
    println!("{prefix}: {hits} of {lines}");
    Some((lines, hits))
}

/// The reference finds as many (main branch of February 2025).
#[test]
fn samples() {
    let attack = |value: &[u8]| sqli(value).is_some();
    for (prefix, found, expected) in [
        ("sqli-", &attack as &dyn Fn(&[u8]) -> bool, (17149, 17131)),
        ("false_positives", &attack, (421, 21)),
        ("xss-", &xss, (1645, 1640)),
    ] {
        if let Some(counted) = count(prefix, found) {
            assert_eq!(counted, expected, "{prefix}");
        }
    }
}

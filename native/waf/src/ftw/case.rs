//! Tests as written: the form of the core rule set 3.3, and that of 4.x.

use super::wire;
use super::yaml::Node;
use std::path::Path;
use std::{fs, io};

/// What a stage expects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The answer's status is one of these; none means any.
    pub status: Vec<u16>,
    /// Texts that the log holds.
    pub log_contains: Vec<String>,
    /// Texts that it does not hold.
    pub no_log_contains: Vec<String>,
    /// Expressions that match the log.
    pub log_matches: Vec<String>,
    /// Expressions that do not.
    pub no_log_matches: Vec<String>,
    /// Rules that match.
    pub ids: Vec<u32>,
    /// Rules that do not.
    pub no_ids: Vec<u32>,
    /// No other rule matches.
    pub isolated: bool,
    /// The answer's body holds this.
    pub response_contains: Option<String>,
    /// The request fails (or must not).
    pub error: Option<bool>,
}

/// A request and what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The bytes that are sent.
    pub wire: Vec<u8>,
    /// What is expected.
    pub expected: Expected,
}

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its title: `942100-1`.
    pub title: String,
    /// The file it stands in.
    pub file: String,
    /// Its stages.
    pub stages: Vec<Stage>,
}

/// Reads every `.yaml` and `.yml` below a folder, in order; complaints name the file.
pub fn read_folder(folder: &Path) -> io::Result<(Vec<Case>, Vec<String>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
                files.push(path);
            }
        }
    }
    files.sort();
    let (mut cases, mut complaints) = (Vec::new(), Vec::new());
    for path in files {
        let name = path.to_string_lossy().into_owned();
        let text = fs::read(&path)?;
        match read(&name, &String::from_utf8_lossy(&text)) {
            Ok(more) => cases.extend(more),
            Err(why) => complaints.push(format!("{name}: {why}")),
        }
    }
    Ok((cases, complaints))
}

/// Reads one file.
pub fn read(file: &str, text: &str) -> Result<Vec<Case>, String> {
    let node = Node::parse(text)?;
    let tests = node.get("tests").ok_or("no tests")?;
    let stem = Path::new(file).file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let rule = node.word("rule_id").map_or(stem, str::to_owned);
    tests.items().iter().map(|test| case(file, &rule, test)).collect()
}

fn case(file: &str, rule: &str, test: &Node) -> Result<Case, String> {
    let title = match (test.word("test_title"), test.word("test_id")) {
        (Some(title), _) => title.to_owned(),
        (None, Some(number)) => format!("{rule}-{number}"),
        (None, None) => return Err("a test without title or number".to_owned()),
    };
    let mut stages = Vec::new();
    for stage in test.get("stages").map_or(&[][..], Node::items) {
        // The older form wraps each stage once more.
        let stage = stage.get("stage").unwrap_or(stage);
        let empty = Node::Map(Vec::new());
        let input = stage.get("input").unwrap_or(&empty);
        let wire = wire::build(input).map_err(|why| format!("{title}: {why}"))?;
        let expected = stage.get("output").map_or_else(|| Ok(Expected::default()), expected).map_err(|why| format!("{title}: {why}"))?;
        stages.push(Stage { wire, expected });
    }
    if stages.is_empty() {
        return Err(format!("{title}: no stages"));
    }
    Ok(Case { title, file: file.to_owned(), stages })
}

fn numbers<T: std::str::FromStr>(node: Option<&Node>) -> Result<Vec<T>, String> {
    let Some(node) = node else { return Ok(Vec::new()) };
    node.items().iter().map(|n| n.text().and_then(|t| t.parse().ok()).ok_or_else(|| format!("expected numbers, not {n:?}"))).collect()
}

fn texts(node: Option<&Node>) -> Vec<String> {
    node.map_or(&[][..], Node::items).iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn expected(output: &Node) -> Result<Expected, String> {
    const KNOWN: [&str; 10] = [
        "status",
        "log_contains",
        "no_log_contains",
        "log",
        "response_contains",
        "expect_error",
        "html_contains",
        "retry_once",
        "isolated",
        "desc",
    ];
    if let Some((unknown, _)) = output.pairs().iter().find(|(key, _)| !KNOWN.contains(&key.as_str())) {
        return Err(format!("unknown expectation {unknown:?}"));
    }
    let log = output.get("log");
    let of_log = |key: &str| log.and_then(|l| l.get(key));
    Ok(Expected {
        status: numbers(output.get("status"))?,
        log_contains: texts(output.get("log_contains")),
        no_log_contains: texts(output.get("no_log_contains")),
        log_matches: texts(of_log("match_regex")),
        no_log_matches: texts(of_log("no_match_regex")),
        ids: numbers(of_log("expect_ids"))?,
        no_ids: numbers(of_log("no_expect_ids"))?,
        isolated: output.is_on("isolated"),
        response_contains: output.word("response_contains").map(str::to_owned),
        error: output.word("expect_error").map(|_| output.is_on("expect_error")),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        let old = "tests:\n - test_title: 1-1\n   stages:\n    - stage:\n        input: {uri: /a}\n        output: {status: [403, 400], log_contains: 'id \"1\"'}\n";
        let cases = read("a/1.yaml", old).unwrap();
        assert_eq!(cases[0].title, "1-1");
        assert_eq!(cases[0].stages[0].expected.status, [403, 400]);
        assert_eq!(cases[0].stages[0].expected.log_contains, ["id \"1\""]);
        let new = "rule_id: 7\ntests:\n - test_id: 2\n   stages:\n    - input: {}\n      output:\n        log: {expect_ids: [7], no_expect_ids: [8, 9]}\n";
        let cases = read("a/7.yaml", new).unwrap();
        assert_eq!(cases[0].title, "7-2");
        assert_eq!((cases[0].stages[0].expected.ids.as_slice(), cases[0].stages[0].expected.no_ids.as_slice()), (&[7][..], &[8, 9][..]));
        for wrong in ["x: 1", "tests: [{test_id: 1}]", "tests: [{test_id: 1, stages: [{output: {statuz: 1}}]}]"] {
            assert!(read("a", wrong).is_err(), "{wrong}");
        }
    }
}

//! Runs go-ftw style tests against the engine alone, without a network.
//!
//! Each stage's bytes are judged as the gateway would judge them (a request that it refuses has its status), and are shown to the
//! engine all the same, so that what the rules say can be checked too. The answer is that of a stub: 200 with a short page.

pub mod case;
pub mod wire;
pub mod yaml;

use crate::Verdict;
use crate::engine::{About, Engine, Inspection, Line, Policy, PolicyText, Start};
use crate::pattern::{Flags, Pattern};
use crate::seclang::Mode;
use case::{Case, Expected, Stage};
use std::fmt::Write;
use std::sync::Arc;

/// The outcome of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its title.
    pub title: String,
    /// Its file.
    pub file: String,
    /// What was not as expected; nothing is a pass.
    pub wrong: Vec<String>,
    /// The log of its last stage.
    pub log: String,
}

/// What one request gave.
#[derive(Debug, Default)]
struct Got {
    status: u16,
    refused: bool,
    log: String,
    rules: Vec<u32>,
}

/// The settings that the core rule set's tests are written for: every level on, limits set, nothing ended.
pub fn policy() -> PolicyText {
    let variables = [
        ("crs_validate_utf8_encoding", "1"),
        ("arg_name_length", "100"),
        ("arg_length", "400"),
        ("total_arg_length", "64000"),
        ("max_num_args", "255"),
        ("max_file_size", "64100"),
        ("combined_file_sizes", "65535"),
    ];
    PolicyText {
        mode: Some(Mode::Detect),
        paranoia: Some(4),
        variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        ..PolicyText::default()
    }
}

/// Runs every test.
pub fn run(engine: &Arc<Engine>, policy: &Arc<Policy>, cases: &[Case]) -> Vec<Outcome> {
    cases.iter().map(|case| one(engine, policy, case, false)).collect()
}

/// The same with every step written down, and forgotten: what is found must be the same.
pub fn run_traced(engine: &Arc<Engine>, policy: &Arc<Policy>, cases: &[Case]) -> Vec<Outcome> {
    cases.iter().map(|case| one(engine, policy, case, true)).collect()
}

fn one(engine: &Arc<Engine>, policy: &Arc<Policy>, case: &Case, traced: bool) -> Outcome {
    let mut outcome = Outcome { title: case.title.clone(), file: case.file.clone(), wrong: Vec::new(), log: String::new() };
    for stage in &case.stages {
        let got = send(engine, policy, stage, traced);
        judge(&stage.expected, &got, &mut outcome.wrong);
        outcome.log = got.log;
    }
    outcome
}

/// The stub's page.
const PAGE: &[u8] = b"<html><body>It works</body></html>";

fn send(engine: &Arc<Engine>, policy: &Arc<Policy>, stage: &Stage, traced: bool) -> Got {
    let mut got = Got::default();
    let seen = wire::read(&stage.wire);
    let start = Start {
        client: [127, 0, 0, 1].into(),
        client_port: 40_000,
        server: Some([127, 0, 0, 1].into()),
        server_port: 80,
        unique_id: "test",
    };
    let Some(mut inspection) = Inspection::begin(engine, policy, &start) else { return got };
    if traced {
        inspection.trace();
    }
    let line = Line { method: seen.method, target: seen.target, protocol: seen.protocol };
    let mut verdict = inspection.request(line, seen.headers.iter().map(|(n, v)| (*n, v.as_slice())));
    if verdict == Verdict::Pass {
        verdict = inspection.body(&seen.body, true);
    }
    // The stub knows pages whose names are UTF-8.
    let mut path = Vec::new();
    crate::body::urlencoded::decode(seen.target, &mut path);
    let status = if std::str::from_utf8(&path).is_ok() { 200 } else { 404 };
    if verdict == Verdict::Pass {
        verdict = inspection.response(status, b"HTTP/1.1", [(&b"Content-Type"[..], &b"text/html"[..])].into_iter());
    }
    if verdict == Verdict::Pass {
        verdict = inspection.response_body(PAGE, true);
    }
    let refused = wire::refusal(&stage.wire);
    got.refused = refused.is_some() || seen.short;
    got.status = match (refused, verdict) {
        (Some((status, _)), _) | (None, Verdict::Block { status, .. }) => status,
        (None, Verdict::Pass) => status,
    };
    let report = inspection.finish();
    let status = report.ended.map(|(status, _)| status);
    let about = About { client: "127.0.0.1", host: "localhost", uri: "/", unique_id: "test", status };
    for event in report.events {
        got.rules.push(event.rule);
        let _ = writeln!(got.log, "{}", event.error_line(&about));
    }
    got
}

fn judge(expected: &Expected, got: &Got, wrong: &mut Vec<String>) {
    if !expected.status.is_empty() && !expected.status.contains(&got.status) {
        wrong.push(format!("status {}, expected {:?}", got.status, expected.status));
    }
    if expected.error.is_some_and(|error| error != got.refused) {
        wrong.push(format!("the request was {}refused", if got.refused { "" } else { "not " }));
    }
    for text in expected.log_contains.iter().filter(|t| !got.log.contains(t.as_str())) {
        wrong.push(format!("the log lacks {text}"));
    }
    for text in expected.no_log_contains.iter().filter(|t| got.log.contains(t.as_str())) {
        wrong.push(format!("the log holds {text}"));
    }
    for (texts, wanted) in [(&expected.log_matches, true), (&expected.no_log_matches, false)] {
        for text in texts {
            match Pattern::compile(text, Flags::MULTI_LINE) {
                Ok(pattern) if pattern.is_match(got.log.as_bytes()) == wanted => {}
                Ok(_) => wrong.push(format!("the log {} {text}", if wanted { "does not match" } else { "matches" })),
                Err(why) => wrong.push(format!("{text}: {why}")),
            }
        }
    }
    for id in expected.ids.iter().filter(|id| !got.rules.contains(id)) {
        wrong.push(format!("rule {id} did not match"));
    }
    for id in expected.no_ids.iter().filter(|id| got.rules.contains(id)) {
        wrong.push(format!("rule {id} matched"));
    }
    if expected.isolated && got.rules.iter().any(|rule| !expected.ids.contains(rule)) {
        wrong.push(format!("other rules matched: {:?}", got.rules));
    }
    if expected.response_contains.as_ref().is_some_and(|text| memchr::memmem::find(PAGE, text.as_bytes()).is_none()) {
        wrong.push("the stub's page is not what is expected".to_owned());
    }
}

/// Reads reviewed overrides: lines `"TITLE" = "REASON"` of the table `expected_to_differ`, as `hcc waf ftw --overrides` takes them.
pub fn overrides(text: &str) -> Result<Vec<(String, String)>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '[']));
    let quoted =
        |text: &str| text.trim().strip_prefix('"').and_then(|t| t.strip_suffix('"')).filter(|t| !t.contains('"')).map(str::to_owned);
    let pair = |line: &str| {
        let (title, reason) = line.split_once('=')?;
        Some((quoted(title)?, quoted(reason)?)).filter(|(_, reason)| !reason.trim().is_empty())
    };
    lines.map(|line| pair(line).ok_or_else(|| format!("an override is \"TITLE\" = \"REASON\", not {line}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::overrides;

    #[test]
    fn overrides_have_reasons() {
        let good = "# why\n[expected_to_differ]\n\"1-2\" = \"a server = thing\"\n";
        assert_eq!(overrides(good), Ok(vec![("1-2".to_owned(), "a server = thing".to_owned())]));
        for wrong in ["\"1-2\" = \"\"", "\"1-2\"", "1-2 = \"because\"", "\"1-2\" = \"a\" # \"b\""] {
            assert!(overrides(wrong).is_err(), "{wrong}");
        }
    }
}

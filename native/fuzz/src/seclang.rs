//! Rules as anybody may write them: reading and compiling them ends, says where a mistake is, and what compiles runs, with the
//! prefilter and without it, traced or not, to the same end.

use hcc_waf::engine::{Around, Engine, Inspection, Policy, PolicyText, Report, Request, RuleSet, Start, compile};
use hcc_waf::seclang::{Complaint, Memory, Program, load, outline};
use std::sync::Arc;

const NAME: &str = "fuzz.conf";

fn read(text: &[u8]) -> Result<Program, Vec<Complaint>> {
    load(&Memory::new().with(NAME, text).with("words.data", "evil\nselect\n"), &[NAME])
}

/// Any bytes are a file of rules.
pub fn check(data: &[u8]) {
    let lines = data.split(|b| *b == b'\n').count();
    let placed = |complaints: Vec<Complaint>| {
        assert!(!complaints.is_empty(), "refused without a word");
        for complaint in complaints {
            assert!(!complaint.what.is_empty(), "a complaint says what is wrong");
            assert!(complaint.place.line as usize <= lines, "{complaint}: there are {lines} lines");
        }
    };
    let program = match read(data) {
        Ok(program) => program,
        Err(complaints) => return placed(complaints),
    };
    let outline = outline(&program);
    let rules = match compile(program) {
        Ok(rules) => rules,
        Err(complaints) => return placed(complaints),
    };
    assert!(outline.iter().map(|rule| rule.id).eq(rules.heads.iter().map(|head| head.id)), "the outline is of the same rules");
    let found = run(rules, false);
    // The file was read before: it is read the same again. Each run has collections of its own.
    let again = || read(data).ok().and_then(|program| compile(program).ok());
    if let (Some(traced), Some(plain)) = (again(), again()) {
        assert_eq!(found, run(traced, true), "a trace changes what is found");
        assert_eq!(found, run(plain.without_filter(), false), "the prefilter changes what is found");
    }
}

/// A clock that stands still: what is found may depend on it.
fn around() -> Around {
    Around { clock: Arc::new(|| std::time::Duration::from_secs(1_000_000)), ..Around::default() }
}

fn run(rules: RuleSet, traced: bool) -> Option<Report> {
    let engine = Arc::new(Engine::new(rules, around()));
    let policy = Arc::new(Policy::compile(&PolicyText::default(), &engine.rules).ok()?);
    let start = Start { client: [192, 0, 2, 7].into(), client_port: 4711, server: None, server_port: 80, unique_id: "u" };
    let mut inspection = Inspection::begin(&engine, &policy, &start)?;
    if traced {
        inspection.trace();
    }
    let headers = [("Host", "a.example"), ("Cookie", "c=1"), ("Content-Type", "application/x-www-form-urlencoded")];
    let request = Request {
        method: b"POST".to_vec(),
        target: b"/a/../b.php?q=1%27%20OR%201=1--&evil=<script>".to_vec(),
        protocol: b"HTTP/1.1".to_vec(),
        headers: headers.map(|(name, value)| (name.into(), value.into())).to_vec(),
        body: b"x=select%00&y=%u0041".to_vec(),
    };
    Some(inspection.whole(&request, None))
}

//! The public `SecRules` test vectors, where `HCC_SECRULES_TESTS` says they are: transformations and operators.

use hcc_waf::operator as op;
use hcc_waf::pattern::{Flags, Groups, Pattern};
use hcc_waf::transform::Transformation;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Vectors that are not followed, each with its reason.
const NOT_FOLLOWED: [(&str, &str, &str); 7] = [
    ("validateByteRange", "", "an empty parameter is refused when the rule is read"),
    ("validateByteRange", "xxx", "a parameter without numbers is refused when the rule is read"),
    ("rx", "*", "regular expressions are tested with their compiler"),
    ("rxGlobal", "*", "regular expressions are tested with their compiler"),
    ("detectSQLi", "*", "tested with the detection itself"),
    ("detectXSS", "*", "tested with the detection itself"),
    ("geoLookup", "*", "needs a file of addresses; tested beside the look-up"),
];

fn folder(kind: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("HCC_SECRULES_TESTS") else {
        println!("skipped: HCC_SECRULES_TESTS does not say where the vectors are");
        return None;
    };
    Some(PathBuf::from(root).join(kind))
}

/// How the one vector ends whose expectation is not followed.
const BEHIND_NUL: &[u8] = b"\\\n\\\0  string";

struct Vector {
    name: String,
    input: Vec<u8>,
    parameter: String,
    output: Vec<u8>,
    matches: bool,
}

fn vectors(kind: &str) -> Vec<Vector> {
    let Some(folder) = folder(kind) else { return Vec::new() };
    let mut found = Vec::new();
    let files = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for path in files.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "json")) {
        let text = std::fs::read(&path).unwrap_or_else(|e| panic!("{e}"));
        let tests: Vec<serde_json::Value> = serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let field = |test: &serde_json::Value, name: &str| test[name].as_str().unwrap_or_default().to_owned();
        found.extend(tests.iter().map(|test| Vector {
            name: field(test, "name"),
            input: unescape(&field(test, "input")),
            parameter: field(test, "param"),
            output: unescape(&field(test, "output")),
            matches: test["ret"] == 1,
        }));
    }
    assert!(!found.is_empty(), "no vectors in {}", folder.display());
    found
}

/// The vectors write bytes as `\xHH` and `\uHHHH` inside their JSON strings, and read what is no digit as the end of the number.
fn unescape(text: &str) -> Vec<u8> {
    numbers(&numbers(text.as_bytes(), b'x', 2), b'u', 4)
}

fn numbers(text: &[u8], letter: u8, length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        let digits = tail.get(1..=length).filter(|d| *byte == b'\\' && tail[0] == letter && d.iter().all(u8::is_ascii_alphanumeric));
        if let Some(digits) = digits {
            let value = digits.iter().map_while(|d| char::from(*d).to_digit(16)).fold(0, |value, digit| value << 4 | digit);
            out.push(value.to_le_bytes()[0]);
            rest = &tail[1 + length..];
        } else {
            out.push(*byte);
            rest = tail;
        }
    }
    out
}

#[test]
fn transformations() {
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::<_, usize>::new();
    for vector in vectors("transformations") {
        let Some(transformation) = Transformation::parse(&vector.name) else {
            assert_eq!(vector.name, "phpArgsNames", "only this one is newer than the manual");
            continue;
        };
        *counts.entry(transformation.name()).or_default() += 1;
        let mut out = Vec::new();
        let got = if transformation.apply(&vector.input, &mut out, None) { &out } else { &vector.input };
        if vector.name == "cssDecode" && vector.input.ends_with(BEHIND_NUL) {
            // The vectors' own harness ends a value at its first NUL byte, and this one's expectation is wrong behind it.
            assert!(got.ends_with(b"\0  string"), "{}", got.escape_ascii());
            continue;
        }
        if *got != vector.output {
            let shown = [&vector.input, got, &vector.output].map(|bytes| bytes.escape_ascii().to_string());
            wrong.push(format!("{}: {} gave {} instead of {}", vector.name, shown[0], shown[1], shown[2]));
        }
    }
    println!("{} vectors of {} transformations", counts.values().sum::<usize>(), counts.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `None` where the vector is not followed.
fn evaluate(vector: &Vector) -> Option<bool> {
    use op::OperatorName as Name;
    let (value, parameter) = (&vector.input[..], vector.parameter.as_bytes());
    let name = Name::parse(&vector.name).unwrap_or_else(|e| panic!("{e}"));
    let phrases = |set: Result<op::PhraseSet, op::OperatorError>| set.is_ok_and(|set| set.find(value).is_some());
    let verified = |holds: fn(&[u8]) -> bool| {
        let pattern = Pattern::compile(&vector.parameter, Flags::MOD_SECURITY).unwrap_or_else(|e| panic!("{e}"));
        let mut groups = Groups::default();
        let find = |value: &[u8], from| pattern.captures_at(value, from, &mut groups).then(|| groups.get(0)).flatten();
        op::find_verified(value, find, holds).is_some()
    };
    Some(match name {
        Name::BeginsWith => op::begins_with(value, parameter),
        Name::EndsWith => op::ends_with(value, parameter),
        Name::Contains => op::contains(value, parameter).is_some(),
        Name::ContainsWord => op::contains_word(value, parameter),
        Name::StrMatch => op::str_match(value, parameter),
        Name::Streq => op::streq(value, parameter),
        Name::Within => op::within(value, parameter),
        Name::Eq => op::eq(value, parameter),
        Name::Ge => op::ge(value, parameter),
        Name::Gt => op::gt(value, parameter),
        Name::Le => op::le(value, parameter),
        Name::Lt => op::lt(value, parameter),
        Name::NoMatch => false,
        Name::UnconditionalMatch => true,
        Name::IpMatch => op::IpSet::parse(&vector.parameter).is_ok_and(|set| set.contains_text(value)),
        Name::Pm => phrases(op::PhraseSet::from_parameter(&vector.parameter)),
        Name::PmFromFile => {
            let (_, file) = vector.parameter.rsplit_once('/').unwrap_or_else(|| panic!("{}", vector.parameter));
            let path = folder("operators")?.join("op").join(file);
            phrases(op::PhraseSet::from_file(&std::fs::read(path).unwrap_or_else(|e| panic!("{e}"))))
        }
        Name::ValidateByteRange => op::ByteRange::parse(&vector.parameter).ok()?.first_outside(value).is_some(),
        Name::ValidateUrlEncoding => op::validate_url_encoding(value).is_some(),
        Name::ValidateUtf8Encoding => op::validate_utf8_encoding(value).is_some(),
        Name::VerifyCc => verified(op::is_card_number),
        Name::VerifyCpf => verified(op::is_cpf),
        Name::VerifySsn => verified(op::is_ssn),
        Name::VerifySvnr => verified(op::is_svnr),
        _ => return None,
    })
}

#[test]
fn operators() {
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::<_, usize>::new();
    for vector in vectors("operators") {
        match evaluate(&vector) {
            None => assert!(not_followed(&vector), "{} {}", vector.name, vector.parameter),
            Some(got) => {
                *counts.entry(vector.name.clone()).or_default() += 1;
                if got != vector.matches {
                    let input = vector.input.escape_ascii();
                    wrong.push(format!("@{} {} on {input}: {got}", vector.name, vector.parameter));
                }
            }
        }
    }
    println!("{} vectors of {} operators", counts.values().sum::<usize>(), counts.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn not_followed(vector: &Vector) -> bool {
    NOT_FOLLOWED.iter().any(|(name, parameter, _)| *name == vector.name && (*parameter == "*" || *parameter == vector.parameter))
}

//! From an operator as written to a test.

use super::classes;
use super::compile::{Names, text};
use super::test::{Check, Comparison, Made, Test, TextTest};
use crate::operator::{ByteRange, IpSet, OperatorName as Name, PhraseSet, integer};
use crate::pattern::{Flags, Pattern, Required};
use crate::seclang::operator::Operator;
use crate::seclang::template::Template;

/// Makes a test; `data` is the content of the files that the operator names.
pub fn make(operator: &Operator, data: &[u8], names: &Names<'_>) -> Result<Test, String> {
    let argument = operator.argument.as_str();
    let told = |what: String| format!("@{}: {what}", operator.name.name());
    let words = || Template::parse(argument).and_then(|t| text(&t, names)).map_err(told);
    let compares = |kind| {
        let text = words()?;
        let constant = text.literal().map(integer);
        Ok(Test::Number(kind, text, constant))
    };
    let verified = |holds| Ok(Test::Verified(Pattern::shared(argument, Flags::MOD_SECURITY).map_err(|e| told(e.to_string()))?, holds));
    let says = |kind| words().map(|m| Test::Text(kind, m));
    match operator.name {
        Name::UnconditionalMatch => Ok(Test::Always),
        Name::NoMatch => Ok(Test::Never),
        Name::Rx | Name::RxGlobal => expression(argument, names).map_err(told),
        Name::Pm => Ok(Test::Phrases(PhraseSet::shared_parameter(argument).map_err(|e| e.to_string())?)),
        Name::PmFromFile => Ok(Test::Phrases(PhraseSet::shared_file(data).map_err(|e| e.to_string())?)),
        Name::BeginsWith => says(TextTest::Begins),
        Name::Contains | Name::StrMatch => says(TextTest::Contains),
        Name::ContainsWord => says(TextTest::ContainsWord),
        Name::EndsWith => says(TextTest::Ends),
        Name::Streq => says(TextTest::Equals),
        Name::Within => says(TextTest::Within),
        Name::Eq => compares(Comparison::Eq),
        Name::Ge => compares(Comparison::Ge),
        Name::Gt => compares(Comparison::Gt),
        Name::Le => compares(Comparison::Le),
        Name::Lt => compares(Comparison::Lt),
        Name::IpMatch => Ok(Test::Ip(IpSet::shared(argument).map_err(|e| e.to_string())?)),
        Name::IpMatchFromFile => Ok(Test::Ip(IpSet::shared_file(&String::from_utf8_lossy(data)).map_err(|e| e.to_string())?)),
        Name::DetectSqli => Ok(Test::Sqli),
        Name::DetectXss => Ok(Test::Xss),
        Name::ValidateByteRange => {
            let range = ByteRange::parse(argument).map_err(|e| e.to_string())?;
            let outside = classes::of_bytes(|b| !range.contains(b));
            Ok(Test::Bytes(Box::new(range), outside))
        }
        Name::ValidateUrlEncoding => Ok(Test::UrlEncoding),
        Name::ValidateUtf8Encoding => Ok(Test::Utf8),
        Name::GeoLookup => Ok(Test::Geo),
        Name::Rbl => Ok(Test::Rbl(argument.into())),
        Name::VerifyCc => verified(Check::Card),
        Name::VerifyCpf => verified(Check::Cpf),
        Name::VerifySsn => verified(Check::Ssn),
        Name::VerifySvnr => verified(Check::Svnr),
    }
}

fn expression(argument: &str, names: &Names<'_>) -> Result<Test, String> {
    // A `%{` that names no variable is part of the expression.
    let template = Template::parse(argument).ok().filter(|t| t.literal().is_none());
    if let Some(template) = template {
        return Ok(Test::Made(Box::new(Made::new(text(&template, names)?))));
    }
    // Matches every value whole: `.` is any byte, and `$` the end.
    if argument == "^.*$" {
        return Ok(Test::Whole);
    }
    Ok(Test::Rx(Pattern::shared(argument, Flags::MOD_SECURITY).map_err(|e| e.to_string())?))
}

/// What a value needs for a test to match it; none is "nothing is known".
pub fn required(test: &Test) -> Option<Required> {
    match test {
        Test::Rx(pattern) | Test::Verified(pattern, _) => Some(pattern.required().clone()),
        Test::Phrases(set) => Some(set.required().clone()),
        Test::Text(TextTest::Within, _) => None,
        Test::Text(_, argument) => argument.literal().map(|literal| Required::phrases([literal])),
        _ => None,
    }
}

//! `@pm` and `@pmFromFile`: many phrases in one pass, ASCII case does not matter.

use super::OperatorError;
use crate::pattern::Required;
use crate::shared::{Pool, Shared};
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;

/// Phrases, made ready for one pass over a value that is linear in its length.
///
/// Phrases with bytes above 127 do match here; the reference implementation compares them as negative numbers and never does.
#[derive(Clone, Debug)]
pub struct PhraseSet {
    phrases: Vec<Box<[u8]>>,
    /// `None` where there are no phrases, and then nothing matches.
    automaton: Option<AhoCorasick>,
    required: Required,
}

impl PhraseSet {
    /// Empty phrases are left out.
    pub fn new<P: AsRef<[u8]>>(phrases: impl IntoIterator<Item = P>) -> Result<Self, OperatorError> {
        let phrases: Vec<Box<[u8]>> = phrases.into_iter().filter(|p| !p.as_ref().is_empty()).map(|p| Box::from(p.as_ref())).collect();
        if phrases.is_empty() {
            return Ok(Self { phrases, automaton: None, required: Required::default() });
        }
        // Standard semantics: the match that ends first, which is what the reference implementation reports.
        let built = AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(&phrases);
        match built {
            Ok(automaton) => {
                let required = Required::phrases(phrases.iter().map(|phrase| &**phrase));
                Ok(Self { phrases, automaton: Some(automaton), required })
            }
            Err(error) => Err(OperatorError::Parameter { name: "pm", why: error.to_string() }),
        }
    }

    /// As [`Self::from_parameter`]; shared with everybody in this process who has the same.
    pub fn shared_parameter(parameter: &str) -> Result<Shared<Self>, OperatorError> {
        static POOL: Pool<PhraseSet> = Pool::new();
        POOL.get(parameter.as_bytes(), || Self::from_parameter(parameter))
    }

    /// As [`Self::from_file`]; shared with everybody in this process who has the same.
    pub fn shared_file(text: &[u8]) -> Result<Shared<Self>, OperatorError> {
        static POOL: Pool<PhraseSet> = Pool::new();
        POOL.get(text, || Self::from_file(text))
    }

    /// The parameter of `@pm`: phrases between white space, the whole optionally in quotes.
    ///
    /// As in Snort's rules, `|41 42|` are bytes in hexadecimal and a backslash takes `:`, `;`, `"` or itself literally. A parameter
    /// that breaks these rules means what it says, signs and all. Releases of the reference implementation differ on all of this; none
    /// of them is followed where it ignores what it does not understand.
    pub fn from_parameter(parameter: &str) -> Result<Self, OperatorError> {
        let text = unescape(parameter.as_bytes()).unwrap_or_else(|| parameter.as_bytes().to_vec());
        Self::new(text.split(|b| matches!(b, b' ' | b'\t'..=b'\r')))
    }

    /// The file of `@pmFromFile`: a phrase on each line, spaces around it included.
    ///
    /// Lines whose first sign is `#` are comments; lines of white space alone and the carriage return of a line end are ignored,
    /// which the reference implementation would take for phrases.
    pub fn from_file(text: &[u8]) -> Result<Self, OperatorError> {
        let lines = text.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        Self::new(lines.filter(|line| !matches!(line.trim_ascii_start(), [] | [b'#', ..])))
    }

    /// Where the match lies that ends first; of those that end there, the longest.
    pub fn find(&self, value: &[u8]) -> Option<Range<usize>> {
        self.automaton.as_ref()?.find(value).map(|found| found.range())
    }

    /// The phrases.
    pub fn phrases(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.phrases.iter().map(|phrase| &phrase[..])
    }

    /// What every value has that one of the phrases is found in, for prefilters over many sets.
    pub const fn required(&self) -> &Required {
        &self.required
    }
}

/// `None` where the parameter is to be taken as it stands.
fn unescape(parameter: &[u8]) -> Option<Vec<u8>> {
    let start = parameter.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let text = match parameter.get(start..).unwrap_or_default() {
        [b'"', inner @ .., b'"'] => inner,
        text => text,
    };
    let mut out = Vec::with_capacity(text.len());
    let (mut binary, mut escaped) = (false, false);
    let mut high = None;
    for byte in text {
        match byte {
            b'|' if !escaped => binary = !binary,
            b' ' if binary && high.is_none() => {}
            _ if binary => {
                let digit = u8::try_from(char::from(*byte).to_digit(16)?).ok()?;
                match high.take() {
                    Some(high) => out.push(high << 4 | digit),
                    None => high = Some(digit),
                }
            }
            b'\\' if !escaped => escaped = true,
            b':' | b';' | b'\\' | b'"' if escaped => {
                out.push(*byte);
                escaped = false;
            }
            _ if escaped => return None,
            _ => out.push(*byte),
        }
    }
    if binary || escaped || high.is_some() {
        return None;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(set: &Result<PhraseSet, OperatorError>, value: &[u8]) -> Option<String> {
        let set = set.as_ref().unwrap_or_else(|e| panic!("{e}"));
        set.find(value).and_then(|range| value.get(range)).map(|bytes| bytes.escape_ascii().to_string())
    }

    #[test]
    fn parameters() {
        for (parameter, value, want) in [
            ("", &b"abc"[..], None),
            ("abc def ghi", b"xxDeFyy", Some("DeF")),
            ("abc def", b"ab de", None),
            ("\"abc def\"", b"abc", Some("abc")),
            // The match that ends first; of those the longest.
            ("abcd bc", b"xabcd", Some("bc")),
            ("bcd abcd", b"xabcd", Some("abcd")),
            ("he she hers", b"ushers", Some("she")),
            ("A|42|C", b"xabcx", Some("abc")),
            ("|2e2e|/", b"a../", Some("../")),
            ("|41 42|", b"ab", Some("ab")),
            ("|414|", b"|414|", Some("|414|")),
            ("a|41", b"a|41", Some("a|41")),
            ("a\\", b"a\\", Some("a\\\\")),
            ("|4g|", b"|4G|", Some("|4G|")),
            ("a|20|b", b"ab", Some("a")),
            ("\\:\\;\\\\\\\"", b":;\\\"", Some(":;\\\\\\\"")),
            ("a\\b", b"a\\b", Some("a\\\\b")),
            ("é", "caf\u{e9}".as_bytes(), Some("\\xc3\\xa9")),
        ] {
            assert_eq!(found(&PhraseSet::from_parameter(parameter), value).as_deref(), want, "{parameter}");
        }
    }

    #[test]
    fn files() {
        let set = PhraseSet::from_file(b"# list\n  # also\nabc\r\n\n   \nxxx yyy\n|41|\nlast");
        for (value, want) in [
            (&b"ABC"[..], Some("ABC")),
            (b"xxx yyy zzz", Some("xxx yyy")),
            (b"xxx", None),
            (b"a   b", None),
            (b"#", None),
            (b"A", None),
            (b"|41|", Some("|41|")),
            (b"the last", Some("last")),
        ] {
            assert_eq!(found(&set, value).as_deref(), want, "{}", value.escape_ascii());
        }
        assert_eq!(set.map(|set| set.phrases().len()), Ok(4));
    }
}

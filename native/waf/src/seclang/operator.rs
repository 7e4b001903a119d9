//! The operator of a rule as written: `!@rx ^a$`.

macro_rules! operators {
    ($($id:ident $name:literal),+ $(,)?) => {
        /// An operator's name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Name { $(#[doc = $name] $id,)+ }

        impl Name {
            const ALL: &'static [Self] = &[$(Self::$id,)+];

            /// As rules write it, without `@`.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$id => $name,)+ }
            }
        }
    };
}

operators! {
    BeginsWith "beginsWith", Contains "contains", ContainsWord "containsWord", DetectSqli "detectSQLi", DetectXss "detectXSS",
    EndsWith "endsWith", Eq "eq", Ge "ge", GeoLookup "geoLookup", Gt "gt", IpMatch "ipMatch", IpMatchF "ipMatchF",
    IpMatchFromFile "ipMatchFromFile", Le "le", Lt "lt", NoMatch "noMatch", Pm "pm", PmF "pmf", PmFromFile "pmFromFile", Rbl "rbl",
    Rx "rx", RxGlobal "rxGlobal", StrEq "streq", StrMatch "strmatch", UnconditionalMatch "unconditionalMatch",
    ValidateByteRange "validateByteRange", ValidateUrlEncoding "validateUrlEncoding", ValidateUtf8Encoding "validateUtf8Encoding",
    VerifyCc "verifyCC", VerifyCpf "verifyCPF", VerifySsn "verifySSN", VerifySvnr "verifySVNR", Within "within",
}

/// Operators that are known and refused, with the reason.
const REFUSED: &[(&str, &str)] = &[
    ("fuzzyhash", "no fuzzy hashes are kept"),
    ("gsblookup", "the Google Safe Browsing look-up is not offered"),
    ("inspectfile", "the engine runs no programs"),
    ("rsub", "the engine never changes content"),
    ("validatedtd", "DTDs are never loaded"),
    ("validateschema", "schemas are never loaded"),
    ("validatehash", "the hash engine belongs to Apache"),
];

/// An operator with its argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Matches when the operator does not.
    pub negated: bool,
    /// Which.
    pub name: Name,
    /// What follows the name.
    pub argument: String,
}

impl Operator {
    /// Reads the second word of a rule; without `@` it is an expression for `@rx`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (negated, rest) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let Some(named) = rest.trim_start().strip_prefix('@') else {
            return Ok(Self { negated, name: Name::Rx, argument: rest.to_owned() });
        };
        let end = named.find(char::is_whitespace).unwrap_or(named.len());
        let (word, argument) = (&named[..end], named[end..].trim_start());
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| refused.eq_ignore_ascii_case(word)) {
            return Err(format!("operator @{word} is refused: {why}"));
        }
        let name = Name::ALL.iter().copied().find(|n| n.text().eq_ignore_ascii_case(word));
        let name = name.ok_or_else(|| format!("unknown operator @{word}"))?;
        Ok(Self { negated, name, argument: argument.to_owned() })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn operators() {
        let cases = [
            ("@rx ^a b$", false, Name::Rx, "^a b$"),
            ("!@within %{tx.x}", true, Name::Within, "%{tx.x}"),
            ("(?i)abc", false, Name::Rx, "(?i)abc"),
            ("!abc", true, Name::Rx, "abc"),
            ("@DetectSQLI", false, Name::DetectSqli, ""),
        ];
        for (text, negated, name, argument) in cases {
            assert_eq!(Operator::parse(text).unwrap(), Operator { negated, name, argument: argument.to_owned() }, "{text}");
        }
        assert!(Operator::parse("@nothing x").is_err());
        assert!(Operator::parse("@inspectFile x").is_err());
    }
}

//! The names of the operators.

use super::OperatorError;

/// Every operator, named as `ModSecurity`'s reference manual does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // the names say it, and the manual the rest
pub enum OperatorName {
    BeginsWith,
    Contains,
    ContainsWord,
    DetectSqli,
    DetectXss,
    EndsWith,
    Eq,
    Ge,
    GeoLookup,
    Gt,
    IpMatch,
    IpMatchFromFile,
    Le,
    Lt,
    NoMatch,
    Pm,
    PmFromFile,
    Rbl,
    Rx,
    RxGlobal,
    Streq,
    StrMatch,
    UnconditionalMatch,
    ValidateByteRange,
    ValidateUrlEncoding,
    ValidateUtf8Encoding,
    VerifyCc,
    VerifyCpf,
    VerifySsn,
    VerifySvnr,
    Within,
}

/// Operators that are known and refused, with the reason.
const REFUSED: [(&str, &str); 7] = [
    ("fuzzyHash", "it needs ssdeep's similarity digests; match known files by `sha1` instead"),
    ("gsbLookup", "the look-up service that it asks no longer exists"),
    ("inspectFile", "it runs a program for each upload; uploads are inspected as values instead"),
    ("rsub", "it changes what goes to the application; only Apache's module implements it"),
    ("validateDTD", "document type definitions are never loaded"),
    ("validateHash", "it needs links that the application's pages were rewritten with"),
    ("validateSchema", "XML schemas are never loaded"),
];

impl OperatorName {
    /// Every operator.
    pub const ALL: [Self; 31] = [
        Self::BeginsWith,
        Self::Contains,
        Self::ContainsWord,
        Self::DetectSqli,
        Self::DetectXss,
        Self::EndsWith,
        Self::Eq,
        Self::Ge,
        Self::GeoLookup,
        Self::Gt,
        Self::IpMatch,
        Self::IpMatchFromFile,
        Self::Le,
        Self::Lt,
        Self::NoMatch,
        Self::Pm,
        Self::PmFromFile,
        Self::Rbl,
        Self::Rx,
        Self::RxGlobal,
        Self::Streq,
        Self::StrMatch,
        Self::UnconditionalMatch,
        Self::ValidateByteRange,
        Self::ValidateUrlEncoding,
        Self::ValidateUtf8Encoding,
        Self::VerifyCc,
        Self::VerifyCpf,
        Self::VerifySsn,
        Self::VerifySvnr,
        Self::Within,
    ];

    /// By name without its `@`; ASCII case does not matter.
    pub fn parse(name: &str) -> Result<Self, OperatorError> {
        let full = match name.to_ascii_lowercase().as_str() {
            "pmf" => "pmFromFile",
            "ipmatchf" => "ipMatchFromFile",
            _ => name,
        };
        if let Some(found) = Self::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(full)) {
            return Ok(found);
        }
        match REFUSED.into_iter().find(|(refused, _)| refused.eq_ignore_ascii_case(full)) {
            Some((name, why)) => Err(OperatorError::Unsupported { name, why }),
            None => Err(OperatorError::Unknown(name.chars().take(40).collect())),
        }
    }

    /// The name that rules use, without its `@`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BeginsWith => "beginsWith",
            Self::Contains => "contains",
            Self::ContainsWord => "containsWord",
            Self::DetectSqli => "detectSQLi",
            Self::DetectXss => "detectXSS",
            Self::EndsWith => "endsWith",
            Self::Eq => "eq",
            Self::Ge => "ge",
            Self::GeoLookup => "geoLookup",
            Self::Gt => "gt",
            Self::IpMatch => "ipMatch",
            Self::IpMatchFromFile => "ipMatchFromFile",
            Self::Le => "le",
            Self::Lt => "lt",
            Self::NoMatch => "noMatch",
            Self::Pm => "pm",
            Self::PmFromFile => "pmFromFile",
            Self::Rbl => "rbl",
            Self::Rx => "rx",
            Self::RxGlobal => "rxGlobal",
            Self::Streq => "streq",
            Self::StrMatch => "strmatch",
            Self::UnconditionalMatch => "unconditionalMatch",
            Self::ValidateByteRange => "validateByteRange",
            Self::ValidateUrlEncoding => "validateUrlEncoding",
            Self::ValidateUtf8Encoding => "validateUtf8Encoding",
            Self::VerifyCc => "verifyCC",
            Self::VerifyCpf => "verifyCPF",
            Self::VerifySsn => "verifySSN",
            Self::VerifySvnr => "verifySVNR",
            Self::Within => "within",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for one in OperatorName::ALL {
            assert_eq!(OperatorName::parse(one.name()), Ok(one));
            assert_eq!(OperatorName::parse(&one.name().to_ascii_uppercase()), Ok(one));
        }
        assert_eq!(OperatorName::parse("pmf"), Ok(OperatorName::PmFromFile));
        assert_eq!(OperatorName::parse("ipMatchF"), Ok(OperatorName::IpMatchFromFile));
    }

    #[test]
    fn refused() {
        for (name, want) in [
            ("fuzzyHash", "`@fuzzyHash` is not supported: it needs ssdeep's"),
            ("INSPECTFILE", "`@inspectFile` is not supported: it runs a program"),
            ("regex", "no operator is named `@regex`"),
            ("", "no operator is named `@`"),
        ] {
            let got = OperatorName::parse(name).map_err(|e| e.to_string());
            assert!(got.as_ref().is_err_and(|text| text.starts_with(want)), "{name}: {got:?}");
        }
    }
}

//! What an operator asks about a value: the pure parts, over bytes.
//!
//! Regular expressions, and the SQL injection and XSS detection, live elsewhere; `@noMatch` and `@unconditionalMatch` need
//! nothing. Macros are expanded before; names of files and services are resolved by whoever loads the rules.

mod byte_range;
mod contains_word;
mod geo;
#[cfg(feature = "geoip")]
mod geo_maxmind;
mod ip;
mod name;
mod number;
mod phrase;
mod rbl;
mod text;
mod url_encoding;
mod utf8_encoding;
mod verify;

pub use byte_range::ByteRange;
pub use contains_word::contains_word;
pub use geo::{GeoLookup, GeoRecord};
#[cfg(feature = "geoip")]
pub use geo_maxmind::{GeoFile, GeoFileError};
pub use ip::IpSet;
pub use name::OperatorName;
pub use number::{eq, ge, gt, integer, le, lt};
pub use phrase::PhraseSet;
pub use rbl::{Rbl, rbl_name};
pub use text::{Needle, begins_with, contains, ends_with, str_match, streq, within};
pub use url_encoding::validate_url_encoding;
pub use utf8_encoding::validate_utf8_encoding;
pub use verify::{find_verified, is_card_number, is_cpf, is_ssn, is_svnr};

use std::fmt;

/// Why an operator was refused when its rule was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OperatorError {
    /// No operator has this name.
    Unknown(String),
    /// The operator exists, but not here.
    Unsupported {
        /// Its name.
        name: &'static str,
        /// Why not.
        why: &'static str,
    },
    /// The parameter does not fit the operator.
    Parameter {
        /// Its name.
        name: &'static str,
        /// What is wrong with the parameter.
        why: String,
    },
}

impl fmt::Display for OperatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "no operator is named `@{name}`"),
            Self::Unsupported { name, why } => write!(f, "`@{name}` is not supported: {why}"),
            Self::Parameter { name, why } => write!(f, "`@{name}`: {why}"),
        }
    }
}

impl std::error::Error for OperatorError {}

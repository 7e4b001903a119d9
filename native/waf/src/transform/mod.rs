//! What `t:` does to a value before an operator sees it.
//!
//! The results are `ModSecurity` v3's, byte for byte, oddities included: rules were written and tuned against them. Where its
//! releases differ, the reading that hides less from the rules is taken, and the file of that transformation says so.
//!
//! Values are clean almost always, so each transformation looks for something to do first and copies only then.

mod base64_decode;
mod base64_decode_ext;
mod base64_encode;
mod bytes;
mod case;
mod cmd_line;
mod compress_whitespace;
mod css_decode;
mod digest;
mod escape_seq_decode;
mod hex_decode;
mod hex_encode;
mod html_entity_decode;
mod js_decode;
mod length;
mod normalise_path;
mod nulls;
mod parity;
mod remove_comments;
mod remove_comments_char;
mod remove_whitespace;
mod replace_comments;
mod sql_hex_decode;
mod trim;
mod unicode_map;
mod url_decode;
mod url_decode_uni;
mod url_encode;
mod utf8_to_unicode;

pub use unicode_map::{UnicodeMap, UnicodeMapError};

/// One step of a transformation chain, named as `ModSecurity`'s reference manual does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Transformation {
    /// Strict base64; empty when the value is not base64.
    Base64Decode,
    /// Base64 with foreign bytes skipped.
    Base64DecodeExt,
    /// Base64 of the value.
    Base64Encode,
    /// What a command shell would not see is taken away.
    CmdLine,
    /// Runs of white space become one space.
    CompressWhitespace,
    /// CSS 2 escapes.
    CssDecode,
    /// ANSI C escapes.
    EscapeSeqDecode,
    /// Pairs of hexadecimal digits.
    HexDecode,
    /// Each byte as two hexadecimal digits.
    HexEncode,
    /// Numeric and the five common named HTML entities.
    HtmlEntityDecode,
    /// JavaScript escapes.
    JsDecode,
    /// The number of bytes, in decimal.
    Length,
    /// ASCII letters in lower case.
    Lowercase,
    /// MD5, 16 raw bytes.
    Md5,
    /// Self and back references and doubled slashes leave a path.
    NormalisePath,
    /// The same, and backslashes are slashes.
    NormalisePathWin,
    /// The eighth bit makes the number of ones even.
    ParityEven7bit,
    /// The eighth bit makes the number of ones odd.
    ParityOdd7bit,
    /// The eighth bit is cleared.
    ParityZero7bit,
    /// Comments are taken away, and all behind an open one.
    RemoveComments,
    /// Only the marks of comments are taken away.
    RemoveCommentsChar,
    /// NUL bytes are taken away.
    RemoveNulls,
    /// White space is taken away.
    RemoveWhitespace,
    /// Each C comment becomes one space.
    ReplaceComments,
    /// NUL bytes become spaces.
    ReplaceNulls,
    /// SHA-1, 20 raw bytes.
    Sha1,
    /// SQL's `0x41…` literals.
    SqlHexDecode,
    /// White space at both ends is taken away.
    Trim,
    /// White space at the start is taken away.
    TrimLeft,
    /// White space at the end is taken away.
    TrimRight,
    /// ASCII letters in upper case.
    Uppercase,
    /// `%41` and `+`.
    UrlDecode,
    /// `%41`, `%u0041` and `+`.
    UrlDecodeUni,
    /// Form encoding of the value.
    UrlEncode,
    /// UTF-8 sequences become `%uXXXX`.
    Utf8ToUnicode,
}

impl Transformation {
    /// Every transformation, in the order of the names.
    pub const ALL: [Self; 35] = [
        Self::Base64Decode,
        Self::Base64DecodeExt,
        Self::Base64Encode,
        Self::CmdLine,
        Self::CompressWhitespace,
        Self::CssDecode,
        Self::EscapeSeqDecode,
        Self::HexDecode,
        Self::HexEncode,
        Self::HtmlEntityDecode,
        Self::JsDecode,
        Self::Length,
        Self::Lowercase,
        Self::Md5,
        Self::NormalisePath,
        Self::NormalisePathWin,
        Self::ParityEven7bit,
        Self::ParityOdd7bit,
        Self::ParityZero7bit,
        Self::RemoveComments,
        Self::RemoveCommentsChar,
        Self::RemoveNulls,
        Self::RemoveWhitespace,
        Self::ReplaceComments,
        Self::ReplaceNulls,
        Self::Sha1,
        Self::SqlHexDecode,
        Self::Trim,
        Self::TrimLeft,
        Self::TrimRight,
        Self::Uppercase,
        Self::UrlDecode,
        Self::UrlDecodeUni,
        Self::UrlEncode,
        Self::Utf8ToUnicode,
    ];

    /// By name, ASCII case does not matter; `none` is no transformation but an order to forget those before it.
    pub fn parse(name: &str) -> Option<Self> {
        // Both spellings, and the one that the reference implementation knows beside its own.
        let name = match name.to_ascii_lowercase().as_str() {
            "normalizepath" => "normalisePath",
            "normalizepathwin" => "normalisePathWin",
            "cmd_line" => "cmdLine",
            "compress_whitespace" => "compressWhitespace",
            _ => name,
        };
        Self::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(name))
    }

    /// The name that rules use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Base64Decode => "base64Decode",
            Self::Base64DecodeExt => "base64DecodeExt",
            Self::Base64Encode => "base64Encode",
            Self::CmdLine => "cmdLine",
            Self::CompressWhitespace => "compressWhitespace",
            Self::CssDecode => "cssDecode",
            Self::EscapeSeqDecode => "escapeSeqDecode",
            Self::HexDecode => "hexDecode",
            Self::HexEncode => "hexEncode",
            Self::HtmlEntityDecode => "htmlEntityDecode",
            Self::JsDecode => "jsDecode",
            Self::Length => "length",
            Self::Lowercase => "lowercase",
            Self::Md5 => "md5",
            Self::NormalisePath => "normalisePath",
            Self::NormalisePathWin => "normalisePathWin",
            Self::ParityEven7bit => "parityEven7bit",
            Self::ParityOdd7bit => "parityOdd7bit",
            Self::ParityZero7bit => "parityZero7bit",
            Self::RemoveComments => "removeComments",
            Self::RemoveCommentsChar => "removeCommentsChar",
            Self::RemoveNulls => "removeNulls",
            Self::RemoveWhitespace => "removeWhitespace",
            Self::ReplaceComments => "replaceComments",
            Self::ReplaceNulls => "replaceNulls",
            Self::Sha1 => "sha1",
            Self::SqlHexDecode => "sqlHexDecode",
            Self::Trim => "trim",
            Self::TrimLeft => "trimLeft",
            Self::TrimRight => "trimRight",
            Self::Uppercase => "uppercase",
            Self::UrlDecode => "urlDecode",
            Self::UrlDecodeUni => "urlDecodeUni",
            Self::UrlEncode => "urlEncode",
            Self::Utf8ToUnicode => "utf8toUnicode",
        }
    }

    /// Transforms `input` into `out`, which is cleared first.
    ///
    /// True: `out` holds another value than `input`. False: the value stays as it is, and `out` is unspecified. `unicode` is the
    /// map of `SecUnicodeMapFile`; only `urlDecodeUni` looks at it. The time is linear in `input`, and `out` is at most four times
    /// as long and 20 bytes.
    pub fn apply(self, input: &[u8], out: &mut Vec<u8>, unicode: Option<&UnicodeMap>) -> bool {
        out.clear();
        let touched = match self {
            Self::Base64Decode => base64_decode::apply(input, out),
            Self::Base64DecodeExt => base64_decode_ext::apply(input, out),
            Self::Base64Encode => base64_encode::apply(input, out),
            Self::CmdLine => cmd_line::apply(input, out),
            Self::CompressWhitespace => compress_whitespace::apply(input, out),
            Self::CssDecode => css_decode::apply(input, out),
            Self::EscapeSeqDecode => escape_seq_decode::apply(input, out),
            Self::HexDecode => hex_decode::apply(input, out),
            Self::HexEncode => hex_encode::apply(input, out),
            Self::HtmlEntityDecode => html_entity_decode::apply(input, out),
            Self::JsDecode => js_decode::apply(input, out),
            Self::Length => length::apply(input, out),
            Self::Lowercase => case::lower(input, out),
            Self::Md5 => digest::md5(input, out),
            Self::NormalisePath => normalise_path::apply(input, out, false),
            Self::NormalisePathWin => normalise_path::apply(input, out, true),
            Self::ParityEven7bit => parity::even(input, out),
            Self::ParityOdd7bit => parity::odd(input, out),
            Self::ParityZero7bit => parity::zero(input, out),
            Self::RemoveComments => remove_comments::apply(input, out),
            Self::RemoveCommentsChar => remove_comments_char::apply(input, out),
            Self::RemoveNulls => nulls::remove(input, out),
            Self::RemoveWhitespace => remove_whitespace::apply(input, out),
            Self::ReplaceComments => replace_comments::apply(input, out),
            Self::ReplaceNulls => nulls::replace(input, out),
            Self::Sha1 => digest::sha1(input, out),
            Self::SqlHexDecode => sql_hex_decode::apply(input, out),
            Self::Trim => trim::both(input, out),
            Self::TrimLeft => trim::left(input, out),
            Self::TrimRight => trim::right(input, out),
            Self::Uppercase => case::upper(input, out),
            Self::UrlDecode => url_decode::apply(input, out),
            Self::UrlDecodeUni => url_decode_uni::apply(input, out, unicode),
            Self::UrlEncode => url_encode::apply(input, out),
            Self::Utf8ToUnicode => utf8_to_unicode::apply(input, out),
        };
        touched && out.as_slice() != input
    }
}

#[cfg(test)]
mod properties_tests;

/// Each case is an input and what the transformation makes of it.
#[cfg(test)]
fn table<const N: usize>(transformation: Transformation, cases: [(&[u8], &[u8]); N]) {
    for (input, want) in cases {
        let mut out = b"left over".to_vec();
        let changed = transformation.apply(input, &mut out, None);
        let got = if changed { out.as_slice() } else { input };
        assert_eq!(got.escape_ascii().to_string(), want.escape_ascii().to_string(), "{}", input.escape_ascii());
        assert_eq!(changed, input != want, "{}", input.escape_ascii());
    }
}

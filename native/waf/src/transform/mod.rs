//! Stand-in.
macro_rules! t { ($($id:ident $($name:literal)|+),+ $(,)?) => {
    /// A transformation.
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
    pub enum Transformation { $(#[doc = "t"] $id,)+ }
    impl Transformation {
        /// By name.
        pub fn parse(name: &str) -> Option<Self> {
            $($(if name.eq_ignore_ascii_case($name) { return Some(Self::$id); })+)+
            None
        }
        /// Name.
        pub const fn name(self) -> &'static str { "x" }
    }
}; }
t! { Base64Decode "base64Decode", Base64DecodeExt "base64DecodeExt", Base64Encode "base64Encode", CmdLine "cmdLine", CompressWhitespace "compressWhitespace", CssDecode "cssDecode", EscapeSeqDecode "escapeSeqDecode", HexDecode "hexDecode", HexEncode "hexEncode", HtmlEntityDecode "htmlEntityDecode", JsDecode "jsDecode", Length "length", Lowercase "lowercase", Uppercase "uppercase", Md5 "md5", NormalizePath "normalizePath" | "normalisePath", NormalizePathWin "normalizePathWin" | "normalisePathWin", RemoveComments "removeComments", RemoveCommentsChar "removeCommentsChar", RemoveNulls "removeNulls", RemoveWhitespace "removeWhitespace", ReplaceComments "replaceComments", ReplaceNulls "replaceNulls", Sha1 "sha1", SqlHexDecode "sqlHexDecode", Trim "trim", TrimLeft "trimLeft", TrimRight "trimRight", UrlDecode "urlDecode", UrlDecodeUni "urlDecodeUni", UrlEncode "urlEncode", Utf8ToUnicode "utf8toUnicode" }
/// Map.
#[derive(Debug)]
pub struct UnicodeMap;
impl UnicodeMap { /// Parse.
 pub fn parse(_t: &str, _c: u32) -> Result<Self, String> { Ok(Self) } }
impl Transformation {
    /// Apply.
    pub fn apply(self, input: &[u8], out: &mut Vec<u8>, _unicode: Option<&UnicodeMap>) -> bool {
        out.clear();
        match self {
            Self::Lowercase => { out.extend(input.iter().map(u8::to_ascii_lowercase)); out != input }
            Self::UrlDecodeUni => {
                let mut i = 0;
                while i < input.len() {
                    if input[i] == b'%' && i + 2 < input.len() + 0 {
                        let h = std::str::from_utf8(&input[i+1..i+3]).ok().and_then(|s| u8::from_str_radix(s, 16).ok());
                        if let Some(b) = h { out.push(b); i += 3; continue; }
                    }
                    out.push(if input[i] == b'+' { b' ' } else { input[i] }); i += 1;
                }
                out != input
            }
            _ => false,
        }
    }
}

//! The map of `SecUnicodeMapFile`: which byte a code page's best fit gives a code point.

use std::fmt;

/// Full stops of RFC 3490 section 3.1, which every map has.
const FULL_STOPS: [u16; 4] = [0x3002, 0xff61, 0xff0e, 0x002e];

/// Bytes by code point, for one code page; pages of 256 that hold nothing take no memory.
#[derive(Clone, PartialEq, Eq)]
pub struct UnicodeMap {
    pages: Vec<Option<Box<[Option<u8>; 256]>>>,
}

/// Why a map file was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UnicodeMapError {
    /// The file has no such code page.
    NoCodePage(u32),
    /// An entry is not `XXXX:XX`.
    Entry {
        /// Counted from 1.
        line: usize,
        /// At most its first 20 characters.
        text: String,
    },
}

impl fmt::Display for UnicodeMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCodePage(page) => write!(f, "the file has no code page {page}"),
            Self::Entry { line, text } => write!(f, "line {line}: `{text}` is not of the form XXXX:XX"),
        }
    }
}

impl std::error::Error for UnicodeMapError {}

impl fmt::Debug for UnicodeMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.pages.iter().flatten().map(|page| page.iter().flatten().count()).sum::<usize>();
        write!(f, "UnicodeMap({entries} entries)")
    }
}

impl UnicodeMap {
    /// Reads one code page of the usual `unicode.mapping`: a line that starts with the page's number, then lines of `XXXX:XX`.
    pub fn parse(text: &str, code_page: u32) -> Result<Self, UnicodeMapError> {
        let mut map = Self { pages: vec![None; 256] };
        for stop in FULL_STOPS {
            map.set(stop, b'.');
        }
        let (mut found, mut inside) = (false, false);
        for (number, line) in text.lines().enumerate() {
            let first = line.split_ascii_whitespace().next().unwrap_or_default();
            if let Ok(page) = first.parse::<u32>() {
                inside = page == code_page && !found;
                found |= inside;
                continue;
            }
            if !inside || !first.contains(':') {
                continue;
            }
            for entry in line.split_ascii_whitespace() {
                let (code, byte) = parse_entry(entry)
                    .ok_or_else(|| UnicodeMapError::Entry { line: number + 1, text: entry.chars().take(20).collect() })?;
                map.set(code, byte);
            }
        }
        if found { Ok(map) } else { Err(UnicodeMapError::NoCodePage(code_page)) }
    }

    /// The byte of a code point, where the map has one.
    pub fn get(&self, code: u16) -> Option<u8> {
        let [page, at] = code.to_be_bytes().map(usize::from);
        self.pages.get(page)?.as_ref()?.get(at).copied().flatten()
    }

    fn set(&mut self, code: u16, byte: u8) {
        let [page, at] = code.to_be_bytes().map(usize::from);
        let page = self.pages.get_mut(page).map(|page| page.get_or_insert_with(|| Box::new([None; 256])));
        if let Some(entry) = page.and_then(|page| page.get_mut(at)) {
            *entry = Some(byte);
        }
    }
}

fn parse_entry(entry: &str) -> Option<(u16, u8)> {
    let (code, byte) = entry.split_once(':')?;
    Some((u16::from_str_radix(code, 16).ok()?, u8::from_str_radix(byte, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "(MAC - Roman)\n\n\n1250  (ANSI - Central Europe)\n00a1:21 1251:22\n\n1251  (ANSI - Cyrillic)\n00c0:41\n00c1:42 2010:2d\n\n\
                        1257  (ANSI - Baltic)\n\n37    (IBM EBCDIC - U.S./Canada)\n00c0:99\n";

    #[test]
    fn one_page_only() {
        for (page, code, want) in [
            (1250, 0x00a1, Some(0x21)),
            (1250, 0x00c0, None),
            (1251, 0x00c0, Some(0x41)),
            (1251, 0x00c1, Some(0x42)),
            (1251, 0x00a1, None),
            (1257, 0x00c0, None),
            (1257, 0x3002, Some(0x2e)),
            (37, 0x00c0, Some(0x99)),
        ] {
            assert_eq!(UnicodeMap::parse(TEXT, page).ok().and_then(|map| map.get(code)), want, "{page} {code:x}");
        }
    }

    #[test]
    fn debians_file() {
        let paths = ["/etc/nginx/unicode.mapping", "/usr/share/nginx/docs/modsecurity/unicode.mapping"];
        let Some(bytes) = paths.iter().find_map(|path| std::fs::read(path).ok()) else {
            println!("skipped: none of {paths:?} is here");
            return;
        };
        let text = String::from_utf8_lossy(&bytes);
        for (page, code, want) in [
            (20127, 0xff1c, Some(b'<')),
            (20127, 0x0100, Some(b'A')),
            (1252, 0x2044, Some(b'/')),
            (20127, 0x4e00, None),
            (437, 0x0100, Some(b'A')),
        ] {
            let map = UnicodeMap::parse(&text, page).unwrap_or_else(|e| panic!("{page}: {e}"));
            assert_eq!(map.get(code), want, "{page} {code:x}");
        }
    }

    #[test]
    fn refused() {
        for (text, page, want) in [
            (TEXT, 1252, UnicodeMapError::NoCodePage(1252)),
            ("", 1250, UnicodeMapError::NoCodePage(1250)),
            ("1250\n00a1:21 zz:1\n", 1250, UnicodeMapError::Entry { line: 2, text: "zz:1".into() }),
            ("1250\n00a1:100\n", 1250, UnicodeMapError::Entry { line: 2, text: "00a1:100".into() }),
        ] {
            assert_eq!(UnicodeMap::parse(text, page), Err(want));
        }
    }
}

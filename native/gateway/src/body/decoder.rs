//! Compressed content unpacked for a look, no further than is asked for.

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// Bytes that brotli reads at once.
const PIECE: usize = 4096;
/// Largest window of Zstandard, as a power of two in bytes: the one that every decoder must take (RFC 8878 section 3.1.1.1.2).
const ZSTD_WINDOW: u32 = 23;

/// Unpacks at most `most` bytes of content with one coding of RFC 9110 section 8.4.1, or `br` and `zstd`; whether that is all of it.
/// Nothing for other codings, or several. What is broken or cut off is unpacked up to there.
pub fn decode(coding: &[u8], content: &[u8], most: usize) -> Option<(Vec<u8>, bool)> {
    let is = |name: &str| coding.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
    if is("gzip") || is("x-gzip") {
        Some(take(MultiGzDecoder::new(content), most))
    } else if is("deflate") {
        // The standard means zlib's form; some servers send the bare one.
        let zlib = matches!(content, [a, b, ..] if a & 15 == 8 && (u16::from(*a) << 8 | u16::from(*b)) % 31 == 0);
        Some(if zlib { take(ZlibDecoder::new(content), most) } else { take(DeflateDecoder::new(content), most) })
    } else if is("br") {
        Some(take(brotli::Decompressor::new(content, PIECE), most))
    } else if is("zstd") {
        let mut decoder = zstd::stream::read::Decoder::with_buffer(content).ok()?;
        decoder.window_log_max(ZSTD_WINDOW).ok()?;
        Some(take(decoder, most))
    } else {
        None
    }
}

/// Reads up to one byte more than `most`, which tells whether there is more.
fn take(mut from: impl Read, most: usize) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    let mut piece = [0; PIECE];
    loop {
        match from.read(&mut piece) {
            Ok(0) => return (out, true),
            Ok(n) => out.extend_from_slice(piece.get(..n).unwrap_or_default()),
            Err(_) => return (out, false),
        }
        if out.len() > most {
            out.truncate(most);
            return (out, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Coding, Encoder};
    use std::io::Write;

    fn packed(coding: &str, plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let done = match coding {
            "deflate" => flate2::write::ZlibEncoder::new(&mut out, flate2::Compression::fast()).write_all(plain),
            "bare" => flate2::write::DeflateEncoder::new(&mut out, flate2::Compression::fast()).write_all(plain),
            _ => {
                let coding = [Coding::Gzip, Coding::Brotli, Coding::Zstd].into_iter().find(|c| c.name() == coding);
                let mut encoder = coding.map(Encoder::new).and_then(Result::ok).unwrap_or_else(|| panic!("no coding"));
                encoder.push(plain, &mut out).and_then(|()| encoder.finish(&mut out))
            }
        };
        done.unwrap_or_else(|e| panic!("{e}"));
        out
    }

    #[test]
    fn codings() {
        let plain = b"You have an error in your SQL syntax. ".repeat(100);
        for (name, made) in
            [("gzip", "gzip"), ("X-GZIP", "gzip"), ("br", "br"), (" zstd ", "zstd"), ("deflate", "deflate"), ("Deflate", "bare")]
        {
            let bytes = packed(made, &plain);
            assert_eq!(decode(name.as_bytes(), &bytes, 1 << 20), Some((plain.clone(), true)), "{name}");
            assert_eq!(decode(name.as_bytes(), &bytes, 10), Some((plain[..10].to_vec(), false)), "{name}");
            let whole = decode(name.as_bytes(), &bytes[..bytes.len() / 2], 1 << 20).is_none_or(|(_, whole)| whole);
            assert!(!whole, "{name}: half of it");
        }
        for name in ["identity", "gzip, br", "compress", ""] {
            assert_eq!(decode(name.as_bytes(), b"x", 10), None, "{name}");
        }
        for name in ["gzip", "deflate", "br", "zstd"] {
            let (found, whole) = decode(name.as_bytes(), b"no such thing", 10).unwrap_or((vec![0], true));
            assert!(!whole && found.len() <= 10, "{name}: not packed at all");
        }
    }

    #[test]
    fn a_bomb_is_unpacked_no_further_than_asked() {
        let bytes = packed("gzip", &vec![b'a'; 8 << 20]);
        let (found, whole) = decode(b"gzip", &bytes, 1 << 19).unwrap_or_default();
        assert_eq!((found.len(), found.capacity() <= 2 << 20, whole), (1 << 19, true, false));
    }
}

//! `Content-Encoding`: what was packed, plain again, and never more of it than allowed.

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::fmt;
use std::io::Read;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// RFC 1952, any number of members.
    Gzip,
    /// RFC 9110 section 8.4.1.2: in the zlib format. Bare deflate, which some send, is taken too.
    Deflate,
    /// RFC 8878, any number of frames, windows of at most 8 MiB (RFC 9659).
    Zstd,
    /// Snappy, as one block (remote write) or framed.
    Snappy,
}

impl Encoding {
    /// The header's value. None for what is not taken, a list of several with it.
    pub fn from_header(value: &[u8]) -> Option<Self> {
        let is = |name: &[u8]| value.trim_ascii().eq_ignore_ascii_case(name);
        Some(match () {
            () if is(b"") || is(b"identity") => Encoding::Identity,
            () if is(b"gzip") || is(b"x-gzip") => Encoding::Gzip,
            () if is(b"deflate") => Encoding::Deflate,
            () if is(b"zstd") => Encoding::Zstd,
            () if is(b"snappy") || is(b"x-snappy-framed") => Encoding::Snappy,
            () => return None,
        })
    }
}

/// Why a body cannot be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// More than the limit: 413.
    TooLarge,
    /// Broken or cut off: 400.
    Broken,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::TooLarge => "the body is too large when unpacked",
            Fault::Broken => "the body cannot be unpacked: it is damaged or cut off",
        })
    }
}

impl std::error::Error for Fault {}

/// 2^23 bytes, which is what RFC 9659 has every receiver take.
const ZSTD_WINDOW: u32 = 23;

/// What framed Snappy begins with. As a block it would refer to bytes before its beginning, so no block begins so.
const SNAPPY_STREAM: &[u8] = b"\xff\x06\x00\x00sNaPpY";

/// A Snappy element of 3 bytes stands for 64 at most; a size beyond that is a lie, and not allocated.
const SNAPPY_RATIO: usize = 22;

/// Unpacks `body` into at most `limit` bytes. `out` is room that may be used again; what comes back lies there, or is the body.
pub fn expand<'a>(encoding: Encoding, body: &'a [u8], limit: usize, out: &'a mut Vec<u8>) -> Result<&'a [u8], Fault> {
    out.clear();
    match encoding {
        Encoding::Identity => return if body.len() > limit { Err(Fault::TooLarge) } else { Ok(body) },
        Encoding::Gzip => read(MultiGzDecoder::new(body), limit, out)?,
        Encoding::Deflate if zlib(body) => read(ZlibDecoder::new(body), limit, out)?,
        Encoding::Deflate => read(DeflateDecoder::new(body), limit, out)?,
        Encoding::Zstd => zstd(body, limit, out)?,
        Encoding::Snappy if body.starts_with(SNAPPY_STREAM) => read(snap::read::FrameDecoder::new(body), limit, out)?,
        Encoding::Snappy => snappy(body, limit, out)?,
    }
    Ok(out)
}

/// Reads to the end, one byte past the limit at most.
fn read(packed: impl Read, limit: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    packed.take(bound).read_to_end(out).map_err(|_| Fault::Broken)?;
    if out.len() > limit { Err(Fault::TooLarge) } else { Ok(()) }
}

/// RFC 1950 section 2.2: the method is 8 and the first two bytes are a multiple of 31.
fn zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..] if method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0)
}

fn zstd(body: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    // The first frame may say its size.
    match zstd::zstd_safe::get_frame_content_size(body) {
        Ok(Some(size)) if usize::try_from(size).is_ok_and(|size| size > limit) => return Err(Fault::TooLarge),
        Ok(_) => {}
        Err(_) => return Err(Fault::Broken),
    }
    let mut decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(|_| Fault::Broken)?;
    decoder.window_log_max(ZSTD_WINDOW).map_err(|_| Fault::Broken)?;
    read(decoder, limit, out)
}

fn snappy(body: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    let size = snap::raw::decompress_len(body).map_err(|_| Fault::Broken)?;
    if size > limit {
        return Err(Fault::TooLarge);
    }
    if size / SNAPPY_RATIO > body.len() {
        return Err(Fault::Broken);
    }
    out.resize(size, 0);
    let written = snap::raw::Decoder::new().decompress(body, out).map_err(|_| Fault::Broken)?;
    if written == size { Ok(()) } else { Err(Fault::Broken) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Encoding, Fault, expand};
    use flate2::Compression;
    use std::io::Write;

    fn packed(name: &str, plain: &[u8]) -> (Encoding, Vec<u8>) {
        match name {
            "gzip" => {
                let mut to = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
                to.write_all(plain).unwrap();
                (Encoding::Gzip, to.finish().unwrap())
            }
            "zlib" => {
                let mut to = flate2::write::ZlibEncoder::new(Vec::new(), Compression::default());
                to.write_all(plain).unwrap();
                (Encoding::Deflate, to.finish().unwrap())
            }
            "deflate" => {
                let mut to = flate2::write::DeflateEncoder::new(Vec::new(), Compression::default());
                to.write_all(plain).unwrap();
                (Encoding::Deflate, to.finish().unwrap())
            }
            "zstd" => (Encoding::Zstd, zstd::bulk::compress(plain, 3).unwrap()),
            "zstd of unknown size" => (Encoding::Zstd, zstd::encode_all(plain, 3).unwrap()),
            "snappy" => (Encoding::Snappy, snap::raw::Encoder::new().compress_vec(plain).unwrap()),
            "framed" => {
                let mut to = snap::write::FrameEncoder::new(Vec::new());
                to.write_all(plain).unwrap();
                (Encoding::Snappy, to.into_inner().unwrap())
            }
            _ => (Encoding::Identity, plain.to_vec()),
        }
    }

    const ALL: [&str; 8] = ["identity", "gzip", "zlib", "deflate", "zstd", "zstd of unknown size", "snappy", "framed"];

    #[test]
    fn there_and_back_within_the_limit() {
        let plain: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
        for name in ALL {
            let (encoding, body) = packed(name, &plain);
            let mut out = vec![1; 10];
            assert_eq!(expand(encoding, &body, plain.len(), &mut out), Ok(&plain[..]), "{name}");
            assert_eq!(expand(encoding, &body, plain.len() - 1, &mut out), Err(Fault::TooLarge), "{name}");
            assert!(out.capacity() <= 2 * plain.len(), "{name}: {}", out.capacity());
            if name != "identity" {
                let short = &body[..body.len() - 1];
                assert_eq!(expand(encoding, short, plain.len(), &mut out), Err(Fault::Broken), "{name} cut off");
                assert_eq!(expand(encoding, b"nonsense of no kind", 1_000, &mut out), Err(Fault::Broken), "{name}");
            }
        }
    }

    #[test]
    fn several_members_are_one_body() {
        for name in ["gzip", "zstd", "framed"] {
            let (encoding, mut body) = packed(name, b"one ");
            body.extend(packed(name, b"two").1);
            assert_eq!(expand(encoding, &body, 100, &mut Vec::new()), Ok(&b"one two"[..]), "{name}");
            assert_eq!(expand(encoding, &body, 6, &mut Vec::new()), Err(Fault::TooLarge), "{name}");
            if name != "framed" {
                body.push(7);
                assert_eq!(expand(encoding, &body, 100, &mut Vec::new()), Err(Fault::Broken), "{name} and something behind");
            }
        }
    }

    #[test]
    fn sizes_are_not_believed() {
        // Snappy that says 4 GiB, and 1 MiB, in a few bytes; a zstd window of 128 MiB.
        let mut out = Vec::new();
        assert_eq!(expand(Encoding::Snappy, &[0xff, 0xff, 0xff, 0xff, 0x0f, 0], 1 << 20, &mut out), Err(Fault::TooLarge));
        assert_eq!(expand(Encoding::Snappy, &[0x80, 0x80, 0x40, 0], 1 << 20, &mut out), Err(Fault::Broken));
        let window = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0, 0];
        assert_eq!(expand(Encoding::Zstd, &window, 1 << 20, &mut out), Err(Fault::Broken));
        assert_eq!(out.capacity(), 0);
    }

    #[test]
    fn the_header_says() {
        let cases = [
            ("", Some(Encoding::Identity)),
            ("identity", Some(Encoding::Identity)),
            (" GZIP ", Some(Encoding::Gzip)),
            ("x-gzip", Some(Encoding::Gzip)),
            ("deflate", Some(Encoding::Deflate)),
            ("zstd", Some(Encoding::Zstd)),
            ("snappy", Some(Encoding::Snappy)),
            ("x-snappy-framed", Some(Encoding::Snappy)),
            ("br", None),
            ("gzip, gzip", None),
        ];
        for (value, expected) in cases {
            assert_eq!(Encoding::from_header(value.as_bytes()), expected, "{value}");
        }
    }
}

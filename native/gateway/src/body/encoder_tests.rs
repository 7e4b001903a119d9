use super::*;
use std::io::Read;

fn decode(coding: Coding, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let done = match coding {
        Coding::Gzip => flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut out),
        Coding::Brotli => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut out),
        Coding::Zstd => zstd::stream::read::Decoder::new(bytes).and_then(|mut d| d.read_to_end(&mut out)),
    };
    done.unwrap_or_else(|e| panic!("{coding:?}: {e}"));
    out
}

/// What can be read of a stream that has not ended.
fn decode_so_far(coding: Coding, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chunk = [0; 1024];
    let mut reader: Box<dyn Read> = match coding {
        Coding::Gzip => Box::new(flate2::read::GzDecoder::new(bytes)),
        Coding::Brotli => Box::new(brotli::Decompressor::new(bytes, 4096)),
        Coding::Zstd => Box::new(zstd::stream::read::Decoder::new(bytes).unwrap_or_else(|e| panic!("{e}"))),
    };
    while let Ok(n) = reader.read(&mut chunk) {
        if n == 0 {
            break;
        }
        out.extend_from_slice(&chunk[..n]);
    }
    out
}

fn text(length: usize) -> Vec<u8> {
    let mut state = 7u32;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b"the quick brown fox "[(state >> 24) as usize % 20]
        })
        .collect()
}

const ALL: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

#[test]
fn pieces_come_back_whole() {
    for coding in ALL {
        for (length, piece) in [(0, 1), (1, 1), (10_000, 1), (10_000, 7), (1_000_000, 16_384)] {
            let body = text(length);
            let mut encoder = Encoder::new(coding).unwrap_or_else(|e| panic!("{e}"));
            let mut out = Vec::new();
            for chunk in body.chunks(piece) {
                encoder.push(chunk, &mut out).unwrap_or_else(|e| panic!("{e}"));
            }
            encoder.finish(&mut out).unwrap_or_else(|e| panic!("{e}"));
            assert!(decode(coding, &out) == body, "{coding:?} {length} in {piece}");
            assert!(length < 10_000 || out.len() < length * 2 / 3, "{coding:?}: {} of {length}", out.len());
        }
    }
}

#[test]
fn a_flush_lets_the_client_read() {
    for coding in ALL {
        let mut encoder = Encoder::new(coding).unwrap_or_else(|e| panic!("{e}"));
        let mut out = Vec::new();
        let mut sent = Vec::new();
        for number in 0..5 {
            let event = format!("data: {number}\n\n");
            encoder.push(event.as_bytes(), &mut out).unwrap_or_else(|e| panic!("{e}"));
            encoder.flush(&mut out).unwrap_or_else(|e| panic!("{e}"));
            sent.extend_from_slice(event.as_bytes());
            assert_eq!(decode_so_far(coding, &out), sent, "{coding:?}");
        }
        encoder.finish(&mut out).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(decode(coding, &out), sent);
    }
}

#[test]
fn nothing_piles_up_inside() {
    // A stream of any length: what is held back stays small.
    for coding in ALL {
        let mut encoder = Encoder::new(coding).unwrap_or_else(|e| panic!("{e}"));
        let piece = text(16_384);
        let (mut pushed, mut came) = (0usize, 0usize);
        for _ in 0..128 {
            let mut out = Vec::new();
            encoder.push(&piece, &mut out).unwrap_or_else(|e| panic!("{e}"));
            pushed += piece.len();
            came += out.len();
        }
        let mut rest = Vec::new();
        encoder.finish(&mut rest).unwrap_or_else(|e| panic!("{e}"));
        assert!(rest.len() < 262_144 && came + rest.len() < pushed, "{coding:?}: {} left", rest.len());
    }
}

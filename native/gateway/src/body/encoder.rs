//! Streaming compression with little memory: small windows, moderate levels.

use super::compress::Coding;
use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};
use zstd::zstd_safe::CParameter;

/// Level of gzip, 1 to 9.
const GZIP_LEVEL: u32 = 5;
/// Quality of brotli, 0 to 11.
const BROTLI_QUALITY: i32 = 4;
/// Window of brotli as a power of two, in bytes.
const BROTLI_WINDOW: i32 = 16;
/// Level of Zstandard, 1 to 22.
const ZSTD_LEVEL: i32 = 3;
/// Window of Zstandard as a power of two, in bytes.
const ZSTD_WINDOW: u32 = 18;
/// Hash and chain tables of Zstandard as a power of two, in entries.
const ZSTD_TABLES: u32 = 16;
/// Bytes that brotli gathers before it works on them.
const BROTLI_BUFFER: usize = 4096;

/// Compresses one body, piece by piece.
pub struct Encoder(Inner);

enum Inner {
    Gzip(GzEncoder<Vec<u8>>),
    Brotli(Option<Box<CompressorWriter<Vec<u8>>>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

impl Encoder {
    /// An encoder for one body; fails only without memory.
    pub fn new(coding: Coding) -> io::Result<Self> {
        Ok(Self(match coding {
            Coding::Gzip => Inner::Gzip(GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL))),
            Coding::Brotli => {
                let params = BrotliEncoderParams { quality: BROTLI_QUALITY, lgwin: BROTLI_WINDOW, ..BrotliEncoderParams::default() };
                Inner::Brotli(Some(Box::new(CompressorWriter::with_params(Vec::new(), BROTLI_BUFFER, &params))))
            }
            Coding::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
                encoder.set_parameter(CParameter::WindowLog(ZSTD_WINDOW))?;
                encoder.set_parameter(CParameter::HashLog(ZSTD_TABLES))?;
                encoder.set_parameter(CParameter::ChainLog(ZSTD_TABLES))?;
                Inner::Zstd(encoder)
            }
        }))
    }

    /// Takes a piece of the body; what is ready is appended to `out`, perhaps nothing.
    pub fn push(&mut self, data: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        match &mut self.0 {
            Inner::Gzip(encoder) => encoder.write_all(data)?,
            Inner::Brotli(encoder) => encoder.as_mut().ok_or_else(ended)?.write_all(data)?,
            Inner::Zstd(encoder) => encoder.write_all(data)?,
        }
        self.take(out);
        Ok(())
    }

    /// Appends all that was pushed, so that the client can read it now.
    pub fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        match &mut self.0 {
            Inner::Gzip(encoder) => encoder.flush()?,
            Inner::Brotli(encoder) => encoder.as_mut().ok_or_else(ended)?.flush()?,
            Inner::Zstd(encoder) => encoder.flush()?,
        }
        self.take(out);
        Ok(())
    }

    /// Appends the rest and the end; nothing may be pushed after it.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        match &mut self.0 {
            Inner::Gzip(encoder) => encoder.try_finish()?,
            Inner::Brotli(encoder) => {
                let rest = encoder.take().ok_or_else(ended)?.into_inner();
                out.extend_from_slice(&rest);
            }
            Inner::Zstd(encoder) => encoder.do_finish()?,
        }
        self.take(out);
        Ok(())
    }

    fn take(&mut self, out: &mut Vec<u8>) {
        match &mut self.0 {
            Inner::Gzip(encoder) => out.append(encoder.get_mut()),
            Inner::Brotli(Some(encoder)) => out.append(encoder.get_mut()),
            Inner::Brotli(None) => {}
            Inner::Zstd(encoder) => out.append(encoder.get_mut()),
        }
    }
}

fn ended() -> io::Error {
    io::Error::other("the body has ended")
}

#[cfg(test)]
#[path = "encoder_tests.rs"]
mod tests;

//! One end of an exchange, whatever it speaks: content in, content out.

pub mod fields;
pub mod h1;
pub mod h2;

pub use h1::{H1, Sink};
pub use h2::H2;

use hcc_http::{Decoded, Reject};
use std::io;
use std::task::{Context, Poll};

/// One end of an exchange. Input is the message that this end sends, output the one that it gets.
pub trait Side {
    /// Reads more input; 0 when this end has sent its last byte.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>>;
    /// What stands first in the input; the caller consumes what the answer counts before it asks again.
    fn decode(&mut self) -> Result<Decoded, Reject>;
    /// Input that was read and not consumed.
    fn input(&self) -> &[u8];
    /// Drops the first bytes of the input.
    fn consume(&mut self, n: usize);
    /// Whether the whole input was seen.
    fn is_input_done(&self) -> bool;
    /// This end sent its last byte: the trailer lines when that is the end of its message, `None` when it is cut short.
    fn closed(&mut self) -> Option<Vec<u8>>;
    /// Bytes of output that are not written yet.
    fn queued(&self) -> usize;
    /// Queues output.
    fn put(&mut self, data: &[u8]);
    /// Queues the end of the output, with trailer lines.
    fn end(&mut self, trailers: &[u8]);
    /// Writes what is queued.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// Writes queued output and then as much of `data` as goes without waiting; how much of `data` went.
    ///
    /// An end that copies into its queue anyway takes nothing.
    fn write_through(&mut self, _cx: &mut Context<'_>, _data: &[u8]) -> io::Result<usize> {
        Ok(0)
    }
}

/// Implements [`Side`] by passing every call on to a field that is one.
#[macro_export]
macro_rules! delegate_side {
    ($field:ident) => {
        fn poll_fill(&mut self, cx: &mut ::std::task::Context<'_>) -> ::std::task::Poll<::std::io::Result<usize>> {
            self.$field.poll_fill(cx)
        }

        fn decode(&mut self) -> Result<::hcc_http::Decoded, ::hcc_http::Reject> {
            self.$field.decode()
        }

        fn input(&self) -> &[u8] {
            self.$field.input()
        }

        fn consume(&mut self, n: usize) {
            self.$field.consume(n);
        }

        fn is_input_done(&self) -> bool {
            self.$field.is_input_done()
        }

        fn closed(&mut self) -> Option<Vec<u8>> {
            self.$field.closed()
        }

        fn queued(&self) -> usize {
            self.$field.queued()
        }

        fn put(&mut self, data: &[u8]) {
            self.$field.put(data);
        }

        fn end(&mut self, trailers: &[u8]) {
            self.$field.end(trailers);
        }

        fn poll_flush(&mut self, cx: &mut ::std::task::Context<'_>) -> ::std::task::Poll<::std::io::Result<()>> {
            self.$field.poll_flush(cx)
        }

        fn write_through(&mut self, cx: &mut ::std::task::Context<'_>, data: &[u8]) -> ::std::io::Result<usize> {
            self.$field.write_through(cx, data)
        }
    };
}

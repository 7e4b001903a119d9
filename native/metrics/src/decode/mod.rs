//! One decoder a protocol: bytes in, rows to a [`Sink`](crate::Sink), a [`Report`](crate::Report) back.

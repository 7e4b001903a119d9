//! A body decodes to the same content however its bytes arrive.

use hcc_http::{Body, Decoded, Framing};

#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    content: Vec<u8>,
    trailers: Vec<u8>,
    used: usize,
    ended: bool,
}

/// The first byte says how the body is framed and how it is cut, the others are the body.
pub fn check(data: &[u8]) {
    let Some((first, wire)) = data.split_first() else { return };
    let framing = if *first < 0xf0 { Framing::Chunked } else { Framing::Length(u64::from(first & 15) + 1) };
    let whole = decode(framing, wire, wire.len());
    for step in [1, 2, 3, usize::from(*first) + 4] {
        assert_eq!(whole, decode(framing, wire, step), "in pieces of {step}");
    }
    if let Ok(outcome) = whole {
        consistent(framing, wire, &outcome);
    }
}

/// `Err` when refused; content before a fault is not compared, as the fault may be seen before the content.
fn decode(framing: Framing, wire: &[u8], step: usize) -> Result<Outcome, ()> {
    let (mut body, mut outcome, mut seen) = (Body::new(framing), Outcome::default(), 0);
    loop {
        let at = outcome.used;
        match body.decode(&wire[at..seen]).map_err(|_| ())? {
            Decoded::Data { skip, len } => {
                assert!(skip + len > 0, "no progress");
                outcome.content.extend_from_slice(&wire[at + skip..at + skip + len]);
                outcome.used = at + skip + len;
            }
            Decoded::End { skip, trailers, after } => {
                outcome.trailers.extend_from_slice(&wire[at + skip..at + skip + trailers]);
                outcome.used = at + skip + trailers + after;
                outcome.ended = true;
                assert!(body.is_done());
                return Ok(outcome);
            }
            Decoded::More if seen == wire.len() => {
                assert!(!body.is_done());
                // How much framing is consumed early differs; what counts is the content.
                outcome.used = 0;
                return Ok(outcome);
            }
            Decoded::More => seen = (seen + step).min(wire.len()),
        }
    }
}

fn consistent(framing: Framing, wire: &[u8], outcome: &Outcome) {
    if let Framing::Length(n) = framing {
        assert_eq!(outcome.content, wire[..wire.len().min(usize::try_from(n).unwrap_or(usize::MAX))]);
        return;
    }
    for line in outcome.trailers.split_inclusive(|b| *b == b'\n') {
        assert!(line.ends_with(b"\r\n") && line.contains(&b':') && !line[..line.len() - 2].contains(&b'\r'), "{line:?}");
    }
    if outcome.ended {
        assert!(wire[..outcome.used].ends_with(b"\r\n"));
        // What is sent on is one chunk and the trailers; it has to mean the same.
        let mut sent = Vec::new();
        if !outcome.content.is_empty() {
            sent.extend(format!("{:x}\r\n", outcome.content.len()).bytes());
            sent.extend(&outcome.content);
            sent.extend(b"\r\n");
        }
        sent.extend(b"0\r\n");
        sent.extend(&outcome.trailers);
        sent.extend(b"\r\n");
        let again = decode(Framing::Chunked, &sent, sent.len()).unwrap_or_else(|()| panic!("refused what was sent on"));
        assert_eq!((&again.content, &again.trailers, again.used, again.ended), (&outcome.content, &outcome.trailers, sent.len(), true));
    }
}

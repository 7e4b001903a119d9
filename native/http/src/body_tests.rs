use super::*;
use proptest::prelude::*;

fn run(framing: Framing, input: &[u8], step: usize) -> Result<(Vec<u8>, usize, bool), u16> {
    let (mut body, mut out, mut at, mut seen) = (Body::new(framing), Vec::new(), 0, 0);
    loop {
        match body.decode(&input[at..seen]).map_err(|r| r.status)? {
            Decoded::Data { skip, len } => {
                out.extend_from_slice(&input[at + skip..at + skip + len]);
                at += skip + len;
            }
            Decoded::End { skip, trailers, after } => return Ok((out, at + skip + trailers + after, true)),
            Decoded::More if seen == input.len() => return Ok((out, at, false)),
            Decoded::More => seen = (seen + step).min(input.len()),
        }
    }
}

#[test]
fn chunks() {
    let input = b"5\r\nhello\r\n6;a=b;c\r\n world\r\n0\r\nX-Sum: 1\r\n\r\nNEXT";
    for step in 1..input.len() {
        assert_eq!(run(Framing::Chunked, input, step), Ok((b"hello world".to_vec(), input.len() - 4, true)), "{step}");
    }
}

#[test]
fn refused() {
    for input in [
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhelloX\r\n",
        "0x5\r\nhello\r\n",
        "+5\r\nhello\r\n",
        " 5\r\nhello\r\n",
        "5 \r\nhello\r\n",
        "\r\nhello",
        "g\r\n",
        "-1\r\n",
        "5;a=\"b\r\n\"\r\nhello\r\n",
        "5;\r\nhello",
        "5;a b\r\nhello",
        "ffffffffffffffff\r\n",
        "0\r\nA: b\n\r\n",
        "0\r\nno colon\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n",
        "0\r\nHost: x\r\n\r\n",
        "0\r\nX_Auth_Subject: x\r\n\r\n",
        "0\r\nContent_Length: 5\r\n\r\n",
        "0\r\nX-Forwarded-Port: 1\r\n\r\n",
        "0\r\nCookie: a=b\r\n\r\n",
        "0\r\nContent-Type: text/html\r\n\r\n",
        "0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "0\r\n A: b\r\n\r\n",
        "0\n\n",
        "5\r\nhello0\r\n\r\n",
        "5;a\x00\r\nhello",
        "5\rX\nhello",
    ] {
        assert_eq!(run(Framing::Chunked, input.as_bytes(), 100), Err(400), "{input:?}");
    }
}

#[test]
fn the_largest_trailers_may_be_cut_anywhere() {
    let mut input = b"0\r\nA: ".to_vec();
    input.resize(3 + MAX_TRAILERS - 2, b'b');
    input.extend(b"\r\n\r\n");
    for step in [1, 7, MAX_TRAILERS + 4, input.len()] {
        assert_eq!(run(Framing::Chunked, &input, step), Ok((Vec::new(), input.len(), true)), "{step}");
    }
}

proptest! {
    #[test]
    fn any_split_gives_the_same(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..30), 0..6), step in 1usize..20) {
        let mut wire = Vec::new();
        for c in &chunks {
            wire.extend(format!("{:x}\r\n", c.len()).bytes());
            wire.extend(c);
            wire.extend(b"\r\n");
        }
        wire.extend(b"0\r\n\r\n");
        let used = wire.len();
        prop_assert_eq!(run(Framing::Chunked, &wire, step), Ok((chunks.concat(), used, true)));
        let whole = chunks.concat();
        if !whole.is_empty() {
            prop_assert_eq!(run(Framing::Length(whole.len() as u64), &whole, step), Ok((whole.clone(), whole.len(), true)));
        }
    }

    #[test]
    fn never_panics(input in prop::collection::vec(any::<u8>(), 0..100), step in 1usize..9) {
        let _ = run(Framing::Chunked, &input, step);
    }
}

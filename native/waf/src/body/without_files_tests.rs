use super::super::{Scratch, multipart};
use super::*;
use proptest::prelude::*;

const TYPE: &str = "multipart/form-data; boundary=b0";

/// What is left without the files, when the body comes in pieces of this size; all pieces together must be the body.
fn left(content_type: &str, body: &[u8], size: usize) -> (Vec<u8>, bool) {
    let mut scanner = WithoutFiles::new(content_type.as_bytes()).unwrap_or_else(|| panic!("{content_type}"));
    let (mut all, mut form, mut ended) = (Vec::new(), Vec::new(), false);
    let mut give = |kind, bytes: &[u8]| {
        all.extend_from_slice(bytes);
        if kind != Piece::File {
            form.extend_from_slice(bytes);
        }
        ended |= kind == Piece::End;
    };
    for piece in body.chunks(size) {
        scanner.push(piece, &mut give);
    }
    scanner.finish(&mut give);
    assert_eq!(all, body, "nothing is lost");
    (form, ended)
}

fn part(disposition: &str, data: &str) -> String {
    format!("--b0\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{data}\r\n")
}

#[test]
fn files_go_and_the_form_stays() {
    let file = |data: &str| part("name=\"f\"; filename=\"a.bin\"", data);
    let field = part("name=\"q\"", "1 UNION SELECT");
    let end = "--b0--\r\n";
    for (body, expected, ended) in [
        (field.clone() + end, field.clone() + end, true),
        (file("BIN") + end, file("") + end, true),
        (file("BIN") + &field + end, file("") + &field + end, true),
        (file("a\r\n--b\r\n--b1\n--\r\r\n") + &field + end, file("") + &field + end, true),
        (field.clone() + &file("x") + &file("y") + &field + "--b0--", field.clone() + &file("") + &file("") + &field + "--b0--", true),
        // No name of a file is no file, as for the processor.
        (part("name=\"f\"; filename=\"\"", "x") + end, part("name=\"f\"; filename=\"\"", "x") + end, true),
        // What cannot be read is the form's.
        ("--b0\r\nfilename=x\r\n\r\nx\r\n".to_owned() + end, "--b0\r\nfilename=x\r\n\r\nx\r\n".to_owned() + end, true),
        (file("x") + "--b0x\r\n" + &file("y"), file("") + "--b0x\r\n" + &file("y"), false),
        (file("x\r\n-- b0") + &file("y"), file("\r\n-- b0") + &file("y"), false),
        (file("x").replace("\r\n", "\n") + end, file("").replace("\r\n", "\n") + end, true),
        (field.clone() + end + "behind", field.clone() + end + "behind", true),
        ("before\r\n".to_owned() + &file("x") + end, "before\r\n".to_owned() + &file("") + end, true),
        (file("x"), file("x")[..file("x").len() - 3].to_owned(), false),
        ("--b0\r\nContent-Disp".to_owned(), "--b0\r\nContent-Disp".to_owned(), false),
        // A boundary right behind a header is read in two ways: all of it stays.
        (part("name=\"q\"", &file("x")) + end, part("name=\"q\"", &file("x")) + end, false),
        (String::new(), String::new(), false),
    ] {
        for size in [1, 2, 3, 7, 64, 1 << 20] {
            let (found, was_ended) = left(TYPE, body.as_bytes(), size);
            assert_eq!((String::from_utf8_lossy(&found).into_owned(), was_ended), (expected.clone(), ended), "{body} by {size}");
        }
    }
    let quoted = "multipart/form-data; boundary=\"b0\"";
    let body = file("x\r\n--\"b0\"\r\ny");
    assert_eq!(left(quoted, body.as_bytes(), 5).0, file("\r\n--\"b0\"\r\ny").into_bytes());
    for none in ["text/plain", "multipart/form-data", "multipart/form-data; boundary=a; boundary=b"] {
        assert!(WithoutFiles::new(none.as_bytes()).is_none(), "{none}");
    }
}

#[test]
fn little_is_kept_of_what_is_not_known_yet() {
    let mut scanner = WithoutFiles::new(TYPE.as_bytes()).unwrap_or_else(|| panic!());
    scanner.push(part("name=\"f\"; filename=\"a\"", "").as_bytes(), &mut |_, _| {});
    for piece in [&b"x"[..], b"\r\n--b", b"\n--\n--", b"-- ", b"\r"] {
        for _ in 0..20_000 {
            scanner.push(piece, &mut |_, _| {});
            assert!(scanner.pending.len() < 512, "{}", scanner.pending.len());
        }
    }
    let mut scanner = WithoutFiles::new(TYPE.as_bytes()).unwrap_or_else(|| panic!());
    scanner.push(b"--b0\r\n", &mut |_, _| {});
    for _ in 0..200_000 {
        scanner.push(b"a: b\n", &mut |_, _| {});
        assert!(scanner.pending.len() <= MOST_HEADER + 8);
    }
}

/// What the processor hands over, but for what files hold.
fn seen(body: &[u8]) -> (Vec<String>, multipart::Form) {
    let mut out = Vec::new();
    let mut sink = |field: Field, name: Text<'_>, value: Text<'_>| {
        if !matches!(field, Field::FileContent | Field::FileSize) {
            out.push(format!("{field:?} {}={}", name.escape_ascii(), value.escape_ascii()));
        }
    };
    let mut form = multipart::parse(TYPE.as_bytes(), body, &Limits::default(), &mut Scratch::default(), &mut sink);
    form.files_size = 0;
    (out, form)
}

proptest! {
    #[test]
    fn the_processor_sees_the_same_without_them(
        words in proptest::collection::vec(prop_oneof![
            8 => Just("--b0\r\n"), 4 => Just("\r\n--b0\r\n"), 2 => Just("\r\n--b0--\r\n"),
            8 => Just("Content-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n"),
            4 => Just("Content-Disposition: form-data; name=\"q\"\r\n\r\n"),
            1 => Just("\r\n"), 1 => Just("\n"), 1 => Just("--"), 1 => Just(" "), 1 => Just("b0"), 2 => Just("xyz"), 1 => Just("\r"),
        ], 0..24),
        size in 1usize..40,
    ) {
        let body = words.concat();
        let (form, _) = left(TYPE, body.as_bytes(), size);
        let ((whole, of_whole), (rest, of_rest)) = (seen(body.as_bytes()), seen(&form));
        // What a file held may look like a boundary gone wrong; then the whole body says more. An argument is never lost.
        prop_assert_eq!(whole, rest);
        prop_assert_eq!(of_whole.error.is_some(), of_rest.error.is_some());
    }
}

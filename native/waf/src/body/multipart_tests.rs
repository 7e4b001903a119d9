use super::*;
use proptest::prelude::*;

const TYPE: &str = "multipart/form-data; boundary=0000";

/// What a body gave: `KIND name=value` a variable.
fn run(content_type: &str, body: &[u8], limits: &Limits) -> (Vec<String>, Form) {
    let mut out = Vec::new();
    let mut sink = |field: Field, name: Text<'_>, value: Text<'_>| {
        assert!(value.range().is_none_or(|r| body[r] == *value) && name.range().is_none_or(|r| body[r] == *name));
        let kind = match field {
            Field::Argument => "arg",
            Field::File => "file",
            Field::FileSize => "size",
            Field::FileContent => "content",
            Field::PartHeader => "header",
            Field::PartName => "name",
            Field::PartFilename => "filename",
            Field::Cookie => "cookie",
        };
        out.push(format!("{kind} {}={}", String::from_utf8_lossy(&name), String::from_utf8_lossy(&value)));
    };
    let form = parse(content_type.as_bytes(), body, limits, &mut Scratch::default(), &mut sink);
    assert_eq!(form.error.is_some(), form.flags.error);
    (out, form)
}

fn part(disposition: &str, data: &str) -> String {
    format!("--0000\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{data}\r\n")
}

/// The flags that are set, in words.
fn set(flags: &Flags) -> String {
    let all = [
        (flags.data_before, "before"),
        (flags.data_after, "after"),
        (flags.boundary_quoted, "quoted"),
        (flags.boundary_whitespace, "whitespace"),
        (flags.missing_semicolon, "semicolon"),
        (flags.header_folding, "folding"),
        (flags.invalid_header_folding, "badfolding"),
        (flags.lf_line, "lf"),
        (flags.crlf_lf_lines(), "mixed"),
        (flags.invalid_quoting, "quoting"),
        (flags.invalid_part, "part"),
        (flags.file_limit_exceeded, "files"),
    ];
    let words: Vec<_> = all.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect();
    assert_eq!(flags.strict_error(), flags.error || !words.is_empty());
    words.join(" ")
}

#[test]
fn an_ordinary_form() {
    let body = part("name=\"who\"", "Ada\r\nand Bob")
        + &part("name=\"empty\"", "")
        + "--0000\r\ncontent-disposition: form-data; name=\"pic\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\nBIN\0\n--00\n\r\n--0000--\r\n";
    let (out, form) = run(TYPE, body.as_bytes(), &Limits::default());
    assert_eq!(
        out,
        [
            "name who=who",
            "header who=Content-Disposition: form-data; name=\"who\"",
            "arg who=Ada\r\nand Bob",
            "name empty=empty",
            "header empty=Content-Disposition: form-data; name=\"empty\"",
            "arg empty=",
            "name pic=pic",
            "filename a.jpg=a.jpg",
            "header pic=content-disposition: form-data; name=\"pic\"; filename=\"a.jpg\"",
            "header pic=Content-Type: image/jpeg",
            "file pic=a.jpg",
            "size pic=10",
            "content pic=BIN\0\n--00\n",
        ]
    );
    assert_eq!((form.arguments, form.files, form.files_size, form.error), (2, 1, 10, None));
    assert_eq!((set(&form.flags).as_str(), form.flags.unmatched_boundary()), ("", 2));
    assert_eq!(form.without_files, body.len() - "--0000\r\n".len() * 3 - "--0000--\r\n".len() - 2 * 3 - 10);
}

/// Bodies: what they give but for names and headers, the flags, the number of the unmatched boundary, the fault.
#[test]
fn bodies() {
    let a = part("name=\"a\"", "1");
    let table: &[(String, &[&str], &str, u8, Option<Fault>)] = &[
        (String::new(), &[], "", 0, None),
        (format!("{a}--0000--\r\n"), &["arg a=1"], "", 2, None),
        (format!("{a}--0000--"), &["arg a=1"], "", 0, None),
        ("--0000--\r\n".to_owned(), &[], "", 0, None),
        ("--0000--".to_owned(), &[], "", 0, Some(Fault::NoFinalBoundary)),
        (format!("{a}{a}--0000--\r\n"), &["arg a=1", "arg a=1"], "", 2, None),
        // About the boundaries.
        (format!("x\r\n{a}--0000--\r\n"), &["arg a=1"], "before", 2, None),
        (format!("\r\n{a}--0000--\r\n"), &["arg a=1"], "before", 2, None),
        (format!("{a}--0000--\r\n\r\n"), &["arg a=1"], "after", 2, None),
        (format!("{a}--0000--\r\n{a}--0000--\r\n"), &["arg a=1"], "after", 2, None),
        (a.clone(), &["arg a=1\r\n"], "", 0, Some(Fault::NoFinalBoundary)),
        (format!("{a}--0000\r\n"), &["arg a=1"], "", 2, Some(Fault::NoFinalBoundary)),
        (format!("{a}--0000"), &["arg a=1\r\n--0000"], "", 0, Some(Fault::BoundaryLine)),
        (format!("{a}--00"), &["arg a=1\r\n--00"], "", 0, Some(Fault::NoFinalBoundary)),
        (format!("{a}--0001--\r\n"), &["arg a=1\r\n--0001--\r\n"], "", 1, Some(Fault::NoFinalBoundary)),
        ("--1111\r\nx\r\n--1111--\r\n".to_owned(), &[], "", 1, Some(Fault::NoBoundaries)),
        ("plain".to_owned(), &[], "", 0, Some(Fault::NoBoundaries)),
        ("x--0000\r\n".to_owned(), &[], "", 1, Some(Fault::NoBoundaries)),
        (format!("{a}x --0000--\r\n"), &["arg a=1\r\nx --0000--\r\n"], "", 1, Some(Fault::NoFinalBoundary)),
        (part("name=a", "--x\r\n-- \r\ny") + "--0000--\r\n", &["arg a=--x\r\n-- \r\ny"], "", 2, None),
        (
            part("name=a", "1\r\n--00001\r\nx") + "--0000--\r\n",
            &["arg a=1\r\n--00001\r\nx\r\n--0000--\r\n"],
            "",
            2,
            Some(Fault::BoundaryLine),
        ),
        (
            part("name=a", "1\r\n--0000 \r\nx") + "--0000--\r\n",
            &["arg a=1\r\n--0000 \r\nx\r\n--0000--\r\n"],
            "",
            2,
            Some(Fault::BoundaryLine),
        ),
        (
            part("name=a", "1\r\n--0000-\r\nx") + "--0000--\r\n",
            &["arg a=1\r\n--0000-\r\nx\r\n--0000--\r\n"],
            "",
            2,
            Some(Fault::BoundaryLine),
        ),
        (
            part("name=a", "1\r\n-- 0000\r\nx") + "--0000--\r\n",
            &["arg a=1\r\n-- 0000\r\nx\r\n--0000--\r\n"],
            "",
            0,
            Some(Fault::BoundaryDisguised),
        ),
        (part("name=a", "1\r\n--0000--x\r\nx"), &["arg a=1\r\n--0000--x\r\nx\r\n"], "", 2, Some(Fault::BoundaryLine)),
        (format!("{a}--0000--\r"), &["arg a=1\r\n--0000--\r"], "", 0, Some(Fault::BoundaryLine)),
        // A boundary where data should begin.
        (
            "--0000\r\nContent-Disposition: form-data; name=a\r\n\r\n--0000--\r\n--0000--\r\n".to_owned(),
            &["arg a=--0000--"],
            "part",
            2,
            None,
        ),
        (
            "--0000\r\nContent-Disposition: form-data; name=a\r\n\r\n--0000--\r\n".to_owned(),
            &["arg a=--0000--\r\n"],
            "part",
            1,
            Some(Fault::NoFinalBoundary),
        ),
        ("--0000\r\nContent-Disposition: form-data; name=a\r\n--0000\r\n".to_owned(), &[], "part", 0, Some(Fault::PartHeaderColon)),
        ("--0000\r\n--0000--\r\n".to_owned(), &[], "part", 0, Some(Fault::PartHeaderColon)),
        // Line endings.
        (a.replace("\r\n", "\n") + "--0000--\n", &["arg a=1"], "lf", 2, None),
        (a.replace("\r\n\r\n", "\n\r\n") + "--0000--\r\n", &["arg a=1"], "lf mixed", 2, None),
        (a.replace("1\r\n", "1\n") + "--0000--\r\n", &["arg a=1"], "lf mixed", 2, None),
        (a.replace("1\r\n", "1\r\r\n") + "--0000--\r\n", &["arg a=1\r"], "", 2, None),
        (format!("{a}--0000--\n"), &["arg a=1"], "lf mixed", 2, None),
        (a.replace("\r\n", "\r") + "--0000--\r", &[], "", 0, Some(Fault::BoundaryLine)),
    ];
    for (body, expected, flags, unmatched, fault) in table {
        let (out, form) = run(TYPE, body.as_bytes(), &Limits::default());
        let out: Vec<_> = out.iter().filter(|v| !v.starts_with("name ") && !v.starts_with("header ")).collect();
        assert_eq!(out, expected.iter().collect::<Vec<_>>(), "{body:?}");
        let found = (set(&form.flags), form.flags.unmatched_boundary(), form.error.map(|e| e.fault));
        assert_eq!(found, ((*flags).to_owned(), *unmatched, *fault), "{body:?}");
    }
}

/// Headers of a part that would hold `1`.
#[test]
fn headers() {
    let long = format!("Content-Disposition: form-data; name=a\r\nX: {}\r\n", "x".repeat(4_100));
    let folded = format!("Content-Disposition: form-data; name=a\r\nX: y\r\n{}", " abc\r\n".repeat(1_000));
    let many: Vec<_> = (0..40).map(|n| format!("X{n}: y\r\n")).collect();
    let many = "Content-Disposition: form-data; name=a\r\n".to_owned() + &many.concat();
    let table: &[(&str, &[&str], &str, Option<Fault>)] = &[
        (
            "Content-Disposition: form-data; name=a\r\nX-Y:z\r\n",
            &["header a=Content-Disposition: form-data; name=a", "header a=X-Y:z", "arg a=1"],
            "",
            None,
        ),
        (
            "Content-Disposition: form-data;\r\n name=\"a\"\r\n",
            &["header a=Content-Disposition: form-data; name=\"a\"", "arg a=1"],
            "folding",
            None,
        ),
        (
            "Content-Disposition: form-data;\r\n\t \tname=\"a\"\r\n",
            &["header a=Content-Disposition: form-data; name=\"a\"", "arg a=1"],
            "folding",
            None,
        ),
        (
            "Content-Disposition: form-data;\r\n\x0cname=\"a\"\r\n",
            &["header a=Content-Disposition: form-data; name=\"a\"", "arg a=1"],
            "folding badfolding",
            None,
        ),
        (
            "Content-Disposition: form-data; name=a\r\n \r\n",
            &["header a=Content-Disposition: form-data; name=a ", "arg a=1"],
            "folding badfolding",
            None,
        ),
        (
            "Content-Disposition: form-data; name=\"a\r\n b\"\r\n",
            &["header a b=Content-Disposition: form-data; name=\"a b\"", "arg a b=1"],
            "folding",
            None,
        ),
        (
            "Content-Disposition:\tform-data; name=\"x\\\"y\"\r\n",
            &["header x\"y=Content-Disposition:\tform-data; name=\"x\\\"y\"", "arg x\"y=1"],
            "",
            None,
        ),
        (
            "Content-Disposition: form-data; name='a'\r\n",
            &["header a=Content-Disposition: form-data; name='a'", "arg a=1"],
            "quoting",
            None,
        ),
        (
            "Content-Disposition: form-data; name=a; filename=\"\"\r\n",
            &["filename =", "header a=Content-Disposition: form-data; name=a; filename=\"\"", "arg a=1"],
            "",
            None,
        ),
        (
            "Content-Disposition: form-data; name=a; filename=\"x.jpg\"; filename*=utf-8''x%2ephp\r\n",
            &[
                "filename x.jpg=x.jpg",
                "file a=x.php",
                "header a=Content-Disposition: form-data; name=a; filename=\"x.jpg\"; filename*=utf-8''x%2ephp",
                "file a=x.jpg",
                "size a=1",
                "content a=1",
            ],
            "",
            None,
        ),
        ("", &[], "", Some(Fault::DispositionMissing)),
        ("X: y\r\n", &[], "", Some(Fault::DispositionMissing)),
        ("Content-Disposition: form-data\r\n", &[], "", Some(Fault::DispositionName)),
        ("Content-Disposition: form-data;\r\n", &[], "", Some(Fault::DispositionName)),
        ("Content-Disposition: form-data; name=\"\"\r\n", &[], "", Some(Fault::DispositionName)),
        ("Content-Disposition: form-data; filename=\"x\"\r\n", &[], "", Some(Fault::DispositionName)),
        ("Content-Disposition: attachment; name=a\r\n", &[], "", Some(Fault::Disposition)),
        ("Content-Disposition form-data; name=a\r\n", &[], "", Some(Fault::PartHeaderColon)),
        (":\r\n", &[], "", Some(Fault::PartHeaderName)),
        ("\u{e}Content-Disposition\u{e}: form-data; name=a\r\n", &[], "", Some(Fault::PartHeaderName)),
        ("Content-Disposition : form-data; name=a\r\n", &[], "", Some(Fault::PartHeaderName)),
        ("Content\u{e9}: x\r\n", &[], "", Some(Fault::PartHeaderName)),
        (" Content-Disposition: form-data; name=a\r\n", &[], "folding", Some(Fault::PartHeaderFold)),
        ("Content-Disposition: form-data; name=a\r\ncontent-disposition: form-data; name=b\r\n", &[], "", Some(Fault::PartHeaderTwice)),
        ("Content-Disposition: form-data; name=\"a\0\"\r\n", &[], "", Some(Fault::PartHeaderByte)),
        ("Content-Disposition: form-data; name=\"a\rX: y\"\r\n", &[], "", Some(Fault::PartHeaderByte)),
        (&long, &[], "", Some(Fault::PartHeaderLong)),
        (&folded, &[], "folding", Some(Fault::PartHeaderLong)),
        (&many, &[], "", Some(Fault::PartHeaders)),
    ];
    for (header, expected, flags, fault) in table {
        let body = format!("--0000\r\n{header}\r\n1\r\n--0000--\r\n");
        let (out, form) = run(TYPE, body.as_bytes(), &Limits::default());
        let out: Vec<_> = out.iter().filter(|v| !v.starts_with("name ")).collect();
        let shown = &header[..header.len().min(90)];
        assert_eq!(out, expected.iter().collect::<Vec<_>>(), "{shown:?}");
        assert_eq!((set(&form.flags), form.error.map(|e| e.fault)), ((*flags).to_owned(), *fault), "{shown:?}");
    }
}

#[test]
fn boundaries_with_quotes_and_spaces() {
    let body = part("name=a", "1") + "--0000--\r\n";
    for (content_type, flags, fault) in [
        ("multipart/form-data; boundary=\"0000\"", "quoted", None),
        ("multipart/form-data; boundary =0000", "whitespace", None),
        ("multipart/form-data boundary=0000", "semicolon", None),
        ("multipart/form-data; boundary=0000; charset=utf-8", "", None),
        ("multipart/form-data; boundary= 0000", "whitespace", Some(Fault::NoBoundaries)),
        ("multipart/form-data; boundary=000", "", Some(Fault::BoundaryLine)),
        ("multipart/form-data", "", Some(Fault::BoundaryMissing)),
    ] {
        let (_, form) = run(content_type, body.as_bytes(), &Limits::default());
        assert_eq!((set(&form.flags).as_str(), form.error.map(|e| e.fault)), (flags, fault), "{content_type}");
    }
    let disguised = part("name=a", "1") + "--\"0000\"--\r\n--0000--\r\n";
    let (_, form) = run("multipart/form-data; boundary=\"0000\"", disguised.as_bytes(), &Limits::default());
    assert_eq!(form.error.map(|e| e.fault), Some(Fault::BoundaryDisguised));
}

#[test]
fn bounds() {
    let tight = Limits { parts: 3, arguments: 2, files: Some(1), body: 1_000, ..Limits::default() };
    let (arg, file) = (part("name=a", "1"), part("name=f; filename=x", "1"));
    for (parts, fault, over, files) in [
        (vec![&arg, &arg], None, false, 0),
        (vec![&arg, &arg, &arg], None, true, 0),
        (vec![&arg, &arg, &arg, &arg], Some(Fault::Parts), true, 0),
        (vec![&file, &arg], None, false, 1),
        (vec![&file, &file, &arg], Some(Fault::Files), false, 2),
        (vec![&arg; 20], Some(Fault::BodyTooLong), false, 0),
    ] {
        let body = parts.iter().map(|p| p.as_str()).collect::<String>() + "--0000--\r\n";
        let (_, form) = run(TYPE, body.as_bytes(), &tight);
        let found = (form.error.map(|e| e.fault), form.over_limit, form.files, form.flags.file_limit_exceeded);
        assert_eq!(found, (fault, over, files, fault == Some(Fault::Files)), "{}", parts.len());
    }
}

#[test]
fn hostile_sizes_are_no_trouble() {
    let head = "--0000\r\nContent-Disposition: form-data; name=a\r\n\r\n";
    for tail in ["--\n".repeat(1 << 18), "\n--000\n".repeat(1 << 17), "--0000".repeat(1 << 17), "\n".repeat(1 << 20), "-".repeat(1 << 20)] {
        let (out, form) = run(TYPE, format!("{head}{tail}").as_bytes(), &Limits::default());
        assert!(out.len() >= 3 && form.error.is_some(), "{}", &tail[..6]);
    }
    let (_, form) = run(TYPE, (part("name=a", "1").repeat(20_000) + "--0000--").as_bytes(), &Limits::default());
    assert_eq!(form.error.map(|e| e.fault), Some(Fault::Parts));
}

proptest! {
    #[test]
    fn parts_come_back(parts in proptest::collection::vec(("[ -~]{1,12}", proptest::option::of("[ -~]{1,12}"), any::<Vec<u8>>()), 0..6)) {
        let quote = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let (mut body, mut expected) = (Vec::new(), Vec::new());
        for (name, filename, data) in &parts {
            body.extend(format!("--0000\r\nContent-Disposition: form-data; name=\"{}\"", quote(name)).bytes());
            if let Some(filename) = filename {
                body.extend(format!("; filename=\"{}\"", quote(filename)).bytes());
                expected.push(format!("file {name}={filename}"));
            }
            body.extend(b"\r\n\r\n");
            body.extend(data);
            body.extend(b"\r\n");
            let kind = if filename.is_some() { "content" } else { "arg" };
            expected.push(format!("{kind} {name}={}", String::from_utf8_lossy(data)));
        }
        body.extend(b"--0000--\r\n");
        let (out, form) = run(TYPE, &body, &Limits::default());
        let out: Vec<_> = out.into_iter().filter(|v| ["file ", "content ", "arg "].iter().any(|k| v.starts_with(k))).collect();
        prop_assert_eq!(out, expected);
        prop_assert_eq!((form.error, set(&form.flags)), (None, String::new()));
    }

    #[test]
    fn nothing_makes_it_panic(body in "(--0000|--|\r\n|\n|\r|Content-Disposition: form-data; name=a|;|filename=\"x\"|:| |\t|x|0000|'|\"|\\\\|=|\0){0,40}") {
        let (_, form) = run(TYPE, body.as_bytes(), &Limits::default());
        prop_assert!(form.files_size + form.without_files <= body.len());
    }
}

#[test]
fn the_beginning_of_a_body() {
    let field = part("name=\"a\"", "1");
    let cases = [
        (field.clone() + &part("name=\"f\"; filename=\"x\"", "long"), true),
        (field.clone() + "--0000\r\nContent-Dispo", true),
        (field.clone() + "--0000", true),
        (field.clone() + "--0000-", true),
        (field.clone() + "--0000x\r\n", false),
        (field.clone() + "--0000\r\n: x\r\n\r\n", false),
        ("none".to_owned(), false),
    ];
    for (body, excused) in cases {
        let (_, mut form) = run(TYPE, body.as_bytes(), &Limits::default());
        assert!(form.error.is_some(), "{body}");
        form.cut_off(body.as_bytes());
        assert_eq!((form.error.is_none(), !form.flags.error), (excused, excused), "{body}");
    }
}

use super::*;

/// Name, filename and decoded `filename*`, and whether the quoting was odd.
type Read = (Option<String>, Option<String>, Option<String>, bool);

fn read(header: &str) -> Result<Read, Fault> {
    let mut flags = Flags::default();
    let found = parse(header.as_bytes(), &mut flags)?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let plain = |p: Option<Parameter>| {
        p.map(|p| {
            let mut out = Vec::new();
            p.unescape(header.as_bytes(), &mut out);
            assert_eq!(p.escaped, out.len() != p.range.len());
            text(out)
        })
    };
    let star = found.filename_star.map(|p| {
        let mut out = Vec::new();
        p.percent_decode(header.as_bytes(), &mut out);
        text(out)
    });
    Ok((plain(found.name), plain(found.filename), star, flags.invalid_quoting))
}

#[test]
fn well_formed() {
    let table: &[(&str, Option<&str>, Option<&str>, Option<&str>, bool)] = &[
        ("form-data", None, None, None, false),
        ("form-data;", None, None, None, false),
        ("form-data ; name=\"a\"", Some("a"), None, None, false),
        ("form-data; name=\"a\";", Some("a"), None, None, false),
        ("form-data;name=a", Some("a"), None, None, false),
        ("form-data; name = \"a\" ; filename=\"b.txt\"", Some("a"), Some("b.txt"), None, false),
        ("form-data; filename=\"b.txt\"; name=\"a\"", Some("a"), Some("b.txt"), None, false),
        ("form-data; name=\"a\"; filename=\"\"", Some("a"), Some(""), None, false),
        ("form-data; name=\"a;b=c\"", Some("a;b=c"), None, None, false),
        ("form-data; name=\"a\\\"b\"", Some("a\"b"), None, None, false),
        ("form-data; name=\"a\\\\\"", Some("a\\"), None, None, false),
        ("form-data; name=\"f\"; filename=\"C:\\dir\\x.txt\"", Some("f"), Some("C:\\dir\\x.txt"), None, false),
        ("form-data; name=\"a'b\"", Some("a'b"), None, None, false),
        ("form-data; name='a'", Some("a"), None, None, true),
        ("form-data; name='a\"b'", Some("a\"b"), None, None, true),
        ("form-data; name='a\\'b'", Some("a'b"), None, None, true),
        ("form-data; name=a'b", Some("a'b"), None, None, true),
        ("form-data; name=\"\u{fc}\"", Some("\u{fc}"), None, None, false),
        ("form-data; name=\"a\"; filename=\"x\"; filename*=UTF-8''%e2%82%AC.txt", Some("a"), Some("x"), Some("\u{20ac}.txt"), false),
        ("form-data; name=\"a\"; filename*=utf-8'en'x.php; filename=\"y\"", Some("a"), Some("y"), Some("x.php"), false),
    ];
    for (header, name, filename, star, quoting) in table {
        let own = |o: Option<&str>| o.map(str::to_owned);
        assert_eq!(read(header), Ok((own(*name), own(*filename), own(*star), *quoting)), "{header}");
    }
}

#[test]
fn refused() {
    let (any, twice, star) = (Fault::Disposition, Fault::DispositionTwice, Fault::DispositionFilenameStar);
    for (header, fault) in [
        ("", any),
        ("file; filename=\"a\"", any),
        ("Form-Data; name=\"a\"", any),
        ("form-data name=\"a\"", any),
        ("form-datax; name=\"a\"", any),
        ("form-data; ", any),
        ("form-data; name", any),
        ("form-data; name=", any),
        ("form-data; name=\"a", any),
        ("form-data; name=\"a\\", any),
        ("form-data; name=\"a\\\"", any),
        ("form-data; name=\"", any),
        ("form-data; name=\"a\"b", any),
        ("form-data; name=\"a\" filename=\"b\"", any),
        ("form-data; name=\"a\", filename=\"b\"", any),
        ("form-data; name=a b", any),
        ("form-data; name=a\"b\"", any),
        ("form-data; NAME=\"a\"", any),
        ("form-data; size=3; name=\"a\"", any),
        ("form-data;; name=\"a\"", any),
        ("form-data; name[]=\"a\"", any),
        ("form-data; name=\"a\"; filename =\"b\"", any),
        ("form-data; name=\"a\"; name=\"b\"", twice),
        ("form-data; name=\"\"; name=\"b\"", twice),
        ("form-data; name=\"a\"; filename=\"b\"; filename=\"c\"", twice),
        ("form-data; name=';filename=\"dummy';name=b;\"", twice),
        ("form-data; name=';filename=\"dummy';name=b", twice),
        ("form-data; name=a; filename=b; filename*=utf-8''a; filename*=utf-8''b", twice),
        ("form-data; name=a; filename*=utf-8''a", star),
        ("form-data; name=a; filename=\"\"; filename*=utf-8''a", star),
        ("form-data; name=a; filename=b; filename*=''a", star),
        ("form-data; name=a; filename=b; filename*=utf-8'a", star),
        ("form-data; name=a; filename=b; filename*=utf-8''%4", star),
        ("form-data; name=a; filename=b; filename*=utf-8''%zz", star),
        ("form-data; name=a; filename=b; filename*=utf-8''a b", star),
        ("form-data; name=a; filename=b; filename*=\"utf-8''a\"", star),
        ("form-data; name=a; filename=b; filename*=utf-8''a/../b", star),
        ("form-data; name=a; filename=b; filename*=", star),
        ("form-data; name=a; filename=b; filename*0=a", any),
    ] {
        assert_eq!(read(header), Err(fault), "{header}");
    }
}

#[test]
fn a_quote_behind_a_value_is_flagged_too() {
    let mut flags = Flags::default();
    assert_eq!(parse(b"form-data; name=\"a\"\"b\"", &mut flags), Err(Fault::Disposition));
    assert!(flags.invalid_quoting);
}

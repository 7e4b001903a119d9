use super::{Precision, decode};
use crate::decode::testing::Written;
use crate::sink::{Fault, KEPT_FAULTS, Report};

const NOW: i64 = 42;

fn read(body: &[u8], precision: Precision) -> (Vec<String>, Report) {
    let mut sink = Written::default();
    let report = decode(body, precision, NOW, &mut sink);
    (sink.rows, report)
}

#[test]
fn good_lines() {
    let cases: [(&str, &[&str]); 31] = [
        ("m f=1", &["m_f 1 42"]),
        ("m f=1 1000", &["m_f 1 1"]),
        ("m f=1 -1", &["m_f 1 -1"]),
        ("m f=1 1999", &["m_f 1 1"]),
        ("m,host=a f=1,g=2.5 2000", &["m_f{host=\"a\"} 1 2", "m_g{host=\"a\"} 2.5 2"]),
        ("m,b=2,a=1 f=1 0", &["m_f{a=\"1\",b=\"2\"} 1 0"]),
        ("m,a= f=1 0", &["m_f 1 0"]),
        ("m,a=b=c f=1 0", &["m_f{a=\"b=c\"} 1 0"]),
        ("m a=1i,b=-2i,c=3u,d=9223372036854775807i 0", &["m_a 1 0", "m_b -2 0", "m_c 3 0", "m_d 9223372036854776000 0"]),
        ("m a=-9223372036854775808i 0", &["m_a -9223372036854776000 0"]),
        ("m a=18446744073709551615u 0", &["m_a 18446744073709552000 0"]),
        ("m a=1e3,b=-1.5E-2,c=.5,d=1.,e=+1 0", &["m_a 1000 0", "m_b -0.015 0", "m_c 0.5 0", "m_d 1 0", "m_e 1 0"]),
        ("m a=t,b=T,c=true,d=True,e=TRUE 0", &["m_a 1 0", "m_b 1 0", "m_c 1 0", "m_d 1 0", "m_e 1 0"]),
        ("m a=f,b=F,c=false,d=False,e=FALSE 0", &["m_a 0 0", "m_b 0 0", "m_c 0 0", "m_d 0 0", "m_e 0 0"]),
        ("m s=\"text\",f=1 0", &["m_f 1 0"]),
        ("m s=\"a b,c=d\",f=1 0", &["m_f 1 0"]),
        (r#"m s="a\"b",f=1 0"#, &["m_f 1 0"]),
        (r#"m s="a\\",f=1 0"#, &["m_f 1 0"]),
        ("m s=\"\",f=1 0", &["m_f 1 0"]),
        ("m s=\"two\nlines\",f=1 0\nn f=2 0", &["m_f 1 0", "n_f 2 0"]),
        (r"m\,x\ y,a\ b=c\,d\=e f\=g=1 0", &["m,x y_f=g{a b=\"c,d=e\"} 1 0"]),
        (r"m\=x f=1 0", &[r"m\=x_f 1 0"]),
        (r"m,path=C:\Users\\x f=1 0", &[r#"m_f{path="C:\\Users\\x"} 1 0"#]),
        ("m f=1 0\r\nn f=2 0\r\n", &["m_f 1 0", "n_f 2 0"]),
        ("m s=\"x\"\r\nn f=2\r\n", &["n_f 2 42"]),
        ("# comment, with f=1\n\n   \n  m f=1 0\n#\n", &["m_f 1 0"]),
        ("m   f=1   0  ", &["m_f 1 0"]),
        ("m,t=\"q\" f=1 0", &["m_f{t=\"\\\"q\\\"\"} 1 0"]),
        ("größe,ort=München wert=1 0", &["größe_wert{ort=\"München\"} 1 0"]),
        ("m f=1,f=2 0", &["m_f 1 0", "m_f 2 0"]),
        ("", &[]),
    ];
    for (body, expected) in cases {
        let (rows, report) = read(body.as_bytes(), Precision::Nanoseconds);
        assert_eq!(rows, expected, "{body:?}");
        assert_eq!((report.rejected, report.faults.len()), (0, 0), "{body:?}: {report:?}");
        assert_eq!(report.accepted, expected.len() as u64, "{body:?}");
    }
}

#[test]
fn bad_lines_take_no_good_ones_with_them() {
    let cases: [(&str, &str); 34] = [
        ("m", "the line has no fields"),
        ("m ", "the line has no fields"),
        ("m,a=b", "the line has no fields"),
        (",a=b f=1", "the line has no measurement"),
        ("m,a f=1", "a tag has no value"),
        ("m,a,b=c f=1", "a tag has no value"),
        ("m,=b f=1", "a tag has no name"),
        ("m, f=1", "a tag has no value"),
        ("m,a=1,a=2 f=1", "a label is there twice"),
        ("m f", "a field has no value"),
        ("m f,g=1", "a field has no value"),
        ("m f=1,", "the line has no fields"),
        ("m f=1,g", "a field has no value"),
        ("m =1", "a field has no name"),
        ("m f= 1", "a field's value is no number, boolean or text"),
        ("m f=", "a field's value is no number, boolean or text"),
        ("m f=abc", "a field's value is no number, boolean or text"),
        ("m f=tru", "a field's value is no number, boolean or text"),
        ("m f=nan", "a field's value is no number, boolean or text"),
        ("m f=-inf", "a field's value is no number, boolean or text"),
        ("m f=1x", "a field's value is no number, boolean or text"),
        ("m f=1ii", "a field's value is no number, boolean or text"),
        ("m f=1.5i", "an integer is beyond 64 bits, or has a fraction"),
        ("m f=9223372036854775808i", "an integer is beyond 64 bits, or has a fraction"),
        ("m f=-1u", "an integer is beyond 64 bits, or has a fraction"),
        ("m f=18446744073709551616u", "an integer is beyond 64 bits, or has a fraction"),
        ("m f=1e400", "a number is beyond the floats"),
        ("m f=\"open", "a text has no closing quote"),
        ("m f=\"a\"b", "a field's value is no number, boolean or text"),
        ("m f=1 x", "the timestamp is no integer of 64 bits"),
        ("m f=1 1 2", "the timestamp is no integer of 64 bits"),
        ("m f=1 99999999999999999999", "the timestamp is no integer of 64 bits"),
        ("m f=1 1.5", "the timestamp is no integer of 64 bits"),
        ("m\0 f=1", "a name or label value is not UTF-8 text"),
    ];
    for (bad, reason) in cases {
        let body = format!("a f=1 0\n{bad}\nb f=2 0\n");
        let (rows, report) = read(body.as_bytes(), Precision::Nanoseconds);
        assert_eq!(rows, ["a_f 1 0", "b_f 2 0"], "{bad:?}");
        assert_eq!(report.faults, [Fault { at: 2, reason }], "{bad:?}");
        assert_eq!((report.rows, report.rejected), (2, 1));
    }
}

#[test]
fn an_open_quote_swallows_nothing() {
    let body = "a f=1 0\nbad s=\"open\nb s=\"x\",f=2 0\nc s=\"two\nlines\",f=3 0\nbad\nd f=4 0";
    let (rows, report) = read(body.as_bytes(), Precision::Nanoseconds);
    assert_eq!(rows, ["a_f 1 0", "b_f 2 0", "c_f 3 0", "d_f 4 0"]);
    assert_eq!(report.faults.iter().map(|f| f.at).collect::<Vec<_>>(), [2, 6]);
    assert_eq!(report.skipped_strings, 2);
}

#[test]
fn precisions() {
    let cases = [("ns", 1), ("", 1), ("u", 1_500), ("us", 1_500), ("ms", 1_500_000), ("s", 1_500_000_000), ("m", 90_000_000_000_i64)];
    for (word, expected) in cases {
        let precision = Precision::from_word(word.as_bytes()).unwrap_or_else(|| panic!("{word}"));
        assert_eq!(read(b"m f=1 1500", precision).0, [format!("m_f 1 {expected}")], "{word}");
    }
    assert_eq!(read(b"m f=1 1", Precision::from_word(b"h").unwrap_or_default()).0, ["m_f 1 3600000000"]);
    assert_eq!(Precision::from_word(b"d"), None);
    let (rows, report) = read(b"m f=1 9223372036854775807", Precision::Seconds);
    assert_eq!((rows.len(), report.rejected), (0, 1));
}

#[test]
fn all_faults_are_counted_and_the_first_are_kept() {
    let (_, report) = read("bad\n".repeat(1_000).as_bytes(), Precision::Nanoseconds);
    assert_eq!((report.rejected, report.faults.len()), (1_000, KEPT_FAULTS));
    assert_eq!(report.faults.last().map(|f| f.at), Some(KEPT_FAULTS as u64));
}

#[test]
fn open_quotes_cost_linear_time() {
    // Every line opens a text that only the end of the body would close. Read again and again to the end, this would take hours.
    let body = r#"m a="\",b=1 "#.to_owned() + "\n" + &"m,\\\"=\\\" a=\\\"\n".repeat(200_000);
    let (_, report) = read(body.as_bytes(), Precision::Nanoseconds);
    assert_eq!(report.rejected, 200_001);
}

#[test]
fn a_line_has_so_many_fields_at_most() {
    let body = |fields: usize| "m ".to_owned() + &vec!["f=1"; fields].join(",");
    assert_eq!(read(body(4_096).as_bytes(), Precision::Nanoseconds).1.accepted, 4_096);
    let report = read(body(4_097).as_bytes(), Precision::Nanoseconds).1;
    assert_eq!(report.faults, [Fault { at: 1, reason: "the line has too many fields" }]);
}

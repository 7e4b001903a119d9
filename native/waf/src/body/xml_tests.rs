use super::*;
use proptest::prelude::*;

fn run(input: &[u8], limits: &Limits) -> (Option<String>, Vec<String>, Option<(Fault, usize)>) {
    let mut document = Document::default();
    let error = document.read(input, limits);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (document.content().map(text), document.attribute_values().map(text).collect(), error.map(|e| (e.fault, e.at)))
}

#[test]
fn documents() {
    for (input, content, attributes) in [
        ("<a/>", "", &[][..]),
        ("<a></a>", "", &[]),
        ("<a>x</a>", "x", &[]),
        ("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a> x\n<b>y</b> </a>\n<!-- end -->\n<?pi x?>", " x\ny ", &[]),
        ("<a b='1' c = \"2\"><d e='3'/></a>", "", &["1", "2", "3"]),
        ("<a b='&lt;&#x27;\"'>&amp;&#65;</a>", "&A", &["<'\""]),
        ("<a><![CDATA[<x>&amp;]]]]>]</a>", "<x>&amp;]]]", &[]),
        ("<a><!-- x --><?p y?>z</a>", "z", &[]),
        ("<a:b xmlns:a='u' xmlns='v' a:c='1'/>", "", &["1"]),
        ("<a><b c='1'>x</b><b c='2'>y</b></a >", "xy", &["1", "2"]),
        ("<!DOCTYPE a><a>x</a>", "x", &[]),
        ("<!DOCTYPE plist PUBLIC \"-//x\" \"http://x/\"><plist>x</plist>", "x", &[]),
        ("<\u{e9}t\u{e9}>\u{1f600}</\u{e9}t\u{e9}>", "\u{1f600}", &[]),
        ("<a b='x\ty\r\nz'>p\r\nq\rr</a>", "p\nq\nr", &["x y z"]),
        ("<a b='>'>></a>", ">", &[">"]),
    ] {
        let attributes: Vec<String> = attributes.iter().map(|a| (*a).to_owned()).collect();
        assert_eq!(run(input.as_bytes(), &Limits::default()), (Some(content.to_owned()), attributes, None), "{input}");
    }
    assert_eq!(run(b"", &Limits::default()), (None, vec![], None));
}

#[test]
fn errors_keep_what_was_before() {
    let table: &[(&str, Option<&str>, Fault, usize)] = &[
        (" ", None, Fault::End, 1),
        ("x", None, Fault::Unexpected, 0),
        ("<", None, Fault::End, 1),
        ("<a", Some(""), Fault::End, 2),
        ("<a>", Some(""), Fault::End, 3),
        ("<a>x", Some("x"), Fault::End, 4),
        ("<a>x</b>", Some("x"), Fault::EndTag, 4),
        ("<a><b>x</a></b>", Some("x"), Fault::EndTag, 7),
        ("<a>x</a", Some("x"), Fault::End, 7),
        ("<a>x</a b>", Some("x"), Fault::Markup, 8),
        ("</a>", None, Fault::EndTag, 0),
        ("<a/><b/>", Some(""), Fault::Trailing, 4),
        ("<a/>x", Some(""), Fault::Trailing, 4),
        ("<a b/>", Some(""), Fault::Markup, 4),
        ("<a b=c/>", Some(""), Fault::Markup, 5),
        ("<a b='c/>", Some(""), Fault::Markup, 5),
        ("<a b='<'/>", Some(""), Fault::Markup, 5),
        ("<a b='1'c='2'/>", Some(""), Fault::Markup, 8),
        ("<a b='1' b='2'/>", Some(""), Fault::Attribute, 9),
        ("<a xmlns:b='1' xmlns:b='2'/>", Some(""), Fault::Attribute, 15),
        ("<a>&x;</a>", Some(""), Fault::Entity, 3),
        ("<a>y&x;</a>", Some("y"), Fault::Entity, 4),
        ("<a b='&x;'/>", Some(""), Fault::Entity, 6),
        ("<a>\u{1}</a>", Some(""), Fault::Control, 3),
        ("<a><!-- \u{0} --></a>", Some(""), Fault::Control, 8),
        ("<a><!-- -- --></a>", Some(""), Fault::Markup, 3),
        ("<a><!-- ", Some(""), Fault::End, 8),
        ("<a><![CDATA[x", Some(""), Fault::End, 13),
        ("<![CDATA[x]]><a/>", None, Fault::Markup, 0),
        ("<a>]]></a>", Some(""), Fault::Markup, 3),
        ("<a/><?xml version='1.0'?>", Some(""), Fault::Markup, 4),
        (" <?xml version='1.0'?><a/>", None, Fault::Markup, 1),
        ("<? x?><a/>", None, Fault::Markup, 0),
        ("<?p< x?><a/>", None, Fault::Markup, 0),
        ("<?xml?><a/>", None, Fault::Markup, 0),
        ("<?xml version='9'?><a/>", None, Fault::Markup, 0),
        ("< a/>", None, Fault::Markup, 1),
        ("<1a/>", None, Fault::Markup, 1),
        ("<a><!ELEMENT b></a>", Some(""), Fault::Markup, 4),
        ("<a/><!DOCTYPE a>", Some(""), Fault::Trailing, 4),
        ("<!DOCTYPE /a><a/>", None, Fault::Markup, 0),
        ("<!DOCTYPEa><a/>", None, Fault::Markup, 0),
        ("<!DOCTYPE a><!DOCTYPE a><a/>", None, Fault::Markup, 13),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>z</a>", Some("z"), Fault::Doctype, 0),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", Some(""), Fault::Doctype, 0),
        ("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://x/'> %p;]><a>z</a>", Some("z"), Fault::Doctype, 0),
        ("<?xml version='1.0' encoding='utf-7'?><a/>", None, Fault::Encoding, 0),
    ];
    for (input, content, fault, at) in table {
        let (found, _, error) = run(input.as_bytes(), &Limits::default());
        assert_eq!((found.as_deref(), error), (*content, Some((*fault, *at))), "{input}");
    }
    let (content, _, error) = run(b"<a>x<b>\xff</b></a>", &Limits::default());
    assert_eq!((content.as_deref(), error), (Some("x"), Some((Fault::Utf8, 7))));
    let (content, _, error) = run(b"<a>x</a>\xff", &Limits::default());
    assert_eq!((content.as_deref(), error), (Some("x"), Some((Fault::Utf8, 8))));
}

#[test]
fn bounds() {
    let tight = Limits { depth: 3, elements: 5, attributes: 2, body: 200, ..Limits::default() };
    let long = format!("<a>{}</a>", "x".repeat(200));
    for (input, fault) in [
        ("<a><b><c/></b></a>", None),
        ("<a><b><c><d/></c></b></a>", Some(Fault::Depth)),
        ("<a><b/><b/><b/><b/></a>", None),
        ("<a><b/><b/><b/><b/><b/></a>", Some(Fault::Elements)),
        ("<a b='1' c='2'/>", None),
        ("<a b='1' c='2' d='3'/>", Some(Fault::Attribute)),
        ("<a xmlns='1' xmlns:b='2'/>", None),
        ("<a xmlns='1'><b xmlns='2'/><b xmlns='3'/></a>", None),
        ("<a xmlns='1' xmlns:b='2' xmlns:c='3'/>", Some(Fault::Attribute)),
        (&long, Some(Fault::BodyTooLong)),
    ] {
        assert_eq!(run(input.as_bytes(), &tight).2.map(|e| e.0), fault, "{input}");
    }
}

#[test]
fn hostile_sizes_are_no_trouble() {
    for (input, fault) in [
        ("<a>".repeat(1 << 19), Fault::Depth),
        (format!("<a>{}", "<b/>".repeat(1 << 18)), Fault::Elements),
        (format!("<a {}", "b='' ".repeat(1 << 17)), Fault::Attribute),
        (format!("<a>{}", "&#60;".repeat(1 << 17)), Fault::End),
        (format!("<a>{}", "<!---->".repeat(1 << 16)), Fault::End),
        (format!("<!DOCTYPE a [{}", "<!--".repeat(1 << 17)), Fault::End),
        (format!("<a>{}", "<![CDATA[".repeat(1 << 17)), Fault::End),
    ] {
        assert_eq!(run(input.as_bytes(), &Limits::default()).2.map(|e| e.0), Some(fault), "{}", &input[..20]);
    }
}

#[test]
fn a_document_is_used_again() {
    let mut document = Document::default();
    assert!(document.read(b"<a b='1'>x</b>", &Limits::default()).is_some());
    assert!(document.read(b"<c d='2'>y</c>", &Limits::default()).is_none());
    assert_eq!((document.content(), document.attribute_values().collect::<Vec<_>>()), (Some(&b"y"[..]), vec![&b"2"[..]]));
}

proptest! {
    #[test]
    fn text_comes_back(text in "[^\\x00-\\x1f\\x{fffe}\\x{ffff}]{0,40}", value in "[^\\x00-\\x1f\\x{fffe}\\x{ffff}]{0,20}", section in any::<bool>()) {
        let escape = |t: &str| t.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&#62;").replace('\'', "&apos;");
        let inside = if section { format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>")) } else { escape(&text) };
        let input = format!("<a b='{}'>{inside}</a>", escape(&value));
        prop_assert_eq!(run(input.as_bytes(), &Limits::default()), (Some(text), vec![value], None));
    }

    #[test]
    fn nothing_makes_it_panic(input in "(<|>|/|a|b|=|'|\"|&|;|!|\\[|\\]|-|\\?| |x|xmlns|:|CDATA\\[|DOCTYPE|#60|lt){0,40}") {
        let mut document = Document::default();
        let _ = document.read(input.as_bytes(), &Limits::default());
        for path in ["/*", "//*[text()='x']", "//a/@*", "//b[1]/text()"] {
            let path = crate::body::xpath::XPath::parse(path, &[]).map_err(|e| TestCaseError::fail(e.to_string()))?;
            path.select(&document, |value| assert!(value.len() <= input.len()));
        }
    }
}

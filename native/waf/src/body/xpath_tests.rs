use super::*;
use crate::body::Limits;

fn select(document: &str, path: &str, namespaces: &[(&str, &str)]) -> Vec<String> {
    let mut read = Document::default();
    assert_eq!(read.read(document.as_bytes(), &Limits::default()), None, "{document}");
    let path = XPath::parse(path, namespaces).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut out = Vec::new();
    path.select(&read, |value| out.push(String::from_utf8_lossy(value).into_owned()));
    out
}

#[test]
fn paths() {
    const STAFF: &str = "<staff id='0'><person id='1' role='dev'><name>Fred<!-- x --></name><note>a<b>c</b>d</note></person>\
                         <person id='2'><name>Ada</name><person id='3'><name>Kid</name></person></person></staff>";
    for (path, expected) in [
        ("/*", &["Fredacd\u{41}daKid"][..]),
        ("/staff", &["FredacdAdaKid"]),
        ("/person", &[]),
        ("//person", &["Fredacd", "AdaKid", "Kid"]),
        ("/staff/person", &["Fredacd", "AdaKid"]),
        ("/staff/person/name", &["Fred", "Ada"]),
        ("/staff//name", &["Fred", "Ada", "Kid"]),
        ("//person//name", &["Fred", "Ada", "Kid"]),
        ("//note/text()", &["a", "d"]),
        ("//name/text()", &["Fred", "Ada", "Kid"]),
        ("//text()", &["Fred", "a", "c", "d", "Ada", "Kid"]),
        ("//@*", &["0", "1", "dev", "2", "3"]),
        ("//@id", &["0", "1", "2", "3"]),
        ("/staff/@id", &["0"]),
        ("/@id", &[]),
        ("/staff/person/@role", &["dev"]),
        ("//person[1]", &["Fredacd", "Kid"]),
        ("/staff/person[2]/name", &["Ada"]),
        ("/staff/person[last()]/@id", &["2"]),
        ("//person[@role]/name", &["Fred"]),
        ("//person[@id='3']/name", &["Kid"]),
        ("//person[name='Ada']/@id", &["2"]),
        ("//person[ person ]/@id", &["2"]),
        ("//name[.=\"Kid\"]", &["Kid"]),
        ("//name[text()='Ada']", &["Ada"]),
        ("//*[local-name()='b']", &["c"]),
        ("//*[name() = 'note']", &["acd"]),
        ("//person[@id][2]/@id", &["2"]),
        ("//*[text()='d']", &["acd"]),
        ("//*[text()='c']", &["c"]),
        ("/*/*/*", &["Fred", "acd", "Ada", "Kid"]),
    ] {
        assert_eq!(select(STAFF, path, &[]), expected, "{path}");
    }
}

#[test]
fn namespaces() {
    const SOAP: &str = "<s:Envelope xmlns:s='urn:soap' xmlns='urn:d'><s:Body><id xml:lang='en' s:type='x'>1</id></s:Body>\
                        <id xmlns=''>2</id><t:id xmlns:t='urn:soap'>3</t:id><s:id xmlns:s='urn:other'>4</s:id></s:Envelope>";
    let known = [("soap", "urn:soap"), ("d", "urn:d"), ("o", "urn:other")];
    for (path, expected) in [
        ("/soap:Envelope/soap:Body/d:id", &["1"][..]),
        ("//id", &["2"]),
        ("//soap:id", &["3"]),
        ("//o:id", &["4"]),
        ("//d:*", &["1"]),
        ("/soap:*/soap:*", &["1", "3"]),
        ("//@soap:type", &["x"]),
        ("//@type", &[]),
        ("//@xml:lang", &["en"]),
        ("//@*", &["en", "x"]),
        ("//*[local-name()='id']", &["1", "2", "3", "4"]),
        ("//*[name()='s:id']", &["4"]),
        ("//*[@soap:type='x']", &["1"]),
    ] {
        assert_eq!(select(SOAP, path, &known), expected, "{path}");
    }
}

#[test]
fn refused() {
    for (path, at) in [
        ("", 0),
        ("a", 0),
        ("/", 1),
        ("//", 2),
        ("/a/", 3),
        ("/a//", 4),
        ("///a", 2),
        ("/1a", 1),
        ("/x:a", 1),
        ("/x:*", 2),
        ("/child::a", 1),
        ("/a[", 3),
        ("/a[0]", 3),
        ("/a[1", 4),
        ("/a[@]", 4),
        ("/a[b=]", 5),
        ("/a[b='c]", 5),
        ("/a[local-name()]", 15),
        ("/a[b!='c']", 4),
        ("/a[contains(.,'b')]", 11),
        ("/a|/b", 2),
        ("/@a/b", 3),
        ("/text()/a", 7),
        ("/@a[1]", 6),
        ("/a[b and c]", 5),
        ("/a[.]", 4),
        ("/a b", 2),
        ("/node()", 5),
        ("/a/..", 3),
        ("/a/.", 3),
    ] {
        assert_eq!(XPath::parse(path, &[]).map_err(|e| e.at), Err(at), "{path}");
    }
}

#[test]
fn deep_documents_are_searched_in_time() {
    let deep = format!("{}x{}", "<a>".repeat(500), "</a>".repeat(500));
    assert_eq!(select(&deep, "//a//a//a", &[]).len(), 498);
    let wide = format!("<r>{}</r>", "<a>1</a>".repeat(50_000));
    assert_eq!(select(&wide, "//a[.='1'][50000]", &[]), ["1"]);
    assert_eq!(select(&wide, "//*[text()='1']", &[]).len(), 50_000);
}

//! XML: what rules see is of one piece, however it is asked for.

use hcc_waf::body::xml::Document;
use hcc_waf::body::{Limits, xpath::XPath};

/// Any bytes are a document.
pub fn check(data: &[u8]) {
    let limits = Limits { depth: 50, elements: 1_000, ..Limits::default() };
    let mut document = Document::default();
    let error = document.read(data, &limits);
    assert!(error.is_none_or(|e| e.at <= data.len() * 2));
    assert!(error.is_some() || document.content().is_some() || data.is_empty());
    let select = |path: &str| {
        let path = XPath::parse(path, &[]).unwrap_or_else(|e| panic!("{path}: {e}"));
        let mut out = Vec::new();
        path.select(&document, |value| out.push(value));
        out
    };
    let content = document.content().unwrap_or_default();
    assert!(std::str::from_utf8(content).is_ok());
    assert_eq!(select("//text()").concat(), content, "all text is the text of all");
    assert_eq!(select("/*").concat(), content);
    assert_eq!(select("//@*"), document.attribute_values().collect::<Vec<_>>());
    let elements = select("//*");
    assert!(elements.len() <= limits.elements && elements.first().is_none_or(|e| *e == content));
    assert_eq!(select("//*[*]").len(), select("//*[1]").len() - usize::from(!elements.is_empty()), "each parent has one first child");
    // A second reading is like the first.
    let (content, attributes) = (content.to_vec(), document.attribute_values().map(<[u8]>::to_vec).collect::<Vec<_>>());
    assert_eq!(document.read(data, &limits), error);
    assert_eq!(document.content().unwrap_or_default(), content);
    assert!(document.attribute_values().eq(attributes.iter().map(Vec::as_slice)));
}

//! Cross-site scripting: the value is read as HTML in each place of a page where it might be put.

#[cfg(test)]
mod cases_tests;
mod html;
mod names;
mod url;

use html::{Kind, Place, Tokens};
use memchr::{memchr, memchr2};
use names::Attribute;

/// No name in the lists is longer, in bytes.
const MOST: usize = 16;

/// Whether the value could run script in a page.
///
/// It is read as text between tags, as attributes of a tag, and as the value of an attribute in each kind of quotes. Linear in
/// the length of the value.
pub fn xss(value: &[u8]) -> bool {
    // Every reason is either in a tag or the value of an attribute.
    if memchr2(b'<', b'=', value).is_none() {
        return false;
    }
    unfiltered(value)
}

fn unfiltered(value: &[u8]) -> bool {
    (memchr(b'<', value).is_some() && black(value, Place::Data))
        || black(value, Place::Tag)
        || [b'\'', b'"', b'`'].into_iter().any(|quote| memchr(quote, value).is_some() && black(value, Place::Quoted(quote)))
}

/// What [`xss`] says, without its short cuts: to test them by.
pub fn xss_in_full(value: &[u8]) -> bool {
    let places = [Place::Data, Place::Tag, Place::Quoted(b'\''), Place::Quoted(b'"'), Place::Quoted(b'`')];
    places.into_iter().any(|place| black(value, place))
}

fn black(value: &[u8], place: Place) -> bool {
    let mut tokens = Tokens::new(value, place);
    // Looked up when a value follows: most names have none.
    let mut name: &[u8] = &[];
    while let Some(token) = tokens.next() {
        let text = value.get(token.at..token.at + token.len).unwrap_or_default();
        let attribute = std::mem::take(&mut name);
        let found = match token.kind {
            Kind::AttributeName => {
                name = text;
                false
            }
            Kind::AttributeValue => match names::attribute(attribute) {
                Attribute::Harmless => false,
                Attribute::Black | Attribute::Style => true,
                Attribute::Url => url::black(text),
                Attribute::Indirect => names::attribute(text) != Attribute::Harmless,
            },
            Kind::TagOpen => names::black_tag(text),
            Kind::Comment => black_comment(text),
            Kind::Doctype => true,
            Kind::Data | Kind::TagEnd | Kind::TagSelfClose | Kind::TagClose => false,
        };
        if found {
            return true;
        }
    }
    false
}

/// Tokens of HTML as text, in the form of the reference's tests.
#[cfg(test)]
pub(crate) fn reference_html(value: &[u8]) -> Vec<u8> {
    let (mut tokens, mut out) = (Tokens::new(value, Place::Data), Vec::new());
    while let Some(token) = tokens.next() {
        let name = match token.kind {
            Kind::Data => "DATA_TEXT",
            Kind::TagOpen => "TAG_NAME_OPEN",
            Kind::TagEnd => "TAG_NAME_CLOSE",
            Kind::TagSelfClose => "TAG_NAME_SELFCLOSE",
            Kind::TagClose => "TAG_CLOSE",
            Kind::AttributeName => "ATTR_NAME",
            Kind::AttributeValue => "ATTR_VALUE",
            Kind::Comment => "TAG_COMMENT",
            Kind::Doctype => "DOCTYPE",
        };
        out.extend(format!("{name},{},", token.len).bytes());
        out.extend(&value[token.at..token.at + token.len]);
        out.push(b'\n');
    }
    out
}

/// What Internet Explorer reads in comments: a backtick ends them, conditions, XML, imports.
fn black_comment(text: &[u8]) -> bool {
    let begins = |with: &[u8]| text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with));
    memchr(b'`', text).is_some() || (text.len() > 3 && (begins(b"[if") || begins(b"xml"))) || begins(b"import") || begins(b"entity")
}

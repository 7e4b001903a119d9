//! Names of tags and attributes that can run script. The lists are libinjection's (BSD 3-clause licence).

use super::MOST;
use memchr::memchr;

/// One a line, sorted. None begins with another: an attribute counts as an event's when it begins with `on` and one of these.
static EVENTS: &str = include_str!("../../data/events.txt");
const EVENT_COUNT: usize = lines(EVENTS.as_bytes());
static EVENT_NAMES: [&[u8]; EVENT_COUNT] = split(EVENTS.as_bytes());

/// What the value of an attribute can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Attribute {
    Harmless,
    /// Runs script, or has no honest use.
    Black,
    /// Names a resource: some schemes run script.
    Url,
    /// Styles run script in old browsers.
    Style,
    /// Names the attribute that is to be set.
    Indirect,
}

const fn lines(text: &[u8]) -> usize {
    let (mut at, mut n) = (0, 0);
    while at < text.len() {
        if text[at] == b'\n' {
            n += 1;
        }
        at += 1;
    }
    n
}

const fn split(text: &'static [u8]) -> [&'static [u8]; EVENT_COUNT] {
    let mut all = [text; EVENT_COUNT];
    let (mut begin, mut at, mut n) = (0, 0, 0);
    while at < text.len() {
        if text[at] == b'\n' {
            all[n] = text.split_at(at).0.split_at(begin).1;
            n += 1;
            begin = at + 1;
        }
        at += 1;
    }
    all
}

/// The name in capitals without NULs, which old browsers ignored; empty when it is longer than any in the lists.
fn capitals<'b>(name: &[u8], buffer: &'b mut [u8; MOST]) -> &'b [u8] {
    // Without NULs, which are rare, the length alone tells.
    if name.len() > MOST && memchr(0, name).is_none() {
        return &[];
    }
    let mut len = 0;
    for byte in name.iter().filter(|b| **b != 0) {
        let Some(place) = buffer.get_mut(len) else { return &[] };
        *place = byte.to_ascii_uppercase();
        len += 1;
    }
    buffer.get(..len).unwrap_or_default()
}

fn begins(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with))
}

/// Whether a tag of this name is an attack by itself.
pub(crate) fn black_tag(name: &[u8]) -> bool {
    if name.len() < 3 {
        return false;
    }
    let listed = matches!(
        capitals(name, &mut [0; MOST]),
        b"APPLET"
            | b"BASE"
            | b"COMMENT"
            | b"EMBED"
            | b"FRAME"
            | b"FRAMESET"
            | b"HANDLER"
            | b"IFRAME"
            | b"IMPORT"
            | b"ISINDEX"
            | b"LINK"
            | b"LISTENER"
            | b"META"
            | b"NOSCRIPT"
            | b"OBJECT"
            | b"SCRIPT"
            | b"STYLE"
            | b"VMLFRAME"
            | b"XML"
            | b"XSS"
    );
    // Anything of SVG and XSLT.
    listed || begins(name, b"svg") || begins(name, b"xsl")
}

/// What an attribute of this name can do.
pub(crate) fn attribute(name: &[u8]) -> Attribute {
    if name.len() < 2 {
        return Attribute::Harmless;
    }
    if name.len() >= 5
        && ((begins(name, b"on") && event(name.get(2..).unwrap_or_default())) || begins(name, b"xmlns") || begins(name, b"xlink"))
    {
        return Attribute::Black;
    }
    match capitals(name, &mut [0; MOST]) {
        b"DATAFORMATAS" | b"DATASRC" => Attribute::Black,
        b"FILTER" | b"STYLE" => Attribute::Style,
        b"ATTRIBUTENAME" => Attribute::Indirect,
        b"ACTION" | b"BY" | b"BACKGROUND" | b"DYNSRC" | b"FORMACTION" | b"FOLDER" | b"FROM" | b"HANDLER" | b"HREF" | b"LOWSRC"
        | b"POSTER" | b"SRC" | b"TO" | b"VALUES" | b"XLINK:HREF" => Attribute::Url,
        _ => Attribute::Harmless,
    }
}

/// Whether the text begins with the name of an event, in any case.
fn event(text: &[u8]) -> bool {
    use std::cmp::Ordering::Greater;
    // No name begins with another, so only the last one that does not sort behind the text can begin it.
    let after = EVENT_NAMES.partition_point(|name| {
        let capitals = text.iter().map(u8::to_ascii_uppercase);
        name.iter().copied().cmp(capitals) != Greater
    });
    after.checked_sub(1).and_then(|at| EVENT_NAMES.get(at)).is_some_and(|name| begins(text, name))
}

//! YAML as a tree of texts: what a scalar means is for its reader to say.

use saphyr_parser::{Event, Parser};

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Any scalar, as written.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in its order.
    Map(Vec<(String, Node)>),
}

/// Deepest nesting.
const MAX_DEPTH: usize = 64;

impl Node {
    /// Reads the first document.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut open: Vec<(Self, Option<String>)> = Vec::new();
        let mut result = None;
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|e| e.to_string())?;
            let done = match event {
                Event::Scalar(text, ..) => {
                    // The place of a key in a mapping.
                    if let Some((Self::Map(_), key @ None)) = open.last_mut() {
                        *key = Some(text.into_owned());
                        continue;
                    }
                    Self::Text(text.into_owned())
                }
                Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= MAX_DEPTH => return Err("nested too deep".to_owned()),
                Event::SequenceStart(..) => {
                    open.push((Self::List(Vec::new()), None));
                    continue;
                }
                Event::MappingStart(..) => {
                    open.push((Self::Map(Vec::new()), None));
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                    Some((node, _)) => node,
                    None => return Err("an end without a beginning".to_owned()),
                },
                Event::Alias(_) => return Err(format!("line {}: aliases are not read", span.start.line())),
                Event::DocumentEnd => break,
                _ => continue,
            };
            match open.last_mut() {
                None => result = Some(done),
                Some((Self::List(items), _)) => items.push(done),
                Some((Self::Map(pairs), key)) => match key.take() {
                    Some(key) => pairs.push((key, done)),
                    None => return Err(format!("line {}: a key that is no text", span.start.line())),
                },
                Some((Self::Text(_), _)) => {}
            }
        }
        result.ok_or_else(|| "no document".to_owned())
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        if let Self::Map(pairs) = self { pairs.iter().find(|(k, _)| k == key).map(|(_, node)| node) } else { None }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The text under a key; YAML's null is none.
    pub fn word(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::text)
    }

    /// Whether a key says yes.
    pub fn is_on(&self, key: &str) -> bool {
        self.word(key).is_some_and(|t| matches!(t.to_ascii_lowercase().as_str(), "true" | "yes" | "on"))
    }

    /// The items of a list; a scalar is a list of one.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Text(_) => std::slice::from_ref(self),
            Self::Map(_) => &[],
        }
    }

    /// The pairs of a mapping.
    pub fn pairs(&self) -> &[(String, Self)] {
        if let Self::Map(pairs) = self { pairs } else { &[] }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn documents() {
        let node = Node::parse("---\na: 1\nb:\n  - x: \"q\\u00e9\\n\"\n  - [403, 400]\nc: |\n  two\n  lines\n").unwrap();
        assert_eq!(node.word("a"), Some("1"));
        let items = node.get("b").unwrap().items();
        assert_eq!(items[0].word("x"), Some("q\u{e9}\n"));
        assert_eq!(items[1].items().len(), 2);
        assert_eq!(node.word("c"), Some("two\nlines\n"));
        for wrong in ["", "a: [", "a: *b"] {
            assert!(Node::parse(wrong).is_err(), "{wrong}");
        }
    }
}

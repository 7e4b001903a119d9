//! Directives as lines and words: continuations, comments, quoting.

/// One directive: its line (from 1) and text with continuations joined.
#[derive(Debug, PartialEq, Eq)]
pub struct Logical {
    /// First line, from 1.
    pub line: u32,
    /// The text without leading and trailing blanks.
    pub text: String,
}

/// Splits a file into directives; comments and empty lines are left out. A comment ends with its line.
pub fn logical(text: &str) -> Vec<Logical> {
    let mut all = Vec::new();
    let mut open: Option<Logical> = None;
    for (number, raw) in (1..).zip(text.lines()) {
        let line = raw.strip_suffix('\r').unwrap_or(raw);
        if open.is_none() && (line.trim_start().starts_with('#') || line.trim().is_empty()) {
            continue;
        }
        let (part, more) = line.trim_end().strip_suffix('\\').map_or((line, false), |rest| (rest, true));
        let current = open.get_or_insert_with(|| Logical { line: number, text: String::new() });
        current.text.push_str(part);
        if !more {
            all.extend(open.take());
        }
    }
    all.extend(open);
    for logical in &mut all {
        logical.text = logical.text.trim().to_owned();
    }
    all.retain(|l| !l.text.is_empty());
    all
}

/// Splits a directive into words. In quotes a backslash stands for itself unless a quote or another backslash follows, as in
/// Apache's configuration; an open quote is an error.
pub fn words(text: &str) -> Result<Vec<String>, &'static str> {
    let mut all = Vec::new();
    let mut chars = text.chars().peekable();
    loop {
        while chars.peek().is_some_and(|c| c.is_whitespace()) {
            chars.next();
        }
        let Some(first) = chars.next() else { return Ok(all) };
        let quote = matches!(first, '"' | '\'').then_some(first);
        let mut word = String::new();
        if quote.is_none() {
            word.push(first);
        }
        loop {
            let Some(c) = chars.next() else {
                if quote.is_some() {
                    return Err("a quote is not closed");
                }
                break;
            };
            match quote {
                Some(q) if c == q => break,
                None if c.is_whitespace() => break,
                _ => {}
            }
            let escapes = |next: &char| *next == '\\' || Some(*next) == quote;
            if c == '\\' && chars.peek().is_some_and(escapes) {
                word.extend(chars.next());
            } else {
                word.push(c);
            }
        }
        all.push(word);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_join_and_comments_vanish() {
        let text = "# comment \\\nSecRule A \\\n  \"b\" \\\n  \"c\"\n\n  SecMarker X\r\n#x\nSecAction \\";
        let lines: Vec<(u32, String)> = logical(text).into_iter().map(|l| (l.line, l.text)).collect();
        assert_eq!(lines, [(2, "SecRule A   \"b\"   \"c\"".to_owned()), (6, "SecMarker X".to_owned()), (8, "SecAction".to_owned())]);
    }

    #[test]
    fn words_are_unquoted() {
        let cases: [(&str, &[&str]); 7] = [
            ("a b", &["a", "b"]),
            (r#"SecRule A "@rx \"x\"" "id:1""#, &["SecRule", "A", r#"@rx "x""#, "id:1"]),
            (r#"A "\\\\x \d""#, &["A", r"\\x \d"]),
            (r"A 'b c'", &["A", "b c"]),
            (r"&TX:'/A B/' x", &["&TX:'/A", "B/'", "x"]),
            (r#""""#, &[""]),
            (r"a\'b", &[r"a\'b"]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text).unwrap(), expected, "{text}");
        }
        assert!(words("a \"b").is_err());
    }
}

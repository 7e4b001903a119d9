//! What a multipart body's form says about whoever made it.

/// The strictness variables of a multipart body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // each is a variable of its own
pub struct Flags {
    /// The body broke off with an error.
    pub error: bool,
    /// `MULTIPART_DATA_BEFORE`: something stands before the first boundary.
    pub data_before: bool,
    /// `MULTIPART_DATA_AFTER`: something stands behind the last boundary.
    pub data_after: bool,
    /// `MULTIPART_BOUNDARY_QUOTED`: the boundary was in quotes.
    pub boundary_quoted: bool,
    /// `MULTIPART_BOUNDARY_WHITESPACE`: white space about the boundary parameter's `=`.
    pub boundary_whitespace: bool,
    /// `MULTIPART_MISSING_SEMICOLON` and `MULTIPART_SEMICOLON_MISSING`: no semicolon before the boundary parameter.
    pub missing_semicolon: bool,
    /// `MULTIPART_HEADER_FOLDING`: a part's header goes over several lines.
    pub header_folding: bool,
    /// `MULTIPART_INVALID_HEADER_FOLDING`: and is folded with something other than space and tab.
    pub invalid_header_folding: bool,
    /// A header or boundary line ends with CRLF.
    pub crlf_line: bool,
    /// `MULTIPART_LF_LINE`: a header or boundary line ends with LF only.
    pub lf_line: bool,
    /// `MULTIPART_INVALID_QUOTING`: a parameter in single quotes, or with a quote in it.
    pub invalid_quoting: bool,
    /// `MULTIPART_INVALID_PART`: a part without a name, or a boundary where a part's data should begin.
    pub invalid_part: bool,
    /// `MULTIPART_FILE_LIMIT_EXCEEDED`: more files than allowed.
    pub file_limit_exceeded: bool,
    /// `MULTIPART_UNMATCHED_BOUNDARY`; see [`Self::unmatched_boundary`].
    pub unmatched: Unmatched,
}

/// The states of `MULTIPART_UNMATCHED_BOUNDARY`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmatched {
    /// At most one boundary, and nothing like one.
    #[default]
    None,
    /// A line like a boundary, or a boundary in the middle of a line, and no right one after it.
    Suspect,
    /// A right boundary closed a part.
    Closed,
}

impl Flags {
    /// The number that `MULTIPART_UNMATCHED_BOUNDARY` has: 0, 1 or 2.
    ///
    /// 2 is what an ordinary body has in `ModSecurity` 3: text with a line of `--` in it is no alarm as long as a right boundary
    /// follows. `@eq 1` is the lenient question, `!@eq 0` the strict one.
    pub const fn unmatched_boundary(&self) -> u8 {
        match self.unmatched {
            Unmatched::None => 0,
            Unmatched::Suspect => 1,
            Unmatched::Closed => 2,
        }
    }

    /// `MULTIPART_CRLF_LF_LINES`: line endings of both sorts.
    pub const fn crlf_lf_lines(&self) -> bool {
        self.crlf_line && self.lf_line
    }

    /// `MULTIPART_STRICT_ERROR`.
    pub const fn strict_error(&self) -> bool {
        self.error
            || self.data_before
            || self.data_after
            || self.boundary_quoted
            || self.boundary_whitespace
            || self.missing_semicolon
            || self.header_folding
            || self.invalid_header_folding
            || self.lf_line
            || self.invalid_quoting
            || self.invalid_part
            || self.file_limit_exceeded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strictness() {
        assert!(!Flags::default().strict_error());
        let both = Flags { crlf_line: true, lf_line: true, ..Flags::default() };
        assert!(both.strict_error() && both.crlf_lf_lines());
        let right = Flags { crlf_line: true, unmatched: Unmatched::Closed, ..Flags::default() };
        assert!(!right.strict_error() && !right.crlf_lf_lines());
        assert_eq!(right.unmatched_boundary(), 2);
    }
}

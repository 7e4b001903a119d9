//! How much a body may make of itself.

/// Bounds of every processor. A body over one of them is an error or is flagged, never a reason to stop looking silently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body (`SecRequestBodyLimit` is the engine's; this one is the processor's own last line).
    pub body: usize,
    /// Arguments of one body or query, or cookies of one field (`SecArgumentsLimit`).
    pub arguments: usize,
    /// Arrays and objects in one another (`SecRequestBodyJsonDepthLimit`), or elements.
    pub depth: usize,
    /// Bytes of one name that is put together from the names above it.
    pub name: usize,
    /// Bytes of all such names of a body: names of depth times values are what a small body can grow by.
    pub names: usize,
    /// Parts of a multipart body.
    pub parts: usize,
    /// Bytes of a line in a part's header, and of a header with its folds.
    pub part_header: usize,
    /// Headers of a part.
    pub part_headers: usize,
    /// Files of a multipart body (`SecUploadFileLimit`), `None` where files are not kept.
    pub files: Option<usize>,
    /// Elements of an XML document.
    pub elements: usize,
    /// Attributes of one element; also namespaces in scope.
    pub attributes: usize,
}

impl Default for Limits {
    /// What suits a body of up to some megabytes; the reasons are in `RATIONALE.md`.
    fn default() -> Self {
        Self {
            body: 128 << 20,
            arguments: 10_000,
            depth: 512,
            name: 8_192,
            names: 4 << 20,
            parts: 1_000,
            part_header: 4_096,
            part_headers: 32,
            files: None,
            elements: 100_000,
            attributes: 128,
        }
    }
}

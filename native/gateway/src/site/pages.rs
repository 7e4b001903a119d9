//! A site's own HTML pages for answers that the gateway makes.

use std::collections::BTreeMap;

/// Bytes of all pages of a site together.
const MAX_TOTAL: usize = 524_288;

/// Pages by status.
#[derive(Debug, Default)]
pub struct ErrorPages {
    exact: BTreeMap<u16, String>,
    client: Option<String>,
    server: Option<String>,
}

impl ErrorPages {
    /// Compiles pages whose keys are `4xx`, `5xx` or a status of those.
    pub fn compile(pages: BTreeMap<String, String>) -> Result<Self, String> {
        if pages.values().map(String::len).sum::<usize>() > MAX_TOTAL {
            return Err(format!("error_pages: more than {MAX_TOTAL} bytes"));
        }
        let mut compiled = Self::default();
        for (key, page) in pages {
            match (key.as_str(), key.parse::<u16>()) {
                ("4xx", _) => compiled.client = Some(page),
                ("5xx", _) => compiled.server = Some(page),
                (_, Ok(status @ 400..=599)) => drop(compiled.exact.insert(status, page)),
                _ => return Err(format!("error_pages: {key} is neither 4xx, 5xx nor a status of them")),
            }
        }
        Ok(compiled)
    }

    /// The page of a status, if the site has one.
    pub fn of(&self, status: u16) -> Option<&str> {
        let class = if status < 500 { &self.client } else { &self.server };
        self.exact.get(&status).or(class.as_ref()).map(String::as_str)
    }
}

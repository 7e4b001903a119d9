//! Finding the end of a head, line by line, as bytes arrive.

use crate::error::Reject;
use memchr::memchr;

/// Longest request line in bytes; longer answers 414.
pub const MAX_LINE: usize = 8192;

/// Remembers how far a head was looked at, so that a slow sender costs no repeated work.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeadScanner {
    line_start: usize,
    scanned: usize,
    lines: u32,
}

impl HeadScanner {
    /// Length of the head with its closing empty line, or `None` when more bytes are needed.
    ///
    /// `bytes` starts where the head starts and only grows between calls. A line that does not end in CR LF is refused
    /// at once; `max` is the size of the whole head in bytes.
    pub fn scan(&mut self, bytes: &[u8], max: usize) -> Result<Option<usize>, Reject> {
        while let Some(found) = memchr(b'\n', bytes.get(self.scanned..).unwrap_or_default()) {
            let at = self.scanned + found;
            if at == self.line_start || bytes[at - 1] != b'\r' {
                return Err(Reject::bad("bare line feed"));
            }
            let length = at - 1 - self.line_start;
            if self.lines == 0 && length > MAX_LINE {
                return Err(Reject::with(414, "request line too long"));
            }
            self.scanned = at + 1;
            self.line_start = at + 1;
            self.lines += 1;
            if self.scanned > max {
                return Err(Reject::with(431, "head too large"));
            }
            if length == 0 {
                return Ok(Some(self.scanned));
            }
        }
        self.scanned = bytes.len();
        // The line's carriage return may be here without its line feed.
        if self.lines == 0 && bytes.len() > MAX_LINE + 1 {
            return Err(Reject::with(414, "request line too long"));
        }
        if bytes.len() > max {
            return Err(Reject::with(431, "head too large"));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_end_however_it_arrives() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
        let mut scanner = HeadScanner::default();
        for n in 0..27 {
            assert_eq!(scanner.scan(&head[..n], 1000), Ok(None), "{n}");
        }
        assert_eq!(scanner.scan(head, 1000), Ok(Some(27)));
        assert_eq!(HeadScanner::default().scan(head, 1000), Ok(Some(27)));
    }

    #[test]
    fn the_longest_line_may_be_cut_before_its_line_feed() {
        let mut line = vec![b'a'; MAX_LINE];
        line.extend(b"\r\n");
        let mut scanner = HeadScanner::default();
        assert_eq!(scanner.scan(&line[..=MAX_LINE], 100_000), Ok(None));
        assert_eq!(scanner.scan(&line, 100_000), Ok(None));
    }

    #[test]
    fn refuses_early() {
        for (bytes, status) in [(&b"GET / HTTP/1.1\n"[..], 400), (b"\n", 400), (b"GET / HTTP/1.1\r\nA: b\n", 400)] {
            assert_eq!(HeadScanner::default().scan(bytes, 1000).map_err(|r| r.status), Err(status));
        }
        assert_eq!(HeadScanner::default().scan(&[b'a'; 9000], 100_000).map_err(|r| r.status), Err(414));
        let mut long = b"GET / HTTP/1.1\r\nA: ".to_vec();
        long.extend([b'a'; 2000]);
        assert_eq!(HeadScanner::default().scan(&long, 1000).map_err(|r| r.status), Err(431));
    }
}

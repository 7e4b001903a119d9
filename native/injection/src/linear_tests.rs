//! Hostile values cost time in proportion to their length. libinjection itself goes quadratic on the first.

use crate::{sqli, xss};
use std::time::{Duration, Instant};

const SIZE: usize = 1 << 17;

/// Repeated to 128 KiB each.
const PIECES: [&str; 44] = [
    "`a`.int`b`.",
    "select.",
    "a.",
    ".",
    "1+",
    "1,",
    "- ",
    "(",
    "((",
    "))",
    "{a ",
    "not ",
    "int ",
    "int`x`+",
    "'",
    "''",
    "\\'",
    "\\",
    "\"",
    "`",
    "$a",
    "$a$b",
    "$",
    "/*",
    "/**/",
    "*/",
    "--",
    "--\n",
    "#",
    "#\n",
    "q'(",
    "x'4",
    "[",
    "@",
    "<",
    "</",
    "<a ",
    "<a b=",
    "<!-",
    "-\0",
    "<%%",
    "<![CDATA[]",
    "a=&#0",
    "/",
];

#[test]
fn hostile_values() {
    let begun = Instant::now();
    for piece in PIECES {
        for (before, after) in [("", ""), ("<!--", "'"), ("href=", "\"")] {
            let value = format!("{before}{}{after}", piece.repeat(SIZE / piece.len()));
            let begun = Instant::now();
            sqli(value.as_bytes());
            xss(value.as_bytes());
            let took = begun.elapsed();
            // A linear reading takes some 60 ms without optimisation; a quadratic one of the first piece, 15 s.
            assert!(took < Duration::from_secs(5), "{before}{piece}…{after}: {took:?}");
        }
    }
    println!("{:?}", begun.elapsed());
}

//! Detection of SQL injection and cross-site scripting in one value, with the verdicts and fingerprints of libinjection.
//!
//! The reference is libinjection's main branch (3.9.2-92-gb9fcaaf of November 2023 and later, "3.10-pre"), which `ModSecurity` has
//! carried since 3.0.13. `ModSecurity` 3.0.5 to 3.0.12 carried an older state (bfba51f) that differs in one thing alone: there every
//! attribute whose name begins with `on` and has five letters or more counts as an event handler, here only those that begin
//! with the name of an event. SQL verdicts are the same in both.
//!
//! The tables under `data/` (words of SQL dialects with their kinds, fingerprints of attacks, names of events) and the lists of
//! tags and attributes are libinjection's, by Nick Galbreath and contributors, BSD 3-clause licence; they are taken over as facts. The
//! code is not a translation: it reads each byte a bounded number of times where the original can go quadratic, and never
//! allocates.

mod classes;
#[cfg(test)]
mod linear_tests;
#[cfg(test)]
mod ordinary_tests;
#[cfg(test)]
mod reference_tests;
mod sqli;
mod xss;

pub use sqli::{Fingerprint, sqli, sqli_in_full};
pub use xss::{xss, xss_in_full};

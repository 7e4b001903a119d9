//! The rule language: from text to a checked program.
//!
//! Everything unknown is a complaint with its file and line; a set with complaints is never run.

pub mod action;
pub mod complaint;
pub mod ctl;
mod lines;
pub mod load;
pub mod operator;
mod outline;
pub mod rule;
pub mod settings;
pub mod source;
pub mod target;
pub mod template;
pub mod update;
pub mod variable;

pub use complaint::{Complaint, Place};
pub use load::{Program, load};
pub use outline::{LinkOutline, RuleOutline, outline};
pub use settings::{Mode, Settings};
pub use source::{Files, Memory, RuleSource};
pub use variable::Variable;

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;

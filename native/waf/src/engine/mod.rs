//! Runs rules over requests and their answers.
//!
//! A [`RuleSet`] is compiled once and shared; a [`Policy`] is one route's view of it; an [`Inspection`] is one request. Every
//! distinct byte string of a request is kept once, transformed once, and searched once for all literals that any rule needs.

mod act;
mod around;
mod bits;
mod classes;
mod compile;
mod event;
mod expand;
mod filter;
mod inspection;
mod lookup;
mod names;
mod policy;
mod program;
mod request;
mod run;
mod settle;
mod state;
mod store;
mod test;
mod testing;
pub mod trace;
mod transaction;
mod trial;
mod values;
mod whole;
mod wording;

pub use around::{Around, Clock};
pub use compile::compile;
pub use event::{About, Event};
pub use inspection::{Engine, Inspection, Report};
pub use policy::{Exclusion, Policy, PolicyText};
pub use program::RuleSet;
pub use request::{Line, Start};
pub use trial::{Trial, Tried};
pub use whole::{Fields, Request, Response, TxValue};
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trace_tests;

pub use store::{Change, Elements, InProcess, Kept, Key, LONGEST, MOST_ELEMENTS, Owner, Store, change};

//! The firewall in the pipeline: rule sets by version, what each site makes of them, and the inspection of one request.

pub mod armour;
pub mod block_lists;
pub mod collections;
pub mod inspect;
pub mod request;
pub mod rule_sets;
pub mod tail;

pub use armour::{Armour, Shield};
pub use collections::Collections;
pub use rule_sets::RuleSets;

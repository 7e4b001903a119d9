//! What is done with bodies: request bodies checked, response bodies compressed.

pub mod compress;
pub mod decoder;
pub mod encoder;
pub mod validate;

pub use compress::{Candidate, Choice, Coding};
pub use encoder::Encoder;
pub use validate::Validator;

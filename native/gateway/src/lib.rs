//! The gateway: pipeline and listener over the crates below it.

pub mod accept;
pub mod access_log;
pub mod api_keys;
pub mod auth;
pub mod body;
pub mod client;
pub mod config;
pub mod crew;
pub mod edits;
pub mod exchange;
pub mod forward;
pub mod gate;
pub mod h2_session;
pub mod idle;
pub mod jwk;
pub mod jwt;
pub mod last_good;
pub mod limits;
pub mod listener;
pub mod metrics;
pub mod origin;
pub mod pace;
pub mod pipeline;
pub mod preamble;
pub mod relay;
pub mod render;
pub mod revoked;
pub mod sealed;
pub mod security;
pub mod session;
pub mod site;
pub mod snapshot;
pub mod state;
pub mod stream;
#[cfg(test)]
mod testing;
pub mod time;
pub mod tls;
pub mod traffic;
pub mod tunnel;
pub mod upload;
pub mod waf;
pub mod weight;
pub mod words;

pub use listener::{Gateway, Listen, Options};
pub use sealed::Keyring;

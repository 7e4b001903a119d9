//! The gateway: pipeline and listener over the crates below it.

pub mod access_log;
pub mod api_keys;
pub mod auth;
pub mod body;
pub mod config;
pub mod edits;
pub mod forward;
pub mod gate;
pub mod jwk;
pub mod jwt;
pub mod last_good;
pub mod listener;
pub mod metrics;
pub mod pipeline;
pub mod render;
pub mod revoked;
pub mod session;
pub mod site;
pub mod snapshot;
pub mod state;
#[cfg(test)]
mod testing;
pub mod time;
pub mod weight;
pub mod words;

pub use listener::Gateway;

//! The gateway: pipeline and listener over the crates below it.

pub mod access_log;
pub mod auth;
pub mod config;
pub mod forward;
pub mod jwt;
pub mod last_good;
pub mod limits;
pub mod listener;
pub mod metrics;
pub mod pipeline;
pub mod render;
pub mod session;
pub mod site;
pub mod snapshot;
pub mod state;
pub mod time;

pub use listener::Gateway;

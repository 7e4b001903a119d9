//! The gateway: pipeline and listener over the crates below it.

pub mod access_log;
pub mod auth;
pub mod client;
pub mod config;
pub mod exchange;
pub mod forward;
pub mod h2_session;
pub mod idle;
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
pub mod sealed;
pub mod session;
pub mod site;
pub mod snapshot;
pub mod state;
pub mod stream;
pub mod time;
pub mod tls;
pub mod tunnel;
pub mod upload;

pub use listener::{Gateway, Listen, Options};
pub use sealed::Keyring;

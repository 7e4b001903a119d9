//! The way to the upstreams: endpoints and their health, the choice among them, connections kept alive, bodies streamed with
//! back-pressure.

pub mod balance;
pub mod breaker;
pub mod budget;
pub mod check;
pub mod conn;
mod connect;
pub mod endpoint;
pub mod error;
pub mod health;
pub mod lease;
mod members;
pub mod multiplex;
pub mod outlier;
pub mod pool;
pub mod pump;
pub mod report;
pub mod resolve;
pub mod settings;
pub mod stream;
pub mod target;
mod tls;
pub mod upstream;
pub mod watch;
mod window;

pub use balance::{Policy, hash};
pub use breaker::{Breaker, CircuitState};
pub use budget::Retry;
pub use conn::{Conn, Timer};
pub use endpoint::Endpoint;
pub use error::{ProxyError, Source};
pub use health::{CheckKind, Health};
pub use lease::{Ask, Lease, Unavailable};
pub use multiplex::Multiplexed;
pub use outlier::Outlier;
pub use pool::{Checkout, Pool};
pub use pump::{Pump, Sink};
pub use report::{EndpointReport, UpstreamReport};
pub use resolve::{Lookup, SystemLookup};
pub use settings::{HashKey, Protocol, Settings, Timeouts};
pub use stream::Stream;
pub use target::Target;
pub use tls::Tls;
pub use upstream::Upstream;
pub use watch::watch;

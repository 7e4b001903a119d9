//! The way to the upstreams: targets and their health, connections kept alive, bodies streamed with back-pressure.

pub mod conn;
pub mod error;
pub mod pool;
pub mod pump;
pub mod side;
pub mod target;
pub mod upstream;

pub use conn::{Conn, Timer};
pub use error::{ProxyError, Source};
pub use pool::{Checkout, Pool};
pub use pump::{Filter, Pump, WaitsFor};
pub use side::{H1, H2, Side, Sink};
pub use target::Target;
pub use upstream::{Timeouts, Upstream};

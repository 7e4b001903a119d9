//! Where an upstream goes, as configured.

use rustls::pki_types::ServerName;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Longest path of a unix socket (`sun_path` of Linux without its closing zero).
const LONGEST_PATH: usize = 107;

/// A configured address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An address and port.
    Socket(SocketAddr),
    /// A name to be looked up, with the port.
    Name {
        /// The name.
        host: String,
        /// The port.
        port: u16,
    },
    /// The path of a unix socket.
    Unix(PathBuf),
}

/// A configured address with its share of the requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As configured: `host:port` or `unix:/path`.
    pub text: String,
    /// The same, taken apart.
    pub address: Address,
    /// Its share, at least 1; each of a name's addresses has it whole.
    pub weight: u32,
}

impl Target {
    /// Takes `host:port` or `unix:/path` apart; `None` when it is neither.
    pub fn parse(text: &str, weight: u32) -> Option<Self> {
        let address = if let Some(path) = text.strip_prefix("unix:") {
            if !path.starts_with('/') || path.len() > LONGEST_PATH || path.contains('\0') {
                return None;
            }
            Address::Unix(path.into())
        } else if let Ok(socket) = text.parse::<SocketAddr>() {
            Address::Socket(socket)
        } else {
            let (host, port) = text.rsplit_once(':')?;
            if hcc_http::host::split(host.as_bytes()) != Some(host) || host.starts_with('[') {
                return None;
            }
            Address::Name { host: host.to_owned(), port: port.parse().ok()? }
        };
        let port = match &address {
            Address::Socket(socket) => socket.port(),
            Address::Name { port, .. } => *port,
            Address::Unix(_) => 1,
        };
        (port != 0).then(|| Self { text: text.to_owned(), address, weight })
    }

    /// Whether it must be looked up.
    pub fn is_name(&self) -> bool {
        matches!(self.address, Address::Name { .. })
    }

    /// The name its certificate should bear; `None` for a unix socket.
    pub(crate) fn server_name(&self) -> Option<ServerName<'static>> {
        match &self.address {
            Address::Socket(socket) => Some(ServerName::from(socket.ip() as IpAddr)),
            Address::Name { host, .. } => ServerName::try_from(host.clone()).ok(),
            Address::Unix(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let name = |host: &str, port| Some(Address::Name { host: host.to_owned(), port });
        let socket = |text: &str| text.parse().ok().map(Address::Socket);
        for (text, want) in [
            ("127.0.0.1:80", socket("127.0.0.1:80")),
            ("[::1]:80", socket("[::1]:80")),
            ("app.internal:8080", name("app.internal", 8080)),
            ("app:1", name("app", 1)),
            ("unix:/run/app.sock", Some(Address::Unix("/run/app.sock".into()))),
            ("unix:run/app.sock", None),
            ("unix:", None),
            (&format!("unix:/{}", "a".repeat(107)), None),
            ("127.0.0.1:0", None),
            ("app:0", None),
            ("app", None),
            ("app:", None),
            ("app:70000", None),
            ("a b:80", None),
            ("http://app:80", None),
            ("[app]:80", None),
            ("::1:80", None),
            ("", None),
        ] {
            assert_eq!(Target::parse(text, 1).map(|t| t.address), want, "{text}");
        }
    }
}

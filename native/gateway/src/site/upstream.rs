//! How an upstream is compiled.

use crate::snapshot::UpstreamBody;
use hcc_proxy::{Target, Timeouts, Upstream};
use std::sync::Arc;
use std::time::Duration;

/// Compiles an upstream; targets of `former` with the same address are taken over with their health and connections.
pub(super) fn compile(body: &UpstreamBody, former: &[Arc<Target>]) -> Result<Upstream, String> {
    if body.targets.len() > 256 {
        return Err("more than 256 targets".to_owned());
    }
    let mut targets = Vec::new();
    for t in &body.targets {
        let (name, port) = t.address.rsplit_once(':').ok_or_else(|| format!("no host:port: {}", t.address))?;
        if hcc_http::host::split(name.as_bytes()) != Some(name) || port.parse::<u16>().map_or(true, |p| p == 0) {
            return Err(format!("no host:port: {}", t.address));
        }
        if t.weight == 0 || t.weight > 1000 {
            return Err(format!("weight of {} is not 1 to 1000", t.address));
        }
        let target = former.iter().find(|f| f.address == t.address).cloned().unwrap_or_else(|| Arc::new(Target::new(&t.address)));
        targets.push((target, t.weight));
    }
    let ms = |n: u64, what: &str| {
        if n == 0 || n > 86_400_000 { Err(format!("{what} is not 1 to 86400000")) } else { Ok(Duration::from_millis(n)) }
    };
    let timeouts = Timeouts {
        connect: ms(body.connect_ms, "connect_ms")?,
        first_byte: ms(body.first_byte_ms, "first_byte_ms")?,
        between_bytes: ms(body.between_bytes_ms, "between_bytes_ms")?,
        total: if body.total_ms == 0 { None } else { Some(ms(body.total_ms, "total_ms")?) },
    };
    Ok(Upstream::new(targets, timeouts))
}

//! A share of the clients that goes to another upstream, each client always to the same side.

use super::cors::field;
use crate::snapshot::CanaryBody;
use foldhash::quality::FixedState;
use hcc_http::RequestHead;
use hcc_http::bytes::is_token;
use hcc_proxy::Upstream;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Steps into which all clients are divided.
const STEPS: u64 = 1_000_000;

type Bytes = Box<[u8]>;

/// A canary, ready to choose.
#[derive(Debug)]
pub struct Canary {
    /// Where the share goes.
    pub upstream: Arc<Upstream>,
    steps: u64,
    /// The same for all routes of a site with this canary, so that a client sees one version of the site.
    seed: u64,
    header: Option<(Bytes, Bytes)>,
}

impl Canary {
    /// Compiles a canary whose upstream was found.
    pub(super) fn compile(body: &CanaryBody, site: &str, upstream: Arc<Upstream>) -> Result<Self, String> {
        if !(0.0..=100.0).contains(&body.percent) {
            return Err(format!("canary: {} is not 0 to 100 per cent", body.percent));
        }
        if let Some((name, _)) = body.header.as_ref().filter(|(n, _)| !is_token(n.as_bytes())) {
            return Err(format!("canary: no field name: {name}"));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 1,000,000
        let steps = (body.percent * 10_000.0).round() as u64;
        let seed = FixedState::default().hash_one((site, &body.upstream));
        let header = body.header.as_ref().map(|(n, v)| (n.as_bytes().into(), v.as_bytes().into()));
        Ok(Self { upstream, steps, seed, header })
    }

    /// Whether a request goes to the canary. A bearer stays on one side wherever he comes from, others by their address.
    pub fn takes(&self, head: &RequestHead, client: u128, bearer: Option<&str>) -> bool {
        if self.header.as_ref().is_some_and(|(name, value)| field(head, name) == Some(value)) {
            return true;
        }
        let hasher = FixedState::default();
        let hash = match bearer {
            Some(subject) => hasher.hash_one((self.seed, subject)),
            None => hasher.hash_one((self.seed, client)),
        };
        hash % STEPS < self.steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hcc_proxy::{Settings, Timeouts};
    use std::time::Duration;

    fn canary(percent: f64, header: Option<(&str, &str)>) -> Result<Canary, String> {
        let s = Duration::from_secs(1);
        let settings = Settings::new(Vec::new(), Timeouts { connect: s, first_byte: s, between_bytes: s, total: None });
        let upstream = Arc::new(Upstream::new(settings, None).unwrap_or_else(|e| panic!("{e}")));
        let header = header.map(|(n, v)| (n.to_owned(), v.to_owned()));
        Canary::compile(&CanaryBody { upstream: "new".to_owned(), percent, header }, "site", upstream)
    }

    fn head(extra: &str) -> RequestHead {
        let mut head = RequestHead::default();
        head.parse(format!("GET / HTTP/1.1\r\nHost: a\r\n{extra}\r\n").as_bytes()).unwrap_or_else(|e| panic!("{e}"));
        head
    }

    #[test]
    fn shares_are_kept_and_clients_stay() {
        let plain = head("");
        for (percent, low, high) in [(0.0, 0, 0), (1.0, 60, 140), (10.0, 900, 1100), (50.0, 4800, 5200), (100.0, 10_000, 10_000)] {
            let canary = canary(percent, None).unwrap_or_else(|e| panic!("{e}"));
            let chosen = (0..10_000u128).filter(|c| canary.takes(&plain, *c, None)).count();
            assert!((low..=high).contains(&chosen), "{percent}: {chosen}");
            assert!((0..100u128).all(|c| canary.takes(&plain, c, Some("u")) == canary.takes(&plain, 7, Some("u"))));
        }
        // Who was on the canary stays there when its share grows.
        let (small, large) = (canary(5.0, None), canary(20.0, None));
        let (Ok(small), Ok(large)) = (small, large) else { panic!() };
        assert!((0..1000u128).all(|c| !small.takes(&plain, c, None) || large.takes(&plain, c, None)));
    }

    #[test]
    fn a_field_leads_there_whatever_the_share() {
        let canary = canary(0.0, Some(("X-Version", "next"))).unwrap_or_else(|e| panic!("{e}"));
        assert!(canary.takes(&head("x-version: next\r\n"), 1, None));
        assert!(!canary.takes(&head("X-Version: old\r\n"), 1, None) && !canary.takes(&head(""), 1, None));
    }

    #[test]
    fn refused() {
        for (percent, header) in [(-1.0, None), (100.1, None), (f64::NAN, None), (1.0, Some(("a b", "c")))] {
            assert!(canary(percent, header).is_err(), "{percent} {header:?}");
        }
    }
}

//! What goes on besides serving: names are looked up again, endpoints are checked.

use crate::balance::mix;
use crate::check;
use crate::endpoint::Endpoint;
use crate::health::Health;
use crate::resolve;
use crate::upstream::Upstream;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

/// An endpoint never checked before is checked within this, however long the interval.
const FIRST_CHECK: Duration = Duration::from_secs(1);

/// Looks names up and checks endpoints for the upstreams in force, until dropped. `changed` says that `upstreams` gives others now;
/// what is still the same goes on undisturbed. One thread does this for all.
pub async fn watch(upstreams: impl Fn() -> Vec<Arc<Upstream>>, changed: &Notify, seed: u64) {
    let mut tasks = JoinSet::new();
    let mut watched: HashMap<usize, (Arc<Upstream>, AbortHandle)> = HashMap::new();
    let mut jitter = Jitter(seed);
    loop {
        let mut before = std::mem::take(&mut watched);
        for upstream in upstreams() {
            if !upstream.has_names() && upstream.health.is_none() {
                continue;
            }
            let key = Arc::as_ptr(&upstream) as usize;
            let entry = before.remove(&key).unwrap_or_else(|| {
                let task = tasks.spawn(tend(Arc::clone(&upstream), jitter.split()));
                (upstream, task)
            });
            // An upstream that stands twice in the list is tended once.
            if let Some((_, twice)) = watched.insert(key, entry) {
                twice.abort();
            }
        }
        for (_, task) in before.into_values() {
            task.abort();
        }
        while tasks.try_join_next().is_some() {}
        changed.notified().await;
    }
}

/// Looks the names of one upstream up and checks its endpoints.
async fn tend(upstream: Arc<Upstream>, mut jitter: Jitter) {
    let mut checks = Checks::default();
    let mut first = true;
    let mut due = Instant::now();
    loop {
        if let Some(health) = &upstream.health {
            checks.follow(&upstream.endpoints(), health, &mut jitter);
        }
        tokio::select! {
            () = upstream.changed.notified() => {}
            () = sleep_until(due), if upstream.has_names() => {
                if std::mem::take(&mut first) {
                    upstream.resolved().await;
                } else {
                    upstream.look_up().await;
                }
                let pause = if upstream.has_unknown_names() { resolve::RETRY } else { resolve::INTERVAL };
                due = Instant::now() + jitter.around(pause);
            }
        }
    }
}

/// The checks under way, by endpoint.
#[derive(Default)]
struct Checks {
    tasks: JoinSet<()>,
    by_endpoint: HashMap<u64, AbortHandle>,
}

impl Checks {
    /// Checks these endpoints, and no others any more.
    fn follow(&mut self, endpoints: &[Arc<Endpoint>], health: &Arc<Health>, jitter: &mut Jitter) {
        let mut before = std::mem::take(&mut self.by_endpoint);
        for endpoint in endpoints {
            let task = before
                .remove(&endpoint.id())
                .unwrap_or_else(|| self.tasks.spawn(check_on(Arc::clone(endpoint), Arc::clone(health), jitter.split())));
            self.by_endpoint.insert(endpoint.id(), task);
        }
        for task in before.into_values() {
            task.abort();
        }
        while self.tasks.try_join_next().is_some() {}
    }
}

/// Checks one endpoint again and again.
async fn check_on(endpoint: Arc<Endpoint>, health: Arc<Health>, mut jitter: Jitter) {
    // Spread, so that a new configuration does not check everything in one moment.
    let within = if endpoint.standing.checks() == 0 { health.interval.min(FIRST_CHECK) } else { health.interval };
    sleep(jitter.share(within)).await;
    loop {
        let outcome = check::once(&endpoint, &health).await;
        endpoint.checked(outcome, &health);
        sleep(jitter.around(health.interval)).await;
    }
}

/// Random shares of a time.
struct Jitter(u64);

impl Jitter {
    fn next(&mut self) -> u64 {
        self.0 = mix(self.0);
        self.0
    }

    fn split(&mut self) -> Self {
        Self(self.next())
    }

    /// From nothing to all of it.
    fn share(&mut self, time: Duration) -> Duration {
        time.mul_f64((self.next() >> 11) as f64 / (1u64 << 53) as f64)
    }

    /// A tenth more or less.
    fn around(&mut self, time: Duration) -> Duration {
        time.mul_f64(0.9) + self.share(time.mul_f64(0.2))
    }
}

use super::*;
use crate::balance::{Policy, hash, mix};
use crate::check::CheckFailure;
use crate::health::tcp_checks;
use crate::resolve::Found;
use std::collections::HashMap;
use std::io;
use std::time::Duration;

fn settings(addresses: &[&str]) -> Settings {
    let second = Duration::from_secs(1);
    let timeouts = Timeouts { connect: second, first_byte: second, between_bytes: second, total: None };
    let target = |text: &&str| Target::parse(text, 1).unwrap_or_else(|| panic!("{text}"));
    Settings::new(addresses.iter().map(target).collect(), timeouts)
}

fn upstream(addresses: &[&str], change: impl FnOnce(&mut Settings)) -> Upstream {
    let mut settings = settings(addresses);
    change(&mut settings);
    Upstream::new(settings, None).unwrap_or_else(|e| panic!("{e}"))
}

fn ask(now_ms: u64) -> Ask<'static> {
    Ask { now_ms, hash: None, random: mix(now_ms), except: &[] }
}

fn pick(upstream: &Upstream, now_ms: u64) -> Lease {
    upstream.pick(&ask(now_ms)).unwrap_or_else(|e| panic!("{e}"))
}

/// Ports chosen in so many picks, those failing whose port is among `failing`.
fn ports(upstream: &Upstream, picks: usize, now_ms: u64, failing: &[&str]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for _ in 0..picks {
        let mut lease = pick(upstream, now_ms);
        let port = lease.endpoint().address().rsplit(':').next().unwrap_or_default().to_owned();
        if failing.contains(&port.as_str()) {
            lease.failed(now_ms);
        } else {
            lease.succeeded(200, now_ms);
        }
        *counts.entry(port).or_insert(0) += 1;
    }
    counts
}

fn eject(endpoint: &Endpoint, now_ms: u64) {
    assert_eq!((0..2).filter(|_| endpoint.ejection.failed(now_ms, &Outlier::default())).count(), 1);
}

const THREE: [&str; 3] = ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"];

#[test]
fn a_failing_endpoint_is_ejected_and_comes_back() {
    let up = upstream(&THREE, |_| {});
    assert_eq!(ports(&up, 30, 1000, &["2"]).get("2"), Some(&2));
    assert_eq!(ports(&up, 30, 1499, &["2"]).get("2"), None);
    // It fails once more and is out for twice as long.
    assert_eq!(ports(&up, 30, 1500, &["2"]).get("2"), Some(&1));
    assert_eq!(ports(&up, 30, 2499, &[]).get("2"), None);
    assert_eq!(ports(&up, 30, 2500, &[]).get("2"), Some(&10));
}

#[test]
fn answers_of_a_gateway_count_where_configured() {
    for (gateway_errors, status, ejected) in [(false, 503, 0), (true, 503, 1), (true, 500, 0)] {
        let up = upstream(&THREE, |s| s.outlier.gateway_errors = gateway_errors);
        for _ in 0..6 {
            let mut lease = pick(&up, 1000);
            let status = if lease.endpoint().address().ends_with(":1") { status } else { 200 };
            lease.succeeded(status, 1000);
        }
        assert_eq!(up.report(1000).endpoints.iter().filter(|e| !e.healthy).count(), ejected, "{gateway_errors} {status}");
    }
}

#[test]
fn below_the_panic_threshold_all_are_tried() {
    for (panic_percent, failing, want) in [
        (50, &["1"][..], &["2", "3"][..]),
        // One healthy of three is below the half.
        (50, &["1", "2"], &["1", "2", "3"]),
        (30, &["1", "2"], &["3"]),
        (50, &["1", "2", "3"], &["1", "2", "3"]),
    ] {
        for policy in [Policy::RoundRobin, Policy::LeastRequest, Policy::ConsistentHash] {
            let up = upstream(&THREE, |s| (s.outlier.panic_percent, s.policy) = (panic_percent, policy));
            for endpoint in up.endpoints() {
                if failing.iter().any(|p| endpoint.address().ends_with(p)) {
                    eject(&endpoint, 1000);
                }
            }
            let mut seen: Vec<String> = Vec::new();
            for i in 0..200 {
                let lease = up.pick(&Ask { random: mix(i), ..ask(1000) }).unwrap_or_else(|e| panic!("{e}"));
                seen.push(lease.endpoint().address().rsplit(':').next().unwrap_or_default().to_owned());
            }
            seen.sort();
            seen.dedup();
            assert_eq!(seen, want, "{panic_percent} {policy:?} {failing:?}");
        }
    }
}

#[test]
fn without_panic_none_healthy_is_an_answer() {
    let up = upstream(&["127.0.0.1:1"], |s| s.outlier.panic_percent = 0);
    ports(&up, 2, 1000, &["1"]);
    assert_eq!(up.pick(&ask(1001)).err(), Some(Unavailable::NoneHealthy));
    assert_eq!(upstream(&[], |_| {}).pick(&ask(1)).err(), Some(Unavailable::NoTargets));
}

#[test]
fn a_retry_goes_elsewhere_while_there_is_elsewhere() {
    let up = upstream(&THREE, |_| {});
    let mut tried = Vec::new();
    for _ in 0..3 {
        let lease = up.pick(&Ask { except: &tried, ..ask(1) }).unwrap_or_else(|e| panic!("{e}"));
        assert!(!tried.iter().any(|t| Arc::ptr_eq(t, lease.endpoint())));
        tried.push(Arc::clone(lease.endpoint()));
    }
    assert!(up.pick(&Ask { except: &tried, ..ask(1) }).is_ok());
    // Better the healthy one again than one that is ejected.
    let two = upstream(&THREE[..2], |_| {});
    let [first, second] = &two.endpoints()[..] else { panic!("two") };
    eject(first, 1);
    let lease = two.pick(&Ask { except: &[Arc::clone(second)], ..ask(2) }).unwrap_or_else(|e| panic!("{e}"));
    assert!(Arc::ptr_eq(lease.endpoint(), second));
}

#[test]
fn limits_in_flight() {
    for (whole, each, taken) in [(2, 0, 2), (0, 1, 3), (0, 2, 6), (4, 2, 4)] {
        for policy in [Policy::RoundRobin, Policy::LeastRequest, Policy::ConsistentHash] {
            let up = upstream(&THREE, |s| {
                (s.breaker.max_in_flight, s.breaker.max_in_flight_per_endpoint, s.policy) = (whole, each, policy);
            });
            let mut leases: Vec<Lease> = (0..taken).map(|_| pick(&up, 1)).collect();
            assert_eq!(up.pick(&ask(1)).err(), Some(Unavailable::TooManyInFlight), "{whole} {each} {policy:?}");
            assert_eq!(up.report(1).in_flight, taken);
            leases.pop();
            drop(pick(&up, 1));
            drop(leases);
            assert_eq!((up.report(1).in_flight, up.endpoints().iter().map(|e| e.in_flight()).sum::<u32>()), (0, 0));
        }
    }
}

#[test]
fn the_circuit_opens_and_one_probe_closes_it() {
    let up = upstream(&THREE, |s| (s.breaker.error_percent, s.breaker.open_ms) = (50, 1000));
    ports(&up, 20, 1000, &["1", "2", "3"]);
    assert_eq!((up.pick(&ask(1999)).err(), up.circuit()), (Some(Unavailable::CircuitOpen), CircuitState::Open));
    let probe = pick(&up, 2000);
    assert_eq!((up.pick(&ask(2000)).err(), up.circuit()), (Some(Unavailable::CircuitOpen), CircuitState::Probing));
    // Its client left: the next one probes.
    drop(probe);
    pick(&up, 2001).succeeded(200, 2001);
    assert_eq!(up.circuit(), CircuitState::Closed);
    ports(&up, 3, 2002, &[]);
}

#[test]
fn a_probe_that_finds_no_endpoint_is_given_back() {
    let up = upstream(&["127.0.0.1:1"], |s| {
        (s.breaker.error_percent, s.breaker.open_ms, s.breaker.max_in_flight_per_endpoint) = (50, 1000, 1);
    });
    (0..20).for_each(|_| drop(ports(&up, 1, 1000, &["1"])));
    let endpoint = Arc::clone(&up.endpoints()[0]);
    assert!(endpoint.enter(1));
    assert_eq!(up.pick(&ask(2000)).err(), Some(Unavailable::TooManyInFlight));
    endpoint.in_flight.store(0, Ordering::Relaxed);
    assert!(up.pick(&ask(2000)).is_ok());
}

#[test]
fn retries_are_a_share_of_first_tries() {
    let up = upstream(&THREE, |s| (s.retry.budget_percent, s.retry.min_per_s) = (10, 0));
    ports(&up, 100, 1000, &[]);
    let except = up.endpoints();
    for _ in 0..100 {
        let _ = up.pick(&Ask { except: &except[..1], ..ask(1000) });
    }
    assert_eq!((0..100).filter(|_| up.may_retry(1000)).count(), 10);
}

#[test]
fn one_client_stays_at_one_endpoint() {
    let up = upstream(&THREE, |s| s.policy = Policy::ConsistentHash);
    let place = |up: &Upstream, client: &str, random| {
        let ask = Ask { hash: Some(hash(client.as_bytes())), random, ..ask(1) };
        up.pick(&ask).unwrap_or_else(|e| panic!("{e}")).endpoint().address().to_owned()
    };
    let reversed = upstream(&["127.0.0.1:3", "127.0.0.1:2", "127.0.0.1:1"], |s| s.policy = Policy::ConsistentHash);
    for client in ["192.0.2.1", "192.0.2.2", "2001:db8::1", ""] {
        assert_eq!(place(&up, client, 1), place(&reversed, client, 2), "{client}");
    }
}

#[test]
fn checks_take_out_and_bring_back() {
    let health = tcp_checks(2, 1);
    let up = upstream(&THREE, |s| s.health = Some(health.clone()));
    let endpoint = Arc::clone(&up.endpoints()[0]);
    assert_eq!(ports(&up, 30, 1, &[]).get("1"), Some(&10));
    (0..2).for_each(|_| endpoint.checked(Err(CheckFailure::Late), &health));
    assert_eq!(ports(&up, 30, 1, &[]).get("1"), None);
    let report = up.report(1).endpoints.swap_remove(0);
    assert_eq!((report.healthy, report.checks_failed, report.check_failure.as_deref()), (false, 2, Some("no answer in time")));
    // A configuration without checks believes none.
    let unchecked = Upstream::new(settings(&THREE), Some(&up)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(ports(&unchecked, 30, 1, &[]).get("1"), Some(&10));
    // Back by its checks, an ejection of before is over too.
    eject(&endpoint, 1);
    endpoint.checked(Ok(()), &health);
    assert_eq!(ports(&up, 30, 1, &[]).get("1"), Some(&10));
}

#[test]
fn what_is_known_outlives_a_change() {
    let one = upstream(&THREE, |s| s.breaker.max_in_flight = 2);
    let held = (pick(&one, 1), pick(&one, 1));
    let mut changed = settings(&["127.0.0.1:2", "127.0.0.1:4"]);
    changed.breaker.max_in_flight = 2;
    let two = Upstream::new(changed, Some(&one)).unwrap_or_else(|e| panic!("{e}"));
    assert!(Arc::ptr_eq(&one.endpoints()[1], &two.endpoints()[0]));
    assert_eq!(two.pick(&ask(1)).err(), Some(Unavailable::TooManyInFlight));
    drop(held);
    assert!(two.pick(&ask(1)).is_ok());
}

/// Answers from a list, the last one again and again.
struct Script(Mutex<Vec<Option<Vec<SocketAddr>>>>);

impl Lookup for Script {
    fn look_up(&self, _: &str, _: u16) -> Found {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { answer.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

fn script(answers: &[Option<&[&str]>]) -> Arc<dyn Lookup> {
    let parse = |texts: &&[&str]| texts.iter().filter_map(|t| t.parse().ok()).collect();
    Arc::new(Script(Mutex::new(answers.iter().map(|a| a.as_ref().map(parse)).collect())))
}

fn addresses(upstream: &Upstream) -> Vec<String> {
    upstream.endpoints().iter().map(|e| e.address().to_owned()).collect()
}

#[tokio::test]
async fn names_are_looked_up_and_last_good_addresses_stay() {
    let lookup = script(&[None, Some(&["10.0.0.2:80", "10.0.0.1:80"]), None, Some(&[]), Some(&["10.0.0.3:80", "10.0.0.1:80"])]);
    let up = upstream(&["app:80"], |s| s.lookup = lookup);
    assert_eq!(up.pick(&ask(1)).err(), Some(Unavailable::Unresolved));
    up.resolved().await;
    assert_eq!((up.pick(&ask(1)).err(), up.has_unknown_names()), (Some(Unavailable::Unresolved), true));
    assert_eq!(up.report(1).unresolved, ["app:80"]);
    // Who waits for the first look-up does not ask again.
    up.resolved().await;
    assert!(addresses(&up).is_empty());
    up.look_up().await;
    assert_eq!((addresses(&up), up.has_unknown_names()), (vec!["10.0.0.1:80".to_owned(), "10.0.0.2:80".to_owned()], false));
    let kept = up.endpoints();
    eject(&kept[0], 1);
    for _ in 0..2 {
        up.look_up().await;
        assert_eq!(addresses(&up), ["10.0.0.1:80", "10.0.0.2:80"]);
    }
    // A new configuration knows them without asking.
    let again = Upstream::new(settings(&["127.0.0.1:1", "app:80"]), Some(&up)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(addresses(&again), ["127.0.0.1:1", "10.0.0.1:80", "10.0.0.2:80"]);
    up.look_up().await;
    assert_eq!(addresses(&up), ["10.0.0.1:80", "10.0.0.3:80"]);
    assert!(Arc::ptr_eq(&up.endpoints()[0], &kept[0]) && !up.report(2).endpoints[0].healthy);
    assert_eq!(up.report(1).lookups_failed, 3);
}

#[tokio::test(start_paused = true)]
async fn watching_follows_names_and_changes_of_configuration() {
    let one = Arc::new(upstream(&["app:80"], |s| s.lookup = script(&[None, Some(&["10.0.0.1:80"]), Some(&["10.0.0.2:80"])])));
    let two = Arc::new(upstream(&["app:80"], |s| s.lookup = script(&[Some(&["10.0.0.9:80"])])));
    let in_force = Arc::new(Mutex::new(vec![Arc::clone(&one)]));
    let changed = Arc::new(Notify::new());
    let watching = tokio::spawn({
        let (in_force, changed) = (Arc::clone(&in_force), Arc::clone(&changed));
        async move { crate::watch(move || in_force.lock().unwrap_or_else(PoisonError::into_inner).clone(), &changed, 7).await }
    });
    // Nothing at first, asked again after a second, then every ten.
    for (after_ms, want) in [(500, ""), (1000, "10.0.0.1:80"), (7000, "10.0.0.1:80"), (4000, "10.0.0.2:80")] {
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        assert_eq!(addresses(&one).join(","), want, "{after_ms}");
    }
    let held = Arc::strong_count(&one);
    *in_force.lock().unwrap_or_else(PoisonError::into_inner) = vec![Arc::clone(&two), Arc::clone(&two)];
    changed.notify_one();
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(addresses(&two), ["10.0.0.9:80"]);
    assert!(Arc::strong_count(&one) < held - 1);
    watching.abort();
    assert!(watching.await.is_err_and(|e| e.is_cancelled()));
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(Arc::strong_count(&two), 3);
}

#[test]
fn names_wanted_in_certificates() {
    for (target, server_name, want) in [
        ("app.internal:1", None, Ok("app.internal")),
        ("127.0.0.1:1", None, Ok("127.0.0.1")),
        ("app:1", Some("other.example"), Ok("other.example")),
        ("unix:/x", Some("other.example"), Ok("other.example")),
        ("unix:/x", None, Err("tls.server_name: needed for unix:/x")),
        ("app:1", Some("a b"), Err("tls.server_name: no name: a b")),
    ] {
        let mut settings = settings(&[target]);
        settings.tls = Some(Tls { verify: false, server_name: server_name.map(str::to_owned), ca_pem: None });
        let name = Upstream::new(settings, None).map(|u| u.plan.server_names[0].as_ref().map(|n| n.to_str().into_owned()));
        assert_eq!(name, want.map(|w| Some(w.to_owned())).map_err(str::to_owned), "{target}");
    }
}

//! Three gateways, one real Redis, and what comes through a limit that they share.

use hcc_gateway::limits::Limits;
use hcc_gateway::site::Limit;
use hcc_gateway::snapshot::LimitKey;
use hcc_gateway::time::monotonic_ns;
use hcc_ratelimit::{Decision, Quota};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const SECOND: u64 = 1_000_000_000;

/// A server of its own for one test; nothing is written to disk.
struct Redis {
    port: u16,
    process: Child,
}

impl Redis {
    fn start(port: u16) -> Self {
        let mut process = Command::new("redis-server")
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("redis-server (`make build` installs it): {e}"));
        let configuration = format!("bind 127.0.0.1\nport {port}\nsave \"\"\nappendonly no\nrequirepass secret\n");
        let mut stdin = process.stdin.take().unwrap_or_else(|| panic!("no stdin"));
        stdin.write_all(configuration.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
        drop(stdin);
        until("redis listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { port, process }
    }

    fn url(&self) -> String {
        format!("redis://:secret@127.0.0.1:{}/0", self.port)
    }

    fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let probe = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|e| panic!("{e}"));
    probe.local_addr().unwrap_or_else(|e| panic!("{e}")).port()
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        sleep(Duration::from_millis(5));
    }
}

fn limit(id: u64, rate: u32, per_s: u32, burst: u32) -> Limit {
    let quota = Quota::new(rate, per_s, burst).unwrap_or_else(|| panic!("quota"));
    Limit { name: format!("l{id}"), id, key: LimitKey::Client, header: None, quota, rate, per_s, shared: true, told: Vec::new() }
}

fn is(gateway: &Limits, name: &str, wanted: &serde_json::Value) -> bool {
    gateway.status()[name] == *wanted
}

fn gateways(redis: &Redis) -> Vec<Limits> {
    let make = |n| Limits::new(Some(&redis.url()), Some(format!("g{n}"))).unwrap_or_else(|e| panic!("{e}"));
    let all: Vec<Limits> = (0..3).map(make).collect();
    until("three settled gateways", || all.iter().all(|g| is(g, "gateways", &3.into()) && is(g, "settled", &true.into())));
    all
}

/// Asks every millisecond for more than may pass, until `done`; gives the times of the requests that were admitted.
///
/// A request during which the thread lost its processor is counted, but has no time: nobody knows when it was.
fn hammer(gateway: &Limits, limit: &Limit, each: u32, done: &(dyn Fn() -> bool + Sync)) -> (Vec<u64>, usize) {
    let (mut times, mut count) = (Vec::new(), 0);
    while !done() {
        for _ in 0..each {
            let before = monotonic_ns();
            if matches!(gateway.check(limit, 7, before), Decision::Admitted { .. }) {
                let after = monotonic_ns();
                count += 1;
                times.extend((after - before < 200_000).then_some(after));
            }
        }
        sleep(Duration::from_millis(1));
    }
    (times, count)
}

/// By how many requests the worst window is above (burst + rate * time) * 1.02.
fn excess(limit: &Limit, times: &mut [u64]) -> f64 {
    times.sort_unstable();
    let (mut level, mut last, mut worst) = (0.0f64, times.first().copied().unwrap_or(0), f64::MIN);
    for at in times {
        level = (level - (*at - last) as f64 / limit.quota.interval_ns() as f64 * 1.02).max(0.0) + 1.0;
        last = *at;
        worst = worst.max(level - f64::from(limit.quota.burst()) * 1.02);
    }
    worst
}

/// Hammers all at once; gives times and number of what was admitted, for each limit.
fn hammer_all(all: &[Limits], limits: &[(Limit, u32, Vec<usize>)], done: &(dyn Fn() -> bool + Sync)) -> Vec<(Vec<u64>, usize)> {
    std::thread::scope(|scope| {
        let running: Vec<Vec<_>> = limits
            .iter()
            .map(|(limit, each, asked)| asked.iter().map(|g| scope.spawn(|| hammer(&all[*g], limit, *each, done))).collect())
            .collect();
        let join = |threads: Vec<std::thread::ScopedJoinHandle<'_, (Vec<u64>, usize)>>| {
            threads.into_iter().fold((Vec::new(), 0), |(mut times, count), thread| {
                let (more, n) = thread.join().unwrap_or_else(|_| panic!("a thread"));
                times.extend(more);
                (times, count + n)
            })
        };
        running.into_iter().map(join).collect()
    })
}

#[test]
fn three_gateways_keep_one_bound_and_use_it() {
    let redis = Redis::start(free_port());
    let all = gateways(&redis);
    let everywhere = || vec![0, 1, 2];
    // Limit, requests a millisecond and gateway, gateways asked; then the share of the allowance that must come through. A client
    // of one gateway cannot use what the others hold: a third of the burst, which shows at low rates.
    let cases = [
        ((limit(1, 100, 60, 20), 1, everywhere()), 0.85),
        ((limit(2, 100, 60, 20), 1, vec![1]), 0.60),
        ((limit(3, 5_000, 1, 1_000), 4, everywhere()), 0.85),
        ((limit(4, 5_000, 1, 1_000), 10, vec![2]), 0.85),
        ((limit(5, 300, 1, 60), 1, everywhere()), 0.85),
        ((limit(6, 300, 1, 60), 1, vec![0]), 0.85),
    ];
    let (limits, least): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let began = monotonic_ns();
    let results = hammer_all(&all, &limits, &|| monotonic_ns() - began > 4 * SECOND);
    let lasted = (monotonic_ns() - began) as f64;
    for (((limit, _, asked), least), (mut times, count)) in limits.iter().zip(least).zip(results) {
        let allowance = f64::from(limit.quota.burst()) + lasted / limit.quota.interval_ns() as f64;
        let worst = excess(limit, &mut times);
        let share = count as f64 / allowance;
        println!("{} on {asked:?}: {count} of {allowance:.0}, {} timed, worst window {worst:+.1}", limit.name, times.len());
        assert!(worst <= 0.0, "{} on {asked:?} is exceeded by {worst}", limit.name);
        assert!(share >= least, "{} on {asked:?} gives {share:.2} of its allowance", limit.name);
        assert!(times.len() * 10 >= count * 9, "the machine is too busy to say when: {} of {count}", times.len());
    }
    let text = all[0].render();
    assert!(text.contains("hcc_gateway_shared_limits_connected 1\n") && text.contains("hcc_gateway_shared_limits_gateways 3\n"), "{text}");
    assert!(!all[0].status().to_string().contains("secret"));
}

#[test]
fn redis_may_die_and_come_back_empty() {
    let mut redis = Redis::start(free_port());
    let all = gateways(&redis);
    let began = monotonic_ns();
    let limits = [(limit(1, 200, 1, 60), 1, vec![0, 1, 2])];
    let (stop, stopped) = (std::sync::atomic::AtomicBool::new(false), std::sync::atomic::Ordering::SeqCst);
    let connected = |wanted: bool| all.iter().all(|g| is(g, "connected", &wanted.into()));
    let mut results = std::thread::scope(|scope| {
        let hammering = scope.spawn(|| hammer_all(&all, &limits, &|| stop.load(stopped)));
        sleep(Duration::from_millis(500));
        redis.kill();
        let killed = Instant::now();
        until("everybody goes on alone", || connected(false));
        assert!(killed.elapsed() < Duration::from_secs(3), "{:?}", killed.elapsed());
        sleep(Duration::from_secs(1));
        redis = Redis::start(redis.port);
        let back = Instant::now();
        until("everybody is back", || connected(true));
        assert!(back.elapsed() < Duration::from_secs(2), "{:?}", back.elapsed());
        sleep(Duration::from_secs(1));
        stop.store(true, stopped);
        hammering.join().unwrap_or_else(|_| panic!("a thread"))
    });
    let lasted = (monotonic_ns() - began) as f64 / SECOND as f64;
    let (mut times, count) = results.remove(0);
    let worst = excess(&limits[0].0, &mut times);
    println!("{count} in {lasted:.1} s, worst window {worst:+.1}");
    // They come back within 0.2 s of each other; until then the last ones go on alone beside the first.
    assert!(worst <= 200.0 * 0.3, "{worst}");
    // Nothing but the floats for a second, until Redis counts as gone.
    assert!(count as f64 >= 0.6 * (60.0 + 200.0 * lasted), "{count} in {lasted} s");
    assert!(all.iter().all(|g| g.render().contains("hcc_gateway_shared_limits_outages_total 1\n")));
}

#[test]
fn without_redis_each_goes_on_alone() {
    let gateway = Limits::new(Some(&format!("redis://:secret@127.0.0.1:{}/0", free_port())), None).unwrap_or_else(|e| panic!("{e}"));
    until("alone", || gateway.render().contains("hcc_gateway_shared_limits_outages_total 1\n"));
    let limit = limit(1, 1, 60, 20);
    let admitted = (0..50).filter(|_| matches!(gateway.check(&limit, 7, monotonic_ns()), Decision::Admitted { .. })).count();
    assert_eq!(admitted, 20);
    assert!(is(&gateway, "connected", &false.into()));
    let error = Limits::new(Some("http://user:secret@host/"), None).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(!error.is_empty() && !error.contains("secret"), "{error}");
}

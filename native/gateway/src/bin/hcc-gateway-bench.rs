//! The listener alone: `hcc-gateway-bench LISTEN SNAPSHOT.json [THREADS] [ACCESS_LOG] [RULES]`, for benches and fuzzing.
//!
//! `LISTEN` is `127.0.0.1:8080`, `https://127.0.0.1:8443`, or several with commas between them. `RULES` is a file of the
//! firewall's rules, which then are the rule set `given`. An empty argument is as none.

use hcc_gateway::{Gateway, Listen, Options};
use std::collections::HashMap;
use std::net::TcpListener;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hcc-gateway-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<(), String> {
    let [listen, snapshot, rest @ ..] = args else { return Err("usage: LISTEN SNAPSHOT.json [THREADS] [ACCESS_LOG] [RULES]".to_owned()) };
    let mut rest = rest.iter().map(|one| (!one.is_empty()).then(|| one.clone())).chain(std::iter::repeat(None));
    let mut next = || rest.next().flatten();
    let threads = next().map_or(Ok(1), |t| t.parse()).map_err(|e| format!("threads: {e}"))?;
    let access_log = next();
    let rule_sets = next().map(|file| HashMap::from([("given".to_owned(), vec![file])]));
    let gateway = Gateway::new(Options { threads, access_log, rule_sets, ..Options::default() }).map_err(|e| e.to_string())?;
    let bytes = std::fs::read(snapshot).map_err(|e| e.to_string())?;
    let report = gateway.apply(&bytes)?;
    if let Some(refused) = report.refused.first() {
        return Err(format!("{}: {}", refused.id, refused.error));
    }
    let mut listeners = Vec::new();
    for address in listen.split(',') {
        let (tls, address) = address.strip_prefix("https://").map_or((false, address), |a| (true, a));
        let socket = TcpListener::bind(address).map_err(|e| format!("{address}: {e}"))?;
        listeners.push(Listen { socket, tls, proxy: false });
    }
    gateway.start(&[listeners]).map_err(|e| e.to_string())?;
    println!("ready");
    loop {
        std::thread::park();
    }
}

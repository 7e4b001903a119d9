//! The listener alone: `hcc-gateway-bench LISTEN SNAPSHOT.json [THREADS] [ACCESS_LOG]`, for benches and fuzzing.

use hcc_gateway::Gateway;
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
    let [listen, snapshot, rest @ ..] = args else { return Err("usage: LISTEN SNAPSHOT.json [THREADS] [ACCESS_LOG]".to_owned()) };
    let threads = rest.first().map_or(Ok(1), |t| t.parse()).map_err(|e| format!("threads: {e}"))?;
    let gateway = Gateway::new(threads, None, rest.get(1).map(String::as_str), None, None, None).map_err(|e| e.to_string())?;
    let bytes = std::fs::read(snapshot).map_err(|e| e.to_string())?;
    let report = gateway.apply(&bytes)?;
    if let Some(refused) = report.refused.first() {
        return Err(format!("{}: {}", refused.id, refused.error));
    }
    let listener = TcpListener::bind(listen).map_err(|e| e.to_string())?;
    gateway.start(&[listener]).map_err(|e| e.to_string())?;
    println!("ready");
    loop {
        std::thread::park();
    }
}

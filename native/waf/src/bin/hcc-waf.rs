//! Checks rule sets and runs their tests from a terminal.

use hcc_waf::engine::{Around, Engine, Policy, compile};
use hcc_waf::ftw::{self, case};
use hcc_waf::seclang::{Files, load};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

const USAGE: &str = "usage: hcc-waf check --rules FILE…\n       hcc-waf ftw --rules FILE… --tests FOLDER [--json] [--verbose]";

/// Words of the command line by the option they follow.
struct Words {
    rules: Vec<String>,
    tests: Option<String>,
    json: bool,
    verbose: bool,
}

fn words(given: impl Iterator<Item = String>) -> Option<Words> {
    let mut words = Words { rules: Vec::new(), tests: None, json: false, verbose: false };
    let mut option = String::new();
    for word in given {
        match word.as_str() {
            "--json" => words.json = true,
            "--verbose" => words.verbose = true,
            _ if word.starts_with("--") => option = word,
            _ if option == "--rules" => words.rules.push(word),
            _ if option == "--tests" => words.tests = Some(word),
            _ => return None,
        }
    }
    Some(words)
}

fn engine(rules: &[String]) -> Result<Engine, Vec<String>> {
    let files: Vec<&str> = rules.iter().map(String::as_str).collect();
    let told = |all: Vec<hcc_waf::seclang::Complaint>| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let rules = compile(load(&Files, &files).map_err(told)?).map_err(told)?;
    Ok(Engine::new(rules, Around::default()))
}

fn main() -> ExitCode {
    let mut given = std::env::args().skip(1);
    let command = given.next().unwrap_or_default();
    let Some(words) = words(given) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let began = Instant::now();
    let engine = match engine(&words.rules) {
        Ok(engine) => engine,
        Err(complaints) => {
            for complaint in complaints {
                println!("{complaint}");
            }
            return ExitCode::FAILURE;
        }
    };
    match (command.as_str(), &words.tests) {
        ("check", _) => {
            println!("{} rules in {} ms", engine.rules.heads.len(), began.elapsed().as_millis());
            ExitCode::SUCCESS
        }
        ("ftw", Some(tests)) => run(engine, tests, &words),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn run(engine: Engine, tests: &str, words: &Words) -> ExitCode {
    let (cases, complaints) = match case::read_folder(Path::new(tests)) {
        Ok(read) => read,
        Err(error) => {
            eprintln!("{tests}: {error}");
            return ExitCode::from(2);
        }
    };
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    let policy = match Policy::compile(&ftw::policy(), &engine.rules) {
        Ok(policy) => Arc::new(policy),
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let outcomes = ftw::run(&Arc::new(engine), &policy, &cases);
    let failed: Vec<_> = outcomes.iter().filter(|o| !o.wrong.is_empty()).collect();
    if words.json {
        println!("{}", ftw::json(&outcomes));
    } else {
        for outcome in &failed {
            println!("{}: {}", outcome.title, outcome.wrong.join("; "));
            if words.verbose {
                print!("{}", outcome.log);
            }
        }
        println!("{} passed, {} failed", outcomes.len() - failed.len(), failed.len());
    }
    if failed.is_empty() && complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

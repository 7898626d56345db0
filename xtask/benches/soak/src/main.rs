//! Publishes into a real Redis while things go wrong, and counts what arrives:
//!
//! - `soak run SECONDS SEED [FAULT …]`: every fault in turn, in so many seconds, and a table; code 1 if a promise was broken
//! - `soak list`: the faults
//! - `soak publish URL SPOOL FIRST SEED`: the process that publishes, until its standard input ends
//!
//! What is promised, and what not, is said in `verdict.rs`.

mod fault;
#[path = "../../../../event-core/tests/support/proxy.rs"]
mod proxy;
mod publisher;
mod reader;
#[path = "../../../../event-core/tests/support/redis_server.rs"]
mod redis_server;
mod run;
mod verdict;

use std::process::ExitCode;
use std::time::Duration;

use fault::Fault;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<u64>().unwrap();
    match words.as_slice() {
        ["publish", url, spool, first, seed] => {
            publisher::publish(url, spool, number(first), number(seed));
            ExitCode::SUCCESS
        }
        ["list"] => {
            Fault::ALL
                .iter()
                .for_each(|fault| println!("{:14} {}", fault.name(), fault.what()));
            ExitCode::SUCCESS
        }
        ["run", seconds, seed, only @ ..] => {
            let Some(faults) = Fault::named(only) else {
                return ExitCode::FAILURE;
            };
            run_all(&faults, Duration::from_secs(number(seconds)), number(seed))
        }
        _ => {
            eprintln!("usage: soak run SECONDS SEED [FAULT …] | list");
            ExitCode::FAILURE
        }
    }
}

fn run_all(faults: &[Fault], time: Duration, seed: u64) -> ExitCode {
    let mut rows = Vec::new();
    let count = faults
        .iter()
        .flat_map(|fault| [fault.runs(false), fault.runs(true)])
        .filter(|runs| *runs)
        .count();
    let time = time / u32::try_from(count).unwrap();
    for fault in faults {
        for has_spool in [false, true] {
            if !fault.runs(has_spool) {
                continue;
            }
            let spool = if has_spool { ", with a spool" } else { "" };
            println!("{}{spool}: {}", fault.name(), fault.what());
            let verdict = run::run(*fault, has_spool, time, seed);
            println!("  {}", verdict.row());
            rows.push(verdict);
        }
    }
    println!("\n{}", verdict::HEAD);
    rows.iter().for_each(|verdict| println!("{}", verdict.row()));
    let broken: Vec<_> = rows.iter().flat_map(verdict::Verdict::broken).collect();
    broken.iter().for_each(|promise| println!("broken: {promise}"));
    if broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

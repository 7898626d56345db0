//! One measurement of events on their way into a real Redis, printed as numbers with spaces between them:
//!
//! - `rate PUBLISHER EVENTS MAXLEN`: events per second, share of Redis' core that was busy
//! - `million MAXLEN`: KiB of memory before a million of ours, after a tenth of them, and after all
//! - `latency EVENTS`: nanoseconds of one call while Redis is kept as busy as it can be: p50, p99, p99.9, the longest
//! - `full`: events in a full queue, KiB of memory that they take
//! - `bytes`: of an event as it is sent
//!
//! Whoever calls repeats it, and takes the runs in turn.

mod event;
mod latency;
mod memory;
mod publisher;
#[path = "../../../../event-core/tests/support/redis_server.rs"]
mod redis_server;
mod server;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<u64>().unwrap();
    match words.as_slice() {
        ["rate", publisher, events, maxlen] => {
            let server = server::Server::start();
            let (work, began) = (server.work(), std::time::Instant::now());
            let per_second = publisher::rate(publisher, &server, number(events), number(maxlen));
            let busy = (server.work() - work) / began.elapsed().as_secs_f64();
            println!("{per_second:.0} {busy:.3}");
        }
        ["latency", events] => println!("{}", latency::measure(number(events))),
        ["million", maxlen] => println!("{}", memory::of_a_million(number(maxlen))),
        ["full"] => println!("{}", memory::of_a_full_queue()),
        ["bytes"] => println!("{}", event::bytes()),
        _ => {
            eprintln!("usage: publish rate PUBLISHER EVENTS MAXLEN | million MAXLEN | latency EVENTS | full | bytes");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

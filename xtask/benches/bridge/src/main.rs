//! One measurement of events on their way to viewers, printed as numbers with spaces between them. SERVER is bridge, bare,
//! node or fastapi; FORM is plain or framed:
//!
//! - `burst SERVER FORM CLIENTS EVENTS`: events a second, to all clients together; the same for a second of the server's
//!   processor time, which neighbours on the machine disturb less; how many did not come
//! - `latency SERVER FORM CLIENTS PER_SECOND SECONDS`: microseconds from publishing to a client, p50 and p99; how many of
//!   the events did not come
//! - `stuck SECONDS IS_STUCK`: p99 of ten clients, beside one that never reads, or not
//! - `flood SERVER CLIENTS EVENTS`: published flat out into a stream that keeps 10,000: how many did not come
//! - `replay SERVER EVENTS`: events a second to a client that reads all from the start, and to a bare loop of `XRANGE`; both
//!   again for a second of processor time
//! - `idle SERVER FORM CONNECTIONS`: bytes of resident memory for each
//! - `steady CLIENTS SLOW PER_SECOND SECONDS`: KiB of resident memory after a tenth of the time, and at its end
//!
//! `serve` is what the program calls itself by. Whoever calls repeats it, and takes the runs in turn.

mod client;
mod event;
mod measure;
mod publisher;
#[path = "../../../../event-core/tests/support/redis_server.rs"]
mod redis_server;
mod server;

use std::process::ExitCode;

use client::Form;
use server::Kind;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["serve", kind, redis_port, stream] = words.as_slice() {
        server::serve(Kind::named(kind), redis_port.parse().unwrap(), stream);
        return ExitCode::SUCCESS;
    }
    server::leave_a_core_to_the_server();
    let number = |word: &str| word.parse::<u64>().unwrap();
    let form = |word: &str| if word == "framed" { Form::Framed } else { Form::Plain };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let measured = async {
        Some(match words.as_slice() {
            ["burst", kind, wanted, clients, events] => {
                measure::burst(Kind::named(kind), form(wanted), number(clients), number(events)).await
            }
            ["latency", kind, wanted, clients, per_second, seconds] => {
                let load = measure::Load {
                    clients: number(clients),
                    per_second: number(per_second),
                    seconds: number(seconds),
                };
                measure::latency(Kind::named(kind), form(wanted), &load).await
            }
            ["stuck", seconds, is_stuck] => measure::stuck(number(seconds), *is_stuck == "1").await,
            ["flood", kind, clients, events] => {
                measure::flood(Kind::named(kind), number(clients), number(events)).await
            }
            ["replay", kind, events] => measure::replay(Kind::named(kind), number(events)).await,
            ["idle", kind, wanted, connections] => {
                measure::idle(Kind::named(kind), form(wanted), number(connections)).await
            }
            ["steady", clients, slow, per_second, seconds] => {
                let load = measure::Load {
                    clients: number(clients),
                    per_second: number(per_second),
                    seconds: number(seconds),
                };
                measure::steady(&load, number(slow)).await
            }
            _ => return None,
        })
    };
    let Some(printed) = runtime.block_on(tokio::task::LocalSet::new().run_until(measured)) else {
        eprintln!("usage: bridge burst|latency|stuck|flood|replay|idle|steady …; see the module's description");
        return ExitCode::FAILURE;
    };
    println!("{printed}");
    ExitCode::SUCCESS
}

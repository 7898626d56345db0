//! Who publishes. Each brings so many events into the stream and says how many it did in a second, from the first call to
//! the last acknowledged entry.

mod awaited;
mod benchmark;
pub mod emits;
mod pipeline;
mod python;
mod trace_weft;

use crate::server::Server;

pub fn rate(publisher: &str, server: &Server, events: u64, maxlen: u64) -> f64 {
    match publisher {
        "emits" => emits::rate(server, events, maxlen, 1),
        "emits-4" => emits::rate(server, events, maxlen, 4),
        "pipeline" => pipeline::rate(server, events, maxlen),
        "awaited" => awaited::rate(server, events, maxlen),
        "benchmark" => benchmark::rate(server, events, maxlen),
        "trace-weft" => trace_weft::rate(events),
        "python" => python::rate(server, events, maxlen),
        other => panic!("nobody is called {other}"),
    }
}

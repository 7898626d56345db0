//! What Redis can take: its own `redis-benchmark`, 50 connections, 256 commands in each write.

use std::process::Command;

use crate::event;
use crate::server::{STREAM, Server};

pub fn rate(server: &Server, events: u64, maxlen: u64) -> f64 {
    let mut command = Command::new("redis-benchmark");
    command.args(["-p", &server.port().to_string(), "-c", "50", "-P", "256", "--csv"]);
    command.args(["-n", &events.to_string(), "XADD", STREAM]);
    if maxlen > 0 {
        command.args(["MAXLEN", "~", &maxlen.to_string()]);
    }
    let output = command
        .args(["*", "json", &event::by_hand(0)])
        .output()
        .expect("redis-benchmark starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    // The command, events per second, and six latencies; the command itself has quotes and commas in it.
    let last = printed.lines().last().unwrap_or_default();
    let rate = last.rsplit("\",\"").nth(6).and_then(|rate| rate.parse().ok());
    rate.unwrap_or_else(|| panic!("redis-benchmark printed {printed:?}"))
}

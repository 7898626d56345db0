//! `bench bridge`: events from a real Redis to so many viewers, in turn with a bare server, a bridge of Node's and the
//! guide's: how many a second, how soon, how many not at all, and what a viewer takes of memory.
//!
//! Owns the order of the measurements and their size. What is measured, and how, is the business of the package in
//! `xtask/benches/bridge`.

mod peers;
mod program;
mod report;

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use self::peers::Peers;
use self::program::Program;
use super::sample::Sample;
use crate::setup::{self, Part};
use crate::terminal;
use crate::workspace::Workspace;

/// Servers and forms whose throughput is compared; the first two of other people's are left out where they are missing.
const SERVERS: &[(&str, &str)] = &[
    ("bare", "plain"),
    ("bridge", "plain"),
    ("bridge", "framed"),
    ("node", "plain"),
    ("fastapi", "plain"),
];
/// Viewers, and how many events make a burst; the peers, which send them one by one, get a tenth.
const BURSTS: &[(u64, u64)] = &[(1, 100_000), (10, 60_000), (100, 20_000), (1000, 3_000)];
/// Events a second, viewers.
const PACES: &[(u64, u64)] = &[(1_000, 1), (1_000, 100), (10_000, 1), (10_000, 100)];
const FLOOD_EVENTS: u32 = 60_000;
const FLOOD_VIEWERS: u32 = 10;
const REPLAYED_EVENTS: u64 = 100_000;
const IDLE_VIEWERS: u64 = 2_000;
const STEADY: [u64; 3] = [100, 10, 5_000];

/// How often and how long.
struct Effort {
    rounds: usize,
    /// Of a latency.
    seconds: u64,
    steady_seconds: u64,
}

impl Effort {
    const FULL: Self = Self {
        rounds: 7,
        seconds: 5,
        steady_seconds: 600,
    };
    const QUICK: Self = Self {
        rounds: 2,
        seconds: 2,
        steady_seconds: 20,
    };
}

/// One thing measured several times.
type Row = BTreeMap<(&'static str, &'static str, usize), Vec<Sample>>;

/// All that was measured.
#[derive(Default)]
struct Results {
    /// By server, form and number of the burst: a second, a second of processor time, share of what the bare server did for
    /// a second of its processor time, lost.
    bursts: Row,
    /// By server, form and number of the pace: p50, p99, share that was lost.
    latencies: Row,
    /// By server: lost of a flood.
    floods: Row,
    /// p99 beside one that never reads, as a share of that without it.
    stuck: Sample,
    /// By server: share of a bare loop's rate, share of it for a second of processor time, events a second.
    replays: Row,
    /// By server and form: bytes.
    idle: Row,
    /// KiB after a tenth of the time, and at its end; lost.
    steady: [u64; 3],
    peers: Peers,
}

/// Runs everything and returns the tables.
pub(super) fn run(workspace: &Workspace, is_quick: bool) -> Result<String> {
    let missing = setup::prepare(workspace, &[Part::Redis], false);
    if let Some(missing) = missing.first() {
        bail!("{} is missing: {}", missing.part.name(), missing.remedy);
    }
    let effort = if is_quick { Effort::QUICK } else { Effort::FULL };
    println!("{}", terminal::bold("Building the servers"));
    let peers = Peers::install(workspace)?;
    let program = Program::build(workspace, &peers)?;
    let mut results = Results {
        peers,
        ..Results::default()
    };
    for round in 1..=effort.rounds {
        println!("  round {round} of {}", effort.rounds);
        bursts(&program, &mut results)?;
        latencies(&program, &effort, &mut results)?;
        others(&program, &effort, &mut results)?;
    }
    let [viewers, slow, pace] = STEADY;
    results.steady = program.whole(&["steady"], &[viewers, slow, pace, effort.steady_seconds])?;
    report::report(&results, &effort)
}

/// Everybody once, one after the other for each number of viewers.
fn bursts(program: &Program<'_>, results: &mut Results) -> Result<()> {
    for (nth, (viewers, events)) in BURSTS.iter().enumerate() {
        let mut bare = f64::NAN;
        for (server, form) in servers(&results.peers) {
            let events = if is_peer(server) { events / 10 } else { *events };
            let [rate, by_core, lost] = program.ask(&["burst", server, form], &[*viewers, events])?;
            if server == "bare" {
                bare = by_core;
            }
            add(
                &mut results.bursts,
                (server, form, nth),
                &[rate, by_core, by_core / bare, lost],
            );
        }
    }
    Ok(())
}

fn latencies(program: &Program<'_>, effort: &Effort, results: &mut Results) -> Result<()> {
    for (nth, (pace, viewers)) in PACES.iter().enumerate() {
        for (server, form) in servers(&results.peers) {
            // What they cannot keep up with tells nothing but that.
            if form == "framed" || is_peer(server) && pace * viewers > 100_000 {
                continue;
            }
            let told: [f64; 3] = program.ask(&["latency", server, form], &[*viewers, *pace, effort.seconds])?;
            add(&mut results.latencies, (server, form, nth), &told);
        }
    }
    Ok(())
}

fn others(program: &Program<'_>, effort: &Effort, results: &mut Results) -> Result<()> {
    for (server, form) in servers(&results.peers) {
        if form == "plain" && server != "bare" {
            let [lost] = program.ask(&["flood", server], &[FLOOD_VIEWERS.into(), FLOOD_EVENTS.into()])?;
            add(&mut results.floods, (server, form, 0), &[lost]);
        }
        // The guide's takes seconds for so many connections; what it takes of memory is known.
        if server != "fastapi" {
            let [bytes] = program.ask(&["idle", server, form], &[IDLE_VIEWERS])?;
            add(&mut results.idle, (server, form, 0), &[bytes]);
        }
    }
    let [without] = program.ask(&["stuck"], &[effort.seconds, 0])?;
    let [with] = program.ask(&["stuck"], &[effort.seconds, 1])?;
    results.stuck.push(with / without);
    for server in ["bridge", "small"] {
        let [rate, bare, by_core, bare_by_core]: [f64; 4] = program.ask(&["replay", server], &[REPLAYED_EVENTS])?;
        let told = [rate / bare, by_core / bare_by_core, rate];
        add(&mut results.replays, (server, "framed", 0), &told);
    }
    Ok(())
}

fn add(rows: &mut Row, key: (&'static str, &'static str, usize), told: &[f64]) {
    let row = rows.entry(key).or_insert_with(|| vec![Sample::default(); told.len()]);
    row.iter_mut().zip(told).for_each(|(sample, value)| sample.push(*value));
}

fn servers(peers: &Peers) -> Vec<(&'static str, &'static str)> {
    let is_here = |server: &str| match server {
        "node" => peers.has_node,
        "fastapi" => peers.has_python,
        _ => true,
    };
    SERVERS.iter().copied().filter(|(server, _)| is_here(server)).collect()
}

fn is_peer(server: &str) -> bool {
    ["node", "fastapi"].contains(&server)
}

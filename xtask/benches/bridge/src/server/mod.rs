//! The servers that are compared, each a process of its own on a core of its own; everything else has the other.

mod bare;
mod bridge;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::publisher::Publisher;
use crate::redis_server::RedisServer;

pub const STREAM: &str = "agent_events";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The bridge.
    Bridge,
    /// The bridge, with next to nothing in memory.
    Small,
    /// No log, no filters, no promises: what comes in goes out to every socket.
    Bare,
    /// `ws` and `ioredis`.
    Node,
    /// The guide's.
    FastApi,
}

impl Kind {
    pub fn named(name: &str) -> Self {
        match name {
            "bridge" => Self::Bridge,
            "small" => Self::Small,
            "bare" => Self::Bare,
            "node" => Self::Node,
            "fastapi" => Self::FastApi,
            _ => panic!("a server is bridge, small, bare, node or fastapi, not {name}"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Bare => "bare",
            _ => "bridge",
        }
    }
}

/// A server under test, and the Redis it reads.
pub struct Server {
    kind: Kind,
    child: Child,
    pub port: u16,
    pub redis: RedisServer,
}

impl Server {
    /// On a Redis that may hold something already.
    pub fn start(kind: Kind, redis: RedisServer) -> Self {
        let mut command = on_core(0);
        match kind {
            Kind::Node => command.args(["node"]).arg(peers().join("bridge.mjs")),
            Kind::FastApi => command
                .arg(peers().join("venv/bin/python"))
                .arg(peers().join("bridge.py")),
            Kind::Bridge | Kind::Small | Kind::Bare => command
                .arg(std::env::current_exe().unwrap())
                .args(["serve", kind.name()]),
        };
        command.args([&redis.port.to_string(), STREAM]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            kind,
            child,
            port: line
                .trim()
                .parse()
                .unwrap_or_else(|_| panic!("the server said {line:?}")),
            redis,
        }
    }

    pub fn publisher(&self, maxlen: Option<u64>) -> Publisher {
        match self.kind {
            Kind::Bare => Publisher::to_bare(self.port),
            _ => Publisher::to_redis(self.redis.port, maxlen),
        }
    }

    /// The processor time that it has taken.
    pub fn work(&self) -> Duration {
        work_of(&self.child.id().to_string())
    }

    /// Resident memory.
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The processor time that the threads of a process have taken, to the nanosecond.
pub fn work_of(process: &str) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let taken = threads.filter_map(|thread| {
        // A thread may end in the meantime.
        let stat = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(taken.sum())
}

/// Serves, as the process that `Server` starts.
pub fn serve(kind: Kind, redis_port: u16, stream: &str) {
    match kind {
        Kind::Bare => bare::serve(),
        kind => bridge::serve(redis_port, stream, kind == Kind::Small),
    }
}

/// An empty Redis on the other core.
pub fn redis() -> RedisServer {
    RedisServer::with_options(&[])
}

/// Puts this process, and what it starts unless told otherwise, on the core that the server does not have.
pub fn leave_a_core_to_the_server() {
    if cores() > 1 {
        let process = std::process::id().to_string();
        let status = Command::new("taskset")
            .args(["-cp", "1", &process])
            .stdout(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "taskset failed");
    }
}

/// A command that runs what is added to it on this core.
fn on_core(core: usize) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", &core.min(cores() - 1).to_string()]);
    command
}

fn cores() -> usize {
    // Of the machine: this process may have been put on one already.
    let online = std::fs::read_to_string("/sys/devices/system/cpu/online").unwrap_or_default();
    let last = online
        .trim()
        .rsplit(['-', ','])
        .next()
        .and_then(|last| last.parse::<usize>().ok());
    last.map_or(1, |last| last + 1)
}

fn peers() -> PathBuf {
    Path::new(&std::env::var("PEERS").expect("PEERS names the folder of the peers")).to_owned()
}

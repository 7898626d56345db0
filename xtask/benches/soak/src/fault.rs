//! What goes wrong: the table of faults, and how each is brought about and taken back.

use std::thread::sleep;
use std::time::Duration;

use fastrand::Rng;

use crate::proxy::Proxy;
use crate::reader::{Reader, connection, tell};
use crate::redis_server::RedisServer;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Kill,
    Forget,
    Stop,
    ClientKill,
    ClientPause,
    CutAnswers,
    CutQuestions,
    Delay,
    HalfOpen,
    Memory,
    Acl,
    Replica,
    Del,
    FlushAll,
    Publisher,
    DiskFull,
}

/// Where a fault strikes.
pub struct Place<'a> {
    pub server: &'a mut RedisServer,
    pub proxy: &'a Proxy,
    pub reader: &'a mut Reader,
    pub random: &'a mut Rng,
}

impl Fault {
    pub const ALL: &[Self] = &[
        Self::Kill,
        Self::Forget,
        Self::Stop,
        Self::ClientKill,
        Self::ClientPause,
        Self::CutAnswers,
        Self::CutQuestions,
        Self::Delay,
        Self::HalfOpen,
        Self::Memory,
        Self::Acl,
        Self::Replica,
        Self::Del,
        Self::FlushAll,
        Self::Publisher,
        Self::DiskFull,
    ];

    pub fn name(self) -> &'static str {
        self.told().0
    }

    pub fn what(self) -> &'static str {
        self.told().1
    }

    fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Kill => ("kill", "Redis is killed and started again, with its append-only file"),
            Self::Forget => ("forget", "Redis is killed and started again without any data"),
            Self::Stop => ("stop", "Redis hangs for ten seconds (SIGSTOP)"),
            Self::ClientKill => ("client-kill", "all connections are closed, again and again"),
            Self::ClientPause => ("client-pause", "Redis makes its clients wait (CLIENT PAUSE)"),
            Self::CutAnswers => ("cut-answers", "the way is cut in the middle of an answer"),
            Self::CutQuestions => ("cut-questions", "the way is cut in the middle of a command"),
            Self::Delay => ("delay", "the way is slow"),
            Self::HalfOpen => ("half-open", "connections go silent, and neither side hears of it"),
            Self::Memory => ("maxmemory", "Redis has no memory left"),
            Self::Acl => ("acl", "the right to write is taken and given back"),
            Self::Replica => ("replica", "the master becomes a replica and a master again"),
            Self::Del => ("del", "the stream is deleted"),
            Self::FlushAll => ("flushall", "everything is deleted"),
            Self::Publisher => (
                "publisher",
                "the publisher is killed while Redis is away, and started again",
            ),
            Self::DiskFull => ("disk-full", "Redis is away until the disk of the spool is full"),
        }
    }

    /// Those with these names, or all; says so if there is none.
    pub fn named(names: &[&str]) -> Option<Vec<Self>> {
        if names.is_empty() {
            return Some(Self::ALL.to_vec());
        }
        let find = |name: &&str| {
            let found = Self::ALL.iter().copied().find(|fault| fault.name() == *name);
            if found.is_none() {
                let known: Vec<_> = Self::ALL.iter().map(|fault| fault.name()).collect();
                eprintln!("--only {name}: expected one of {}", known.join(", "));
            }
            found
        };
        names.iter().map(find).collect()
    }

    /// With a spool where outages are longer than the queue can wait.
    pub fn runs(self, has_spool: bool) -> bool {
        match self {
            Self::DiskFull => has_spool,
            Self::Kill | Self::Forget | Self::Stop | Self::HalfOpen | Self::Acl | Self::Publisher => true,
            _ => !has_spool,
        }
    }

    pub fn needs_proxy(self) -> bool {
        matches!(
            self,
            Self::CutAnswers | Self::CutQuestions | Self::Delay | Self::HalfOpen
        )
    }

    /// Brings it about, and takes it back.
    pub fn strike(self, place: &mut Place<'_>) {
        let Place {
            server,
            proxy,
            reader,
            random,
        } = place;
        let a_while = Duration::from_millis(random.u64(200..3_000));
        match self {
            Self::Kill | Self::Publisher => {
                server.kill();
                sleep(a_while);
                server.launch();
            }
            Self::DiskFull => {
                server.kill();
                // Longer than disk and queue last together.
                sleep(a_while + Duration::from_secs(3));
                server.launch();
            }
            Self::Forget => {
                reader.read(server);
                server.kill();
                sleep(a_while);
                server.launch();
            }
            Self::Stop => {
                server.pause(true);
                sleep(Duration::from_secs(10));
                server.pause(false);
            }
            Self::ClientKill => {
                for _ in 0..random.u32(5..50) {
                    tell(server, "CLIENT KILL TYPE normal");
                    sleep(Duration::from_millis(random.u64(..50)));
                }
            }
            Self::ClientPause => {
                tell(server, &format!("CLIENT PAUSE {} ALL", random.u32(500..7_000)));
                // It waits with the others.
                tell(server, "PING");
            }
            Self::CutAnswers => proxy.cut_after_answers_of(random.i64(1..50_000)),
            Self::CutQuestions => proxy.cut_after_questions_of(random.i64(1..500_000)),
            Self::Delay => {
                proxy.delay(Duration::from_millis(random.u64(5..200)));
                sleep(a_while);
                proxy.delay(Duration::ZERO);
            }
            Self::HalfOpen => {
                proxy.be_silent(true);
                sleep(a_while);
                proxy.be_silent(false);
            }
            Self::Memory => {
                let limit = used_memory(server) + random.u64(10_000..100_000);
                between(
                    server,
                    &format!("CONFIG SET maxmemory {limit}"),
                    a_while,
                    "CONFIG SET maxmemory 0",
                );
            }
            Self::Acl => between(server, "ACL SETUSER agent -xadd", a_while, "ACL SETUSER agent +xadd"),
            // There is nobody at that port, so it keeps its data.
            Self::Replica => between(server, "REPLICAOF 127.0.0.1 1", a_while, "REPLICAOF NO ONE"),
            Self::Del => reader.read_and(server, &["DEL", "agent_events"]),
            Self::FlushAll => reader.read_and(server, &["FLUSHALL"]),
        }
    }
}

fn between(server: &RedisServer, begin: &str, time: Duration, end: &str) {
    tell(server, begin);
    sleep(time);
    tell(server, end);
}

fn used_memory(server: &RedisServer) -> u64 {
    let info: String = redis::cmd("INFO").arg("memory").query(&mut connection(server)).unwrap();
    let used = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
    used.unwrap().trim().parse().unwrap()
}

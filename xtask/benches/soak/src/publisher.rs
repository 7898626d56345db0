//! The process that publishes: steadily, with bursts, until its standard input ends. What it counted is the last line of
//! its output. And the handle by which the run starts and ends it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use event_core::log::{RedisConfig, RedisLog};
use event_core::{EventBus, Limits, SpoolConfig};
use serde_json::{Value, json};

/// Little, so that outages of seconds are longer than it can wait.
const QUEUE_EVENTS: usize = 4_000;
/// So many every few milliseconds: two thousand a second.
const STEADY: u64 = 10;
const PAUSE: Duration = Duration::from_millis(5);
/// As fast as it goes; one time of so many.
const BURST: u64 = 1_000;
const BURST_EVERY: u64 = 400;
/// How long the end may take.
const FLUSH: Duration = Duration::from_secs(60);

/// Publishes numbers from `first` on; without a spool if that is `-`.
pub fn publish(url: &str, spool: &str, first: u64, seed: u64) {
    let bus = bus(url, spool);
    let is_over = Arc::new(AtomicBool::new(false));
    let over = is_over.clone();
    thread::spawn(move || {
        let _end = std::io::stdin().read_to_end(&mut Vec::new());
        over.store(true, Ordering::SeqCst);
    });
    let (mut next, mut longest) = (first, Duration::ZERO);
    let mut random = fastrand::Rng::with_seed(seed);
    while !is_over.load(Ordering::SeqCst) {
        let count = if random.u64(..BURST_EVERY) == 0 { BURST } else { STEADY };
        for n in next..next + count {
            let began = Instant::now();
            bus.publish_value("numbered", json!({ "n": n }));
            longest = longest.max(began.elapsed());
        }
        next += count;
        // Told as it goes: a process that is killed says no more.
        println!("{}", json!({ "next": next, "sent": bus.stats().sent }));
        thread::sleep(PAUSE);
    }
    let unsent = bus.flush(FLUSH);
    let end = json!({ "next": next, "unsent": unsent, "longest_ns": longest.as_nanos() as u64, "stats": bus.stats() });
    println!("{end}");
    let _ = std::io::stdout().flush();
}

fn bus(url: &str, spool: &str) -> EventBus {
    let mut config = RedisConfig::new(url).unwrap();
    config.maxlen_entries = 0;
    let limits = Limits {
        max_events: QUEUE_EVENTS,
        ..Limits::default()
    };
    let mut builder = EventBus::builder().limits(limits);
    if spool != "-" {
        builder = builder.spool(SpoolConfig::new(spool));
    }
    builder.build(Arc::new(RedisLog::new(config).unwrap()))
}

/// A publishing process.
pub struct Publisher {
    child: Child,
    stdin: Option<ChildStdin>,
    last_line: Arc<Mutex<String>>,
    listener: JoinHandle<()>,
}

/// Where it keeps what waits.
#[derive(Clone, Copy)]
pub enum Disk<'a> {
    None,
    Folder(&'a Path),
    /// A file system of its own there, which is full soon, and goes with the process.
    Small(&'a Path),
}

/// The whole of it: a second's events, about.
const SMALL_DISK: &str = "size=512k";

impl Disk<'_> {
    /// This program, with that disk.
    fn command(self) -> Command {
        let program = std::env::current_exe().unwrap();
        let Self::Small(path) = self else {
            return Command::new(program);
        };
        let is_possible = on_small_disk(path, Path::new("true")).output();
        assert!(
            is_possible.is_ok_and(|output| output.status.success()),
            "disk-full needs `unshare` of util-linux, and a system that lets users have name spaces"
        );
        on_small_disk(path, &program)
    }

    fn path(self) -> String {
        match self {
            Self::None => "-".to_owned(),
            Self::Folder(path) | Self::Small(path) => path.to_string_lossy().into_owned(),
        }
    }
}

fn on_small_disk(path: &Path, program: &Path) -> Command {
    let mount = format!("mount -t tmpfs -o {SMALL_DISK} none \"$0\" && exec \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount]);
    command.args([path, program]);
    command
}

impl Publisher {
    pub fn start(url: &str, disk: Disk<'_>, first: u64, seed: u64) -> Self {
        let mut child = disk
            .command()
            .args(["publish", url, &disk.path(), &first.to_string(), &seed.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let last_line = Arc::new(Mutex::new(json!({ "next": first, "sent": 0 }).to_string()));
        let (last, output) = (last_line.clone(), child.stdout.take().unwrap());
        let listener = thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // A killed process may leave half a line.
                if serde_json::from_str::<Value>(&line).is_ok() {
                    *last.lock().unwrap() = line;
                }
            }
        });
        Self {
            stdin: child.stdin.take(),
            child,
            last_line,
            listener,
        }
    }

    /// Kills it; what it said last.
    pub fn kill(mut self) -> Value {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.listened()
    }

    /// Lets it come to its end; what it counted.
    pub fn end(mut self) -> Value {
        drop(self.stdin.take());
        assert!(self.child.wait().unwrap().success(), "the publisher failed");
        self.listened()
    }

    fn listened(self) -> Value {
        self.listener.join().unwrap();
        let line = self.last_line.lock().unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

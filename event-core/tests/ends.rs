//! The end of a program, in programs of their own: a panic, an exit, a kill while events go to the disk, a disk that is full.

#[path = "support/redis_server.rs"]
mod redis_server;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use event_core::log::{
    Content, Cursor, Direction, EntryId, Log, LogError, LogErrorKind, LogFuture, LogInfo, MemoryLog, Page, RedisConfig,
    RedisLog,
};
use event_core::{Envelope, EventBus, Limits, SpoolConfig};
use serde_json::json;

use crate::redis_server::{DEADLINE, RedisServer, eventually};

/// Set in programs that a test started.
const CHILD: &str = "EVENT_TEST_CHILD";

fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// One test of this program again, as a program of its own.
fn again(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1");
    command
}

fn publish(bus: &EventBus, numbers: std::ops::Range<u64>) {
    numbers.for_each(|n| bus.publish_value("numbered", json!({ "n": n })));
}

/// The numbers in the stream, in order.
fn stored(server: &RedisServer) -> Vec<u64> {
    let config = RedisConfig::new(server.url()).unwrap();
    let log = RedisLog::new(config).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut from = Cursor::START;
    let mut numbers = Vec::new();
    loop {
        let page = runtime.block_on(log.page(from, Direction::Forward, 500)).unwrap();
        let Some(last) = page.entries.last() else {
            return numbers;
        };
        from = last.cursor();
        numbers.extend(page.entries.iter().filter_map(|entry| match &entry.content {
            Content::Json(json) => number(json),
            Content::Foreign(_) => None,
        }));
    }
}

fn number(json: &Bytes) -> Option<u64> {
    let event: Envelope = serde_json::from_slice(json).unwrap();
    event.payload.get("n")?.as_u64()
}

fn on_redis(test: &str, server: &RedisServer) -> Output {
    again(test)
        .env("REDIS_URL", server.url())
        .env("EVENT_STREAM_MAXLEN", "0")
        .output()
        .unwrap()
}

#[test]
fn a_panic_that_ends_the_program_still_writes() {
    if is_child() {
        let events = EventBus::from_env().unwrap().install();
        publish(events.bus(), 0..500);
        panic!("out of main");
    }
    let server = RedisServer::start();
    let child = on_redis("a_panic_that_ends_the_program_still_writes", &server);
    assert_eq!(child.status.code(), Some(101), "{child:?}");
    assert_eq!(stored(&server), (0..500).collect::<Vec<_>>());
}

#[test]
fn a_program_that_exits_has_written_what_it_flushed() {
    if is_child() {
        let events = EventBus::from_env().unwrap().install();
        publish(events.bus(), 0..500);
        let waiting = events.bus().flush(DEADLINE);
        std::process::exit(i32::try_from(waiting).unwrap());
    }
    let server = RedisServer::start();
    let child = on_redis("a_program_that_exits_has_written_what_it_flushed", &server);
    assert_eq!(child.status.code(), Some(0), "{child:?}");
    assert_eq!(stored(&server), (0..500).collect::<Vec<_>>());
}

#[test]
fn every_way_to_end_says_how_many_events_wait() {
    let server = RedisServer::absent(&[]);
    let bus = EventBus::redis(&server.url()).unwrap();
    let guard = bus.clone().install_for_thread();
    let installed = bus.clone().install();
    publish(&bus, 0..7);
    assert_eq!(bus.flush(Duration::from_millis(1)), 7);
    assert_eq!(installed.end(Duration::from_millis(1)), 7);
    assert_eq!(bus.shutdown(Duration::from_millis(1)), 7);
    drop(guard);
}

#[tokio::test]
async fn the_guard_may_go_on_the_only_thread_of_a_runtime() {
    let server = RedisServer::start();
    let bus = EventBus::redis(&server.url()).unwrap();
    let (one, other) = (bus.install_for_thread(), EventBus::memory());
    publish(&EventBus::current().unwrap(), 0..100);
    publish(&other, 0..10);
    drop(one);
    assert_eq!(
        (other.shutdown(DEADLINE), other.stats().sent),
        (0, 10),
        "each bus for itself"
    );
    let stored = std::thread::scope(|scope| scope.spawn(|| stored(&server)).join().unwrap());
    assert_eq!(stored, (0..100).collect::<Vec<_>>());
}

/// A child that is not left behind, whatever happens to the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn spooled(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder.join("0")).into_iter().flatten().flatten();
    files.filter_map(|file| Some(file.metadata().ok()?.len())).sum()
}

#[test]
fn what_a_killed_program_brought_to_the_disk_arrives() {
    if is_child() {
        let bus = EventBus::from_env().unwrap();
        (0..).step_by(20).for_each(|n| {
            publish(&bus, n..n + 20);
            std::thread::sleep(Duration::from_micros(200));
        });
    }
    for bytes in [10_000, 300_000, 1_000_000] {
        let (mut server, folder) = (RedisServer::absent(&[]), tempfile::tempdir().unwrap());
        let mut child = again("what_a_killed_program_brought_to_the_disk_arrives");
        child
            .env("REDIS_URL", server.url())
            .env("EVENT_SPOOL", folder.path())
            .stdout(Stdio::null());
        let child = Killed(child.stderr(Stdio::null()).spawn().unwrap());
        eventually("events go to the disk", || {
            (spooled(folder.path()) > bytes).then_some(())
        });
        // In the middle of a write, as likely as not.
        drop(child);
        server.launch();
        let mut log = RedisConfig::new(server.url()).unwrap();
        log.maxlen_entries = 0;
        let log = Arc::new(RedisLog::new(log).unwrap());
        let bus = EventBus::builder().spool(SpoolConfig::new(folder.path())).build(log);
        eventually("all of the spool arrives", || {
            (spooled(folder.path()) < 100).then_some(())
        });
        publish(&bus, 1_000_000_000..1_000_000_001);
        assert_eq!(bus.flush(DEADLINE), 0);
        let numbers = stored(&server);
        let (last, before) = numbers.split_last().unwrap();
        assert_eq!(*last, 1_000_000_000);
        assert!(before.len() as u64 > bytes / 1_000, "{}", before.len());
        assert_eq!(before, (0..before.len() as u64).collect::<Vec<_>>());
    }
}

/// A memory log that can be given back.
struct Away {
    log: MemoryLog,
    is_away: AtomicBool,
}

impl Log for Away {
    fn stream(&self) -> &'static str {
        "away"
    }

    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        if self.is_away.load(Ordering::SeqCst) {
            return Box::pin(async { Err(LogError::new(LogErrorKind::Unreachable, "away")) });
        }
        self.log.append(entries)
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        self.log.page(from, direction, limit)
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        self.log.info()
    }
}

/// What a full disk does shows a limit on the size of files, which a write runs into half-way.
#[cfg(unix)]
#[test]
fn what_a_full_disk_has_no_room_for_is_counted_and_the_rest_arrives() {
    if is_child() {
        return with_little_room();
    }
    let test = "what_a_full_disk_has_no_room_for_is_counted_and_the_rest_arrives";
    let program = again(test);
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"trap "" XFSZ; ulimit -f 40; exec "$0" "$@""#]);
    shell
        .arg(program.get_program())
        .args(program.get_args())
        .env(CHILD, "1");
    let child = shell.output().unwrap();
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{said}");
    assert_eq!(said.matches("the spool takes no more").count(), 1, "{said}");
}

fn with_little_room() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(Away {
        log: MemoryLog::new("away", 0),
        is_away: AtomicBool::new(true),
    });
    let limits = Limits {
        max_events: 100,
        ..Limits::default()
    };
    let bus = EventBus::builder()
        .limits(limits)
        .spool(SpoolConfig::new(folder.path()))
        .build(log.clone());
    let mut n = 0;
    eventually("more is lost than there is room for", || {
        publish(&bus, n..n + 20);
        n += 20;
        (bus.stats().dropped > 500).then_some(())
    });
    let spooled = bus.stats().spooled;
    assert!(spooled > 30 && bus.stats().dropped < n - spooled, "{:?}", bus.stats());
    log.is_away.store(false, Ordering::SeqCst);
    assert_eq!(bus.flush(DEADLINE), 0);
    publish(&bus, n..n + 1);
    assert_eq!(bus.flush(DEADLINE), 0);
    let numbers: Vec<_> = log.log.entries().iter().filter_map(number).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "in order, each once");
    assert_eq!(numbers.len() as u64 + bus.stats().dropped, n + 1);
    assert_eq!((numbers[0], numbers.last()), (0, Some(&n)));
    // And once more: what was in the way is gone.
    log.is_away.store(true, Ordering::SeqCst);
    publish(&bus, 0..10);
    eventually("the disk takes events again", || {
        (bus.stats().spooled >= spooled + 10).then_some(())
    });
}

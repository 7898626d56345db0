//! Linked into every program of a crate under test. If the environment names a file, it installs a bus before `main`
//! and, when the process ends, adds a line to that file: what was published.

use std::fs::OpenOptions;
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use event_core::log::{Cursor, Direction, EntryId, Log, LogError, LogFuture, LogInfo, MemoryLog, Page};
use event_core::{EventBus, Installed, Limits};

const FILE: &str = "TRANSPARENCY_EVENTS";
const KEPT_ENTRIES: usize = 10_000;
const PATIENCE: Duration = Duration::from_secs(20);

static BUS: OnceLock<Installed> = OnceLock::new();
static STARTED: AtomicU64 = AtomicU64::new(0);
static FINISHED: AtomicU64 = AtomicU64::new(0);

/// What the system's loader calls before `main` and after it. A test harness has no other place for it.
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_os = "macos"), unsafe(link_section = ".init_array"))]
#[used]
static BEFORE_MAIN: extern "C" fn() = install;

unsafe extern "C" {
    safe fn atexit(end: extern "C" fn()) -> i32;
}

extern "C" fn install() {
    if std::env::var_os(FILE).is_none() {
        return;
    }
    let log = Tally(MemoryLog::new("transparency", KEPT_ENTRIES));
    let bus = EventBus::with_limits(Arc::new(log), Limits::default());
    let _ = BUS.set(bus.install());
    atexit(report);
}

extern "C" fn report() {
    let (Some(installed), Some(path)) = (BUS.get(), std::env::var_os(FILE)) else { return };
    let waiting = installed.bus().flush(PATIENCE);
    let stats = installed.bus().stats();
    let line = format!(
        "{{\"published\":{},\"dropped\":{},\"waiting\":{waiting},\"started\":{},\"finished\":{}}}\n",
        stats.published,
        stats.dropped,
        STARTED.load(Ordering::Relaxed),
        FINISHED.load(Ordering::Relaxed),
    );
    let file = OpenOptions::new().create(true).append(true).open(path);
    let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
}

/// A memory log that counts what it is given.
struct Tally(MemoryLog);

impl Log for Tally {
    fn stream(&self) -> &str {
        self.0.stream()
    }

    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        for entry in entries {
            let text = String::from_utf8_lossy(entry);
            for (event_type, count) in [("step_started", &STARTED), ("step_finished", &FINISHED)] {
                if text.contains(&format!("\"type\":\"{event_type}\"")) {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        self.0.append(entries)
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        self.0.page(from, direction, limit)
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        self.0.info()
    }
}

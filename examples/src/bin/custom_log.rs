//! A log of one's own: events go to an append-only file instead of Redis, and are read back from it.
//!
//! `cargo run -p examples --bin custom_log [FILE]`. What [`Log`] asks for is all a broker needs to take part: the bus
//! writes to it, the bridge reads from it. Each line of the file is an id, a space, and the event's JSON.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use event_core::log::{Content, Cursor, Direction, Entry, EntryId, Log, LogError, LogFuture, LogInfo, Page};
use event_core::{EventBus, StepFinished, StepStarted, emits};

/// An append-only file, and where in it each entry is.
struct FileLog {
    name: String,
    state: Mutex<State>,
}

struct State {
    file: File,
    entries: Vec<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    id: EntryId,
    start: u64,
    length: usize,
}

impl FileLog {
    /// Opens a file and finds the entries that are in it already.
    fn open(path: &PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let mut entries = Vec::new();
        let mut start = 0;
        for line in BufReader::new(&file).split(b'\n') {
            let line = line?;
            let text = String::from_utf8_lossy(&line);
            let id: Option<Cursor> = text.split_once(' ').and_then(|(id, _)| id.parse().ok());
            let id = id
                .ok_or_else(|| io::Error::other(format!("{}: not a log: {text:?}", path.display())))?
                .id;
            entries.push(Place {
                id,
                start,
                length: line.len(),
            });
            start += line.len() as u64 + 1;
        }
        Ok(Self {
            name: path.display().to_string(),
            state: Mutex::new(State { file, entries }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic leaves the file as it is on disk, and the index behind it at worst.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn append(&mut self, json: &[u8]) -> Result<EntryId, LogError> {
        let id = self.next_id();
        let line = [id.to_string().as_bytes(), b" ", json].concat();
        let start = self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(&[&line[..], b"\n"].concat())?;
        self.entries.push(Place {
            id,
            start,
            length: line.len(),
        });
        Ok(id)
    }

    /// The time in milliseconds; entries of one millisecond are counted. Never less than an id given before.
    fn next_id(&self) -> EntryId {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis();
        let ms = u64::try_from(now).unwrap_or(u64::MAX);
        match self.entries.last().map(|place| place.id) {
            Some(last) if last.ms >= ms => EntryId {
                ms: last.ms,
                seq: last.seq + 1,
            },
            _ => EntryId { ms, seq: 0 },
        }
    }

    fn read(&mut self, place: Place) -> Result<Entry, LogError> {
        let mut line = vec![0; place.length];
        self.file.seek(SeekFrom::Start(place.start))?;
        self.file.read_exact(&mut line)?;
        let json = line.splitn(2, |byte| *byte == b' ').last().unwrap_or_default();
        Ok(Entry {
            id: place.id,
            ordinal: None,
            content: Content::Json(Bytes::copy_from_slice(json)),
        })
    }

    fn page(&mut self, from: Cursor, direction: Direction, limit: usize) -> Result<Page, LogError> {
        let seen = self.entries.partition_point(|place| place.id <= from.id);
        let before = self.entries.partition_point(|place| place.id < from.id);
        let places: VecDeque<Place> = match direction {
            Direction::Forward => self.entries[seen..].iter().take(limit).copied().collect(),
            Direction::Backward => self.entries[..before].iter().rev().take(limit).copied().collect(),
        };
        let entries = places
            .into_iter()
            .map(|place| self.read(place))
            .collect::<Result<_, _>>()?;
        Ok(match direction {
            Direction::Forward => Page::forward(from, entries, self.info()),
            Direction::Backward => Page {
                entries,
                info: self.info(),
            },
        })
    }

    fn info(&self) -> LogInfo {
        LogInfo {
            first: self.entries.first().map(|place| place.id),
            last: self.entries.last().map(|place| place.id).unwrap_or_default(),
            length: self.entries.len() as u64,
            appended: Some(self.entries.len() as u64),
            is_exact: true,
        }
    }
}

// A file answers at once, so that these futures never wait; a log over a network would.
impl Log for FileLog {
    fn kind(&self) -> &'static str {
        "file"
    }

    fn stream(&self) -> &str {
        &self.name
    }

    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        Box::pin(async move { Ok(entries.iter().map(|json| self.lock().append(json)).collect()) })
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        Box::pin(async move { self.lock().page(from, direction, limit) })
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        Box::pin(async move { Ok(self.lock().info()) })
    }
}

#[emits(
    StepStarted { step, node_id: "counting", root_id: "counting", ..Default::default() },
    |sum| StepFinished { result_summary: Some(&sum.to_string()), ..Default::default() }
)]
fn run_step(step: u64) -> u64 {
    (0..=step).sum()
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let path = std::env::args()
        .nth(1)
        .map_or_else(|| std::env::temp_dir().join("custom_log.events"), PathBuf::from);
    let events = EventBus::new(FileLog::open(&path)?).install();
    let log = events.bus().log();
    let mut cursor = log.info().await?.head();
    (0..5).map(run_step).for_each(drop);
    println!("appended to {}:", path.display());
    loop {
        let entries = log.tail(cursor, 100, Duration::from_millis(500)).await?;
        let Some(last) = entries.last() else { return Ok(()) };
        cursor = last.cursor();
        for entry in entries {
            if let Content::Json(json) = entry.content {
                println!("{} {}", entry.id, String::from_utf8_lossy(&json));
            }
        }
    }
}

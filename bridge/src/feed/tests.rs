//! The feed against a model: a log that is a plain vector, trimmed and deleted at will, read by clients who read,
//! dawdle and come back in any order. Whatever happens, a client has got every entry once and in order, or was told
//! that so many are gone.

use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;
use event_core::log::{Content, Direction, Entry, Log, LogFuture, LogInfo, Page};
use futures_util::FutureExt as _;
use proptest::prelude::*;

use super::*;
use crate::config::Limits;
use crate::filter::Filter;
use crate::tail::Tail;

#[derive(Default)]
struct ModelLog {
    state: Mutex<Vector>,
}

#[derive(Clone, Default)]
struct Vector {
    /// Where ids begin.
    start_ms: u64,
    /// Everything that was ever added.
    added: Vec<EntryId>,
    /// How many of them are gone.
    trimmed: usize,
}

impl ModelLog {
    fn lock(&self) -> MutexGuard<'_, Vector> {
        self.state.lock().unwrap()
    }

    fn add(&self, count: usize) {
        let mut state = self.lock();
        for _ in 0..count {
            // Ids with holes in both halves.
            let next = state.added.last().map_or(
                EntryId {
                    ms: 7 + state.start_ms,
                    seq: 0,
                },
                |last| match last.seq {
                    2 => EntryId {
                        ms: last.ms + 3,
                        seq: 0,
                    },
                    seq => EntryId {
                        ms: last.ms,
                        seq: seq + 1,
                    },
                },
            );
            state.added.push(next);
        }
    }

    fn trim(&self, keep: usize) {
        let mut state = self.lock();
        state.trimmed = state.trimmed.max(state.added.len().saturating_sub(keep));
    }

    /// Another stream in its place, with ids from there on.
    fn replace(&self, start_ms: u64, count: usize) {
        *self.lock() = Vector {
            start_ms,
            ..Vector::default()
        };
        self.add(count);
    }
}

impl Vector {
    fn info(&self) -> LogInfo {
        LogInfo {
            first: self.added.get(self.trimmed).copied(),
            last: self.added.last().copied().unwrap_or_default(),
            length: (self.added.len() - self.trimmed) as u64,
            appended: Some(self.added.len() as u64),
            is_exact: true,
        }
    }

    fn after(&self, from: Cursor, limit: usize) -> Vec<Entry> {
        let ids = self.added[self.trimmed..].iter().filter(|id| **id > from.id);
        ids.take(limit).map(|id| entry(*id)).collect()
    }

    fn before(&self, from: Cursor, limit: usize) -> Vec<Entry> {
        let ids = self.added[self.trimmed..].iter().rev().filter(|id| **id < from.id);
        ids.take(limit).map(|id| entry(*id)).collect()
    }
}

/// Two of three are of one type, the third is of another.
fn kind(id: EntryId) -> &'static str {
    if id.seq == 1 { "odd" } else { "even" }
}

fn entry(id: EntryId) -> Entry {
    let json = format!(r#"{{"id":"{id}","type":"{}"}}"#, kind(id));
    Entry {
        id,
        ordinal: None,
        content: Content::Json(Bytes::from(json)),
    }
}

impl Log for ModelLog {
    fn stream(&self) -> &'static str {
        "model"
    }

    fn append<'a>(&'a self, _: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        // Small, so that readers need many.
        let limit = limit.min(5);
        let state = self.lock();
        let page = match direction {
            Direction::Forward => Page::forward(from, state.after(from, limit), state.info()),
            Direction::Backward => Page {
                entries: state.before(from, limit),
                info: state.info(),
            },
        };
        Box::pin(async move { Ok(page) })
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        let info = self.lock().info();
        Box::pin(async move { Ok(info) })
    }

    /// As Redis: ordinals go on from the cursor, whatever was trimmed in between.
    fn tail(&self, after: Cursor, limit: usize, _: Duration) -> LogFuture<'_, Vec<Entry>> {
        let mut entries = self.lock().after(after, limit.min(5));
        for (ordinal, entry) in (1..).zip(&mut entries) {
            entry.ordinal = after.ordinal.map(|seen| seen + ordinal);
        }
        Box::pin(async move { Ok(entries) })
    }
}

/// A client, and what it knows.
struct Client {
    feed: Feed,
    filter: Filter,
    got: Vec<EntryId>,
    /// The ordinals of what it was told is gone.
    lost: Vec<u64>,
    resets: usize,
}

impl Client {
    fn new(source: &Arc<Source>, filter: Filter) -> Self {
        let feed = Feed::new(source.clone(), Start::After(Cursor::START));
        Self {
            feed,
            filter,
            got: Vec::new(),
            lost: Vec::new(),
            resets: 0,
        }
    }

    /// Takes one step; whether there was something to take.
    fn step(&mut self) -> bool {
        // It may have to wait for the tail.
        let Some(step) = self.feed.advance().now_or_never() else {
            return false;
        };
        match step.unwrap() {
            Step::Entries(slice) => {
                self.got
                    .extend(slice.matching(&self.filter).map(|entry| entry.cursor.id));
                true
            }
            Step::Gap(gap) => {
                let first = gap.after.ordinal.unwrap() + 1;
                self.lost.extend(first..first + gap.lost.unwrap());
                true
            }
            Step::Reset { .. } => {
                self.begin_again();
                self.resets += 1;
                true
            }
            _ => false,
        }
    }

    /// Goes away and comes back with its cursor.
    fn reconnect(&mut self, source: &Arc<Source>) {
        self.feed = Feed::new(source.clone(), Start::After(self.feed.cursor()));
    }

    /// Seeks the start over its open socket.
    fn seek(&mut self, source: &Arc<Source>) {
        self.feed = Feed::new(source.clone(), Start::After(Cursor::START));
        self.begin_again();
    }

    fn begin_again(&mut self) {
        self.got.clear();
        self.lost.clear();
    }

    /// What it must have got: everything but what it was told is gone, of what it asked for.
    fn promised(&self, log: &Vector) -> Vec<EntryId> {
        let ids = (1..)
            .zip(&log.added)
            .filter(|(ordinal, _)| !self.lost.contains(ordinal));
        let wanted = &self.filter.types;
        ids.map(|(_, id)| *id)
            .filter(|id| wanted.is_empty() || wanted.iter().any(|wanted| wanted == kind(*id)))
            .collect()
    }
}

#[derive(Clone, Debug)]
enum Happening {
    Add(usize),
    Trim(usize),
    /// The tail reads, and frames all that it has read.
    Tail,
    /// The tail reads, and does not come to framing.
    Read,
    /// The tail frames a piece of what it has read.
    Frame,
    Step(usize),
    Reconnect(usize),
    Seek(usize),
    /// The bridge is started anew; its clients come back.
    Restart,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => (1..12_usize).prop_map(Happening::Add),
        1 => (0..20_usize).prop_map(Happening::Trim),
        3 => Just(Happening::Tail),
        3 => Just(Happening::Read),
        2 => Just(Happening::Frame),
        6 => (0..3_usize).prop_map(Happening::Step),
        1 => (0..3_usize).prop_map(Happening::Reconnect),
        1 => (0..3_usize).prop_map(Happening::Seek),
        1 => Just(Happening::Restart),
    ]
}

/// For what waits not for ever. Nothing runs in it.
fn clock() -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().build().unwrap()
}

/// A bridge without sockets.
struct Bench {
    log: Arc<ModelLog>,
    limits: Limits,
    source: Arc<Source>,
    tail: Tail,
    clients: Vec<Client>,
}

impl Bench {
    fn new() -> Self {
        let log = Arc::new(ModelLog::default());
        let limits = Limits {
            ring_entries: 8,
            ..Limits::default()
        };
        let source = Arc::new(Source::new(log.clone(), &limits));
        let tail = Tail::new(source.clone(), &limits);
        let of_type = |kind: &str| Filter {
            types: vec![kind.to_owned()],
            ..Filter::default()
        };
        let filters = [Filter::default(), of_type("odd"), of_type("even")];
        let clients = filters.map(|filter| Client::new(&source, filter)).into();
        Self {
            log,
            limits,
            source,
            tail,
            clients,
        }
    }

    fn apply(&mut self, happening: &Happening) {
        match happening {
            Happening::Add(count) => self.log.add(*count),
            Happening::Trim(keep) => self.log.trim(*keep),
            Happening::Tail => self.follow(),
            Happening::Read => self.read(),
            Happening::Frame => {
                self.frame();
            }
            Happening::Step(client) => {
                self.clients[*client].step();
            }
            Happening::Reconnect(client) => self.clients[*client].reconnect(&self.source),
            Happening::Seek(client) => self.clients[*client].seek(&self.source),
            Happening::Restart => {
                self.source = Arc::new(Source::new(self.log.clone(), &self.limits));
                self.tail = Tail::new(self.source.clone(), &self.limits);
                for client in &mut self.clients {
                    client.reconnect(&self.source);
                }
            }
        }
    }

    fn follow(&mut self) {
        self.read();
        while self.frame() {}
    }

    fn read(&mut self) {
        self.tail.read().now_or_never().unwrap().unwrap();
    }

    /// Whether there was something to frame.
    fn frame(&mut self) -> bool {
        self.tail.frame().now_or_never().is_some()
    }

    /// Lets everybody come to the end of the log.
    fn settle(&mut self) {
        let turns = self.log.lock().added.len() + 10;
        for _ in 0..turns {
            self.follow();
        }
        for client in &mut self.clients {
            let mut steps = 0;
            while client.step() {
                steps += 1;
                assert!(steps < 10_000, "a client never comes to the end");
            }
        }
    }
}

#[test]
fn a_rush_that_is_trimmed_before_it_is_framed_loses_nothing() {
    let mut bench = Bench::new();
    bench.log.add(3);
    bench.settle();
    let count = 100;
    bench.log.add(count);
    for _ in 0..count {
        bench.read();
    }
    bench.log.trim(0);
    while bench.frame() {
        let client = &mut bench.clients[0];
        while client.step() {}
    }
    let client = &bench.clients[0];
    assert_eq!((client.got.len(), client.lost.len()), (3 + count, 0));
}

#[tokio::test]
async fn a_log_that_begins_anew_is_told_once_though_a_reader_notices_before_the_tail() {
    for start_ms in [0, 1000] {
        let mut bench = Bench::new();
        for _ in 0..8 {
            bench.log.add(5);
            bench.follow();
        }
        // Behind the ring, so that it asks the log.
        assert!(bench.clients[0].step());
        bench.log.replace(start_ms, 3);
        while bench.clients[0].step() {}
        bench.settle();
        let client = &bench.clients[0];
        assert_eq!((client.resets, client.got.len()), (1, 3));
    }
}

proptest! {
    #[test]
    fn every_entry_is_got_once_in_order_or_counted_as_lost(happenings in prop::collection::vec(happening(), 1..80)) {
        let clock = clock();
        let _entered = clock.enter();
        let mut bench = Bench::new();
        for happening in &happenings {
            bench.apply(happening);
        }
        bench.settle();
        let log = bench.log.lock().clone();
        for client in &bench.clients {
            prop_assert_eq!(client.resets, 0);
            prop_assert_eq!(&client.got, &client.promised(&log));
            let is_kept = client.lost.iter().all(|ordinal| *ordinal <= log.trimmed as u64);
            prop_assert!(is_kept, "nothing that the log still holds was told to be gone");
            prop_assert_eq!(client.feed.cursor().ordinal, Some(log.added.len() as u64));
        }
    }

    #[test]
    fn another_log_in_its_place_is_noticed_and_read_from_its_start(
        before in prop::collection::vec(happening(), 1..40),
        start_ms in prop_oneof![Just(0), Just(1000)],
        count in 0..30_usize,
        after in prop::collection::vec(happening(), 0..40),
    ) {
        let clock = clock();
        let _entered = clock.enter();
        let mut bench = Bench::new();
        bench.log.add(40);
        for happening in &before {
            bench.apply(happening);
        }
        bench.settle();
        bench.log.replace(start_ms, count);
        for happening in &after {
            // Whoever seeks the start of what is there now has nothing to be told.
            let is_told = !matches!(happening, Happening::Add(_) | Happening::Seek(_));
            if is_told {
                bench.apply(happening);
            }
        }
        bench.settle();
        let log = bench.log.lock().clone();
        for client in &bench.clients {
            prop_assert!(client.resets > 0);
            prop_assert_eq!(&client.got, &client.promised(&log));
        }
    }
}

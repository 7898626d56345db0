//! `#[emits]`: off, and on with the writer draining to a log that throws events away.

use std::hint::black_box;
use std::time::Duration;

use event_core::log::{Cursor, Direction, EntryId, Log, LogFuture, LogInfo, Page};
use event_core::{Event, EventBus, Installed, StepFinished, StepStarted, emits};
use serde::Serialize;

use super::{Around, Case, bare, ready};

#[derive(Event, Serialize)]
pub struct Worked<'a> {
    pub step: u64,
    pub node: &'a str,
}

#[derive(Event, Serialize)]
struct Asked<'a> {
    text: &'a str,
}

/// 1 KiB.
const TEXT: &str = match str::from_utf8(&[b't'; 1024]) {
    Ok(text) => text,
    Err(_) => unreachable!(),
};

#[derive(Event, Serialize)]
pub struct WorkDone {
    pub sum: u64,
}

#[emits(Worked { step, node }, WorkDone)]
#[inline(never)]
fn sync(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[emits(Worked { step, node }, WorkDone)]
#[inline(never)]
async fn asynchronous(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[emits(Worked { step, node }, |sum| WorkDone { sum: *sum })]
#[inline(never)]
fn result_sync(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[emits(Worked { step, node }, |sum| WorkDone { sum: *sum })]
#[inline(never)]
async fn result_asynchronous(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[emits(StepStarted { step, node_id: node, root_id: "root", ..Default::default() }, StepFinished)]
#[inline(never)]
fn step_sync(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[emits(StepStarted { step, node_id: node, root_id: "root", ..Default::default() }, StepFinished)]
#[inline(never)]
async fn step_asynchronous(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

/// A text as long as a prompt's preview, or as an answer.
#[emits(Asked { text: &TEXT[..256] }, WorkDone)]
#[inline(never)]
fn short_text(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[emits(Asked { text: &TEXT[..256] }, WorkDone)]
#[inline(never)]
async fn short_text_async(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[emits(Asked { text: TEXT }, WorkDone)]
#[inline(never)]
fn long_text(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[emits(Asked { text: TEXT }, WorkDone)]
#[inline(never)]
async fn long_text_async(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

const PAIR: Case = Case {
    name: "emits-off",
    sync: Some(sync),
    asynchronous: Some(|step, node| ready(asynchronous(step, node))),
    set_up: bare,
};

pub(super) const CASES: [Case; 7] = [
    PAIR,
    Case {
        name: "emits",
        set_up: || InParent::on(in_pair),
        ..PAIR
    },
    Case {
        name: "emits-result",
        sync: Some(result_sync),
        asynchronous: Some(|step, node| ready(result_asynchronous(step, node))),
        set_up: || InParent::on(in_pair),
    },
    Case {
        name: "emits-inherits",
        set_up: || InParent::on(in_step),
        ..PAIR
    },
    Case {
        name: "emits-scope",
        sync: Some(step_sync),
        asynchronous: Some(|step, node| ready(step_asynchronous(step, node))),
        set_up: || InParent::on(in_step),
    },
    Case {
        name: "emits-256",
        sync: Some(short_text),
        asynchronous: Some(|step, node| ready(short_text_async(step, node))),
        set_up: || InParent::on(in_pair),
    },
    Case {
        name: "emits-1024",
        sync: Some(long_text),
        asynchronous: Some(|step, node| ready(long_text_async(step, node))),
        set_up: || InParent::on(in_pair),
    },
];

/// The parent without scope fields.
#[emits(Worked { step: 0, node: "parent" }, WorkDone)]
fn in_pair(burst: &mut dyn FnMut()) {
    burst();
}

/// The parent whose three scope fields are inherited.
#[emits(StepStarted { step: 7, node_id: "node-of-parent", root_id: "root", ..Default::default() }, StepFinished)]
fn in_step(burst: &mut dyn FnMut()) {
    burst();
}

type Parent = fn(&mut dyn FnMut());

struct InParent {
    events: Installed,
    parent: Parent,
}

impl InParent {
    fn on(parent: Parent) -> Box<dyn Around> {
        let events = EventBus::new(Discard).install();
        Box::new(Self { events, parent })
    }
}

impl Around for InParent {
    fn parent(&mut self, burst: &mut dyn FnMut()) {
        (self.parent)(burst);
    }

    fn drain(&mut self) {
        let bus = self.events.bus();
        assert_eq!(
            bus.flush(Duration::from_secs(60)),
            0,
            "the log takes everything at once"
        );
        assert_eq!(bus.stats().dropped, 0, "a burst fits the queue");
    }
}

/// A log that takes everything and keeps nothing.
struct Discard;

impl Log for Discard {
    fn stream(&self) -> &str {
        "nowhere"
    }

    fn append<'a>(
        &'a self,
        entries: &'a [bytes::Bytes],
    ) -> LogFuture<'a, Vec<Result<EntryId, event_core::log::LogError>>> {
        Box::pin(async move { Ok(entries.iter().map(|_| Ok(EntryId::ZERO)).collect()) })
    }

    fn page(&self, _from: Cursor, _direction: Direction, _limit: usize) -> LogFuture<'_, Page> {
        Box::pin(async {
            Ok(Page {
                entries: Vec::new(),
                info: LogInfo::default(),
            })
        })
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        Box::pin(async { Ok(LogInfo::default()) })
    }
}

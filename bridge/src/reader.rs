//! A log read in this process as a client reads it over a bridge: the same parameters, the same items. Owns the tail that
//! it needs for that, and no socket.

use std::collections::VecDeque;
use std::sync::Arc;

use event_core::Timestamp;
use event_core::log::Log;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::client::{Gap, Item, Received, Reset, RunSummary, State};
use crate::config::Limits;
use crate::error::BridgeError;
use crate::feed::{Feed, Start, Step};
use crate::filter::Filter;
use crate::line::Line;
use crate::query::{self, Query};
use crate::source::Source;
use crate::tail::Tail;

/// The parameters and their forms are those of `GET /events`.
pub struct Reader {
    source: Arc<Source>,
    feed: Feed,
    filter: Filter,
    waiting: VecDeque<Item>,
    health: watch::Receiver<Option<Arc<str>>>,
    log_error: Option<Arc<str>>,
    /// The log has answered, or could not be reached.
    is_known: bool,
    has_caught_up: bool,
    tail: JoinHandle<()>,
}

impl Reader {
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// If the parameters are not understood.
    pub fn new(log: Arc<dyn Log>, parameters: Vec<(String, String)>) -> Result<Self, BridgeError> {
        let limits = Limits::default();
        let query = Query::parse(parameters, query::LIVE).map_err(|error| BridgeError::Setting(error.0))?;
        let source = Arc::new(Source::new(log, &limits));
        let tail = tokio::spawn(Tail::new(source.clone(), &limits).run());
        Ok(Self {
            feed: Feed::new(source.clone(), query.start.unwrap_or(Start::Now)),
            filter: query.filter,
            health: source.health.watch(),
            log_error: source.health.error(),
            is_known: false,
            source,
            waiting: VecDeque::new(),
            has_caught_up: false,
            tail,
        })
    }

    /// What comes next; waits for it. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Item {
        loop {
            if let Some(item) = self.waiting.pop_front() {
                return item;
            }
            let step = tokio::select! {
                biased;
                step = self.feed.next() => step,
                // It lives as long as the source, which is ours.
                _ = self.health.changed() => Step::Cold,
            };
            match step {
                Step::Entries(slice) => {
                    let lines = slice.matching(&self.filter).map(|entry| slice.line(entry));
                    self.waiting.extend(lines.filter_map(received));
                }
                Step::Gap(gap) => {
                    return Item::Gap(Gap {
                        after: gap.after.to_string(),
                        lost: gap.lost,
                        why: "trimmed".to_owned(),
                    });
                }
                Step::Reset { .. } => {
                    return Item::Reset(Reset {
                        cursor: self.feed.cursor().to_string(),
                        why: "the log was deleted or restored".to_owned(),
                    });
                }
                Step::CaughtUp if !self.has_caught_up => {
                    self.has_caught_up = true;
                    return Item::State(State::CaughtUp);
                }
                Step::CaughtUp => {}
                Step::Cold | Step::Stalled(_) => self.health(),
            }
        }
    }

    /// Says whether the log can be reached, if that is news. Before the first answer it is not.
    fn health(&mut self) {
        let error = self.source.health.error();
        if error == self.log_error {
            return;
        }
        self.log_error.clone_from(&error);
        if !std::mem::replace(&mut self.is_known, true) && error.is_none() {
            return;
        }
        self.waiting.push_back(Item::State(match error {
            Some(error) => State::LogUnreachable {
                error: error.to_string(),
            },
            None => State::LogReachable,
        }));
    }

    /// From where another reader would go on.
    pub fn cursor(&self) -> String {
        self.feed.cursor().to_string()
    }

    /// The runs in what was read, the one heard of last first.
    pub fn runs(&self) -> Vec<RunSummary> {
        let runs = self.source.runs();
        let list = serde_json::to_value(runs.list(&[], Timestamp::now().unix_ms()));
        list.and_then(serde_json::from_value).unwrap_or_default()
    }
}

fn received(line: &str) -> Option<Item> {
    match Line::read(line.trim_end()) {
        Ok(Line::Event {
            cursor: Some(cursor),
            json,
        }) => Some(Item::Event(Received {
            cursor: cursor.into_owned(),
            json: json.into(),
        })),
        // The ring frames nothing else.
        _ => None,
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.tail.abort();
    }
}

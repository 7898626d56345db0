//! What a client wants, and how it goes about it. Owns the defaults.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::backoff::{self, Backoff};
use super::error::ClientError;
use super::progress::Progress;
use super::target::Target;
use super::{Client, Phase};

/// The variable with the token that a bridge asks for.
pub const TOKEN_VARIABLE: &str = "EVENT_BRIDGE_TOKEN";
/// A bridge gives a sign of life every 10 s.
const SILENCE: Duration = Duration::from_secs(45);

/// Settings of a client. Everything has a default: all events, from now on.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    pub(super) url: String,
    start: Option<(String, String)>,
    filters: Vec<(String, String)>,
    pub(super) token: Option<Secret>,
    pub(super) ca: Option<PathBuf>,
    silence: Duration,
    backoff: (Duration, Duration),
}

/// A text that is not shown.
#[derive(Clone)]
pub(super) struct Secret(pub(super) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Builder {
    pub(super) fn new(url: String) -> Self {
        Self {
            url,
            start: None,
            filters: Vec::new(),
            token: std::env::var(TOKEN_VARIABLE)
                .ok()
                .filter(|token| !token.is_empty())
                .map(Secret),
            ca: None,
            silence: SILENCE,
            backoff: (backoff::BASE, backoff::MAX),
        }
    }

    /// Begins behind this cursor, or Redis id; `0` is the beginning.
    pub fn after(self, cursor: impl Into<String>) -> Self {
        self.start("after", cursor.into())
    }

    /// Begins with the newest so many events.
    pub fn tail(self, count: u64) -> Self {
        self.start("tail", count.to_string())
    }

    /// Begins with events added at this unix time in milliseconds, or later.
    pub fn since(self, unix_ms: u64) -> Self {
        self.start("since", unix_ms.to_string())
    }

    /// Lets events of this type pass; called again, of either.
    pub fn event_type(self, event_type: impl Into<String>) -> Self {
        self.filter("type", event_type.into())
    }

    /// Lets events of this run pass; called again, of either.
    pub fn run(self, run_id: impl Into<String>) -> Self {
        self.filter("run", run_id.into())
    }

    /// Lets events of this node pass; called again, of either.
    pub fn node(self, node_id: impl Into<String>) -> Self {
        self.filter("node", node_id.into())
    }

    /// Lets events with this outcome pass; called again, of either.
    pub fn outcome(self, outcome: impl Into<String>) -> Self {
        self.filter("outcome", outcome.into())
    }

    /// The bridge's token; without, what [`TOKEN_VARIABLE`] says.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(Secret(token.into()));
        self
    }

    /// A PEM file with the authority that signed the bridge's certificate, instead of those of the platform.
    pub fn ca(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca = Some(path.into());
        self
    }

    /// After how long without a word a connection is taken for dead: 45 s.
    pub fn silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// Waits before another attempt: anything up to `base` at first, then up to twice as long, but never over `max`.
    /// 500 ms and 20 s.
    pub fn backoff(mut self, base: Duration, max: Duration) -> Self {
        self.backoff = (base, max);
        self
    }

    fn start(mut self, name: &str, value: String) -> Self {
        self.start = Some((name.to_owned(), value));
        self
    }

    fn filter(mut self, name: &str, value: String) -> Self {
        self.filters.push((name.to_owned(), value));
        self
    }

    /// A client, which connects when it is first asked for something.
    ///
    /// # Errors
    ///
    /// If the address is none, or TLS can't be had.
    pub fn build(self) -> Result<Client, ClientError> {
        let target = Target::new(&self)?;
        let Self { mut filters, .. } = self;
        filters.push(("framed".to_owned(), "1".to_owned()));
        Ok(Client {
            target,
            filters,
            start: self.start,
            progress: Progress::default(),
            phase: Phase::Waiting(Instant::now()),
            backoff: Backoff::new(self.backoff.0, self.backoff.1),
            silence: self.silence,
            heard: Instant::now(),
        })
    }
}

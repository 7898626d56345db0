//! What a client is given. Owns the types that users match on.

use std::fmt;
use std::time::Duration;

use event_core::Envelope;

/// What comes next.
#[derive(Clone, Debug)]
pub enum Item {
    /// An event.
    Event(Received),
    /// Events are gone from the log, and what comes next lies behind them.
    Gap(Gap),
    /// The log is another one, and what comes next is from its start.
    Reset(Reset),
    /// How it stands with the connection and the log.
    State(State),
}

/// An event, and where it stands.
#[derive(Clone, Debug)]
pub struct Received {
    /// Where a client goes on that is done with this event.
    pub cursor: String,
    pub(crate) json: Box<str>,
}

impl Received {
    /// The stored JSON, as its producer wrote it.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The event with its four keys.
    ///
    /// # Errors
    ///
    /// If it has others: the bridge passes on any JSON object with a `type`.
    pub fn envelope(&self) -> Result<Envelope, serde_json::Error> {
        serde_json::from_str(&self.json)
    }
}

/// A hole between two events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The cursor before it.
    pub after: String,
    /// How many events are missing, where the log can tell.
    pub lost: Option<u64>,
    /// What became of them.
    pub why: String,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lost {
            Some(1) => f.write_str("1 event is missing")?,
            Some(lost) => write!(f, "{lost} events are missing")?,
            None => f.write_str("events are missing, the log can't tell how many")?,
        }
        write!(f, " ({})", self.why)
    }
}

/// The log was deleted, restored, or is that of another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reset {
    /// Where the new one begins.
    pub cursor: String,
    /// What happened.
    pub why: String,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The bridge answered.
    Connected {
        /// The stream it reads.
        stream: String,
        /// Where it begins.
        cursor: String,
    },
    /// Everything the log holds was given; what comes from now on is new. Said once a connection.
    CaughtUp,
    /// The bridge can't reach its log: nothing comes until it can.
    LogUnreachable {
        /// Why not.
        error: String,
    },
    /// It can again.
    LogReachable,
    /// The connection ended, or could not be had; the next attempt is on its way.
    Disconnected {
        /// What ended it.
        why: String,
        /// How long until then.
        retry_in: Duration,
    },
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected { stream, .. } => write!(f, "connected to stream {stream:?}"),
            Self::CaughtUp => f.write_str("everything there is was read"),
            Self::LogUnreachable { error } => write!(f, "the bridge can't read the log: {error}"),
            Self::LogReachable => f.write_str("the bridge reads the log again"),
            Self::Disconnected { why, retry_in } => {
                write!(f, "{why}; trying again in {:.1} s", retry_in.as_secs_f64())
            }
        }
    }
}

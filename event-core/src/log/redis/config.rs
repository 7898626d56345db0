//! What is to be known of a Redis log before it is there: server, stream, length, whom to trust. Owns the environment variables and
//! their defaults; it connects nowhere.

use std::env;
use std::fmt;
use std::path::PathBuf;

use super::server;
use crate::log::{LogError, LogErrorKind, variable};

/// The stream's key unless `EVENT_STREAM` says otherwise.
pub const DEFAULT_STREAM: &str = "agent_events";
/// About how many entries Redis keeps unless `EVENT_STREAM_MAXLEN` says otherwise.
pub const DEFAULT_MAXLEN_ENTRIES: u64 = 10_000;
/// The server unless `REDIS_URL` or `REDIS_HOST` says otherwise.
const DEFAULT_URL: &str = "redis://localhost:6379";

/// Which stream, on which server.
#[derive(Clone)]
pub struct RedisConfig {
    /// `redis://[user[:password]@]host[:port][/db]`, the same with `rediss://` for TLS, or `unix:///path/to/socket`
    /// (`?user=…&pass=…&db=…`).
    pub url: String,
    /// The key of the stream.
    pub stream: String,
    /// About how many entries are kept (`MAXLEN ~`); 0 means that nothing is ever trimmed.
    pub maxlen_entries: u64,
    /// For `rediss://`: a PEM file with the certificates of the authorities that are trusted; none for the platform's own.
    pub ca: Option<PathBuf>,
}

impl RedisConfig {
    /// The given server, with the rest as the environment or the defaults have them.
    pub fn new(url: impl Into<String>) -> Result<Self, LogError> {
        let maxlen_entries = match variable("EVENT_STREAM_MAXLEN")? {
            None => DEFAULT_MAXLEN_ENTRIES,
            Some(text) => text.parse().map_err(|_| {
                LogError::new(
                    LogErrorKind::Refused,
                    format!("EVENT_STREAM_MAXLEN: expected a number of entries (0 = never trim), got {text:?}"),
                )
            })?,
        };
        Ok(Self {
            url: url.into(),
            stream: variable("EVENT_STREAM")?.unwrap_or_else(|| DEFAULT_STREAM.to_owned()),
            maxlen_entries,
            ca: variable("EVENT_REDIS_CA")?.map(PathBuf::from),
        })
    }

    /// `REDIS_URL`, else `REDIS_HOST`, else localhost; `EVENT_STREAM`; `EVENT_STREAM_MAXLEN`;
    /// `EVENT_REDIS_CA`.
    pub fn from_env() -> Result<Self, LogError> {
        let url = match variable("REDIS_URL")? {
            Some(url) => url,
            None => variable("REDIS_HOST")?.map_or_else(|| DEFAULT_URL.to_owned(), |host| format!("redis://{host}")),
        };
        Self::new(url)
    }

    /// The server as it may be shown: its URL without user and password.
    pub fn address(&self) -> String {
        server::without_password(&self.url)
    }

    /// Whether the environment names a Redis server at all.
    pub fn is_in_env() -> bool {
        ["REDIS_URL", "REDIS_HOST"]
            .iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
    }
}

impl fmt::Debug for RedisConfig {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisConfig")
            .field("url", &self.address())
            .field("stream", &self.stream)
            .field("maxlen_entries", &self.maxlen_entries)
            .field("ca", &self.ca)
            .finish()
    }
}

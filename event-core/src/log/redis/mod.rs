//! The log in a Redis Stream: one key, one field `json` an entry. Owns everything that knows Redis; whoever uses it
//! sees a [`Log`]. It reports errors and leaves trying again to its callers.

mod append;
mod batch;
mod config;
mod connection;
mod errors;
mod read;
mod replies;
mod resp;
mod server;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
mod wire;

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::{self, Handle};

use self::append::RedisAppender;
pub use self::config::{DEFAULT_MAXLEN_ENTRIES, DEFAULT_STREAM, RedisConfig};
use self::connection::Pool;
use self::resp::Xadd;
use self::server::Server;
use self::wire::Wire;
use super::{Appender, Cursor, Direction, Entry, EntryId, Log, LogError, LogFuture, LogInfo, Page};

/// The field of an entry that holds the event.
const FIELD: &str = "json";

/// A Redis Stream as a [`Log`].
pub struct RedisLog {
    stream: String,
    server: Server,
    xadd: Xadd,
    /// The connection of the last [`Log::append`], with the runtime that drives it.
    idle_writer: Mutex<Option<(runtime::Id, Wire)>>,
    readers: Pool,
}

impl RedisLog {
    /// Checks the configuration; connects at first use, and again whenever the connection is lost.
    pub fn new(config: RedisConfig) -> Result<Self, LogError> {
        let server = Server::new(&config.url, config.ca.as_deref())?;
        Ok(Self {
            readers: Pool::default(),
            xadd: Xadd::new(&config.stream, config.maxlen_entries, FIELD),
            stream: config.stream,
            server,
            idle_writer: Mutex::default(),
        })
    }

    fn idle_writer(&self) -> Option<Wire> {
        let mut idle = self.idle_writer.lock().unwrap_or_else(PoisonError::into_inner);
        idle.take_if(|(runtime, _)| *runtime == Handle::current().id())
            .map(|(_, wire)| wire)
    }

    fn keep_writer(&self, wire: Wire) {
        let idle = Some((Handle::current().id(), wire));
        *self.idle_writer.lock().unwrap_or_else(PoisonError::into_inner) = idle;
    }
}

impl fmt::Debug for RedisLog {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisLog({:?} at {:?})", self.stream, self.server)
    }
}

impl Log for RedisLog {
    fn kind(&self) -> &'static str {
        "redis"
    }

    fn stream(&self) -> &str {
        &self.stream
    }

    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        Box::pin(append::append(self, entries))
    }

    fn appender(&self) -> Box<dyn Appender + '_> {
        Box::new(RedisAppender::new(self, None))
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        Box::pin(read::page(self, from, direction, limit))
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        Box::pin(read::info(self))
    }

    fn tail(&self, after: Cursor, limit: usize, patience: Duration) -> LogFuture<'_, Vec<Entry>> {
        Box::pin(read::tail(self, after, limit, patience))
    }

    fn follow(&self, after: Cursor, limit: usize, patience: Duration) -> LogFuture<'_, Page> {
        Box::pin(read::follow(self, after, limit, patience))
    }
}

#[cfg(test)]
mod tests;

//! Connections to read from one server, leased one user at a time. Owns connecting and timeouts. A connection that failed, or whose user went away in the middle, is never used again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError};
use tokio::runtime::{self, Handle};

use super::errors;
use super::server::Server;
use crate::log::{LogError, LogErrorKind};

pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an answer may take, unless the command itself waits.
pub(super) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle connections kept for the next user.
const MAX_IDLE: usize = 4;

/// Connections to one server.
pub(super) struct Pool {
    client: Client,
    /// The address for messages: without user and password.
    address: String,
    /// Each with the runtime that drives it: on another one it would never get an answer once that one rests.
    idle: Mutex<Vec<(runtime::Id, MultiplexedConnection)>>,
}

/// A connection that one user holds. Dropped, it closes; [`Lease::give_back`] keeps it for the next.
pub(super) struct Lease<'a> {
    pool: &'a Pool,
    pub(super) connection: MultiplexedConnection,
    /// It lay idle before: the server may have closed it in the meantime.
    pub(super) is_reused: bool,
}

impl Pool {
    pub(super) fn new(server: &Server) -> Result<Self, LogError> {
        let client = server.client().map_err(|error| {
            LogError::new(
                LogErrorKind::Refused,
                format!("REDIS_URL: {error}, got {:?}", server.address),
            )
        })?;
        Ok(Self {
            client,
            address: server.address.clone(),
            idle: Mutex::default(),
        })
    }

    pub(super) async fn lease(&self) -> Result<Lease<'_>, LogError> {
        if let Some(connection) = self.take_idle() {
            return Ok(Lease {
                pool: self,
                connection,
                is_reused: true,
            });
        }
        self.connect().await
    }

    fn take_idle(&self) -> Option<MultiplexedConnection> {
        let here = Handle::current().id();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let index = idle.iter().rposition(|(runtime, _)| *runtime == here)?;
        Some(idle.swap_remove(index).1)
    }

    /// A new connection, and the idle ones closed: when one of them turned out dead, the others are no better.
    pub(super) async fn connect(&self) -> Result<Lease<'_>, LogError> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT));
        let connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(|error| match self.error(&error) {
                interrupted if interrupted.kind() == LogErrorKind::Interrupted => {
                    LogError::new(LogErrorKind::Unreachable, interrupted.to_string())
                }
                other => other,
            })?;
        Ok(Lease {
            pool: self,
            connection,
            is_reused: false,
        })
    }

    /// What an error means, and what to do about it.
    pub(super) fn error(&self, error: &RedisError) -> LogError {
        let text = error.to_string();
        let text = errors::without_arguments(text.trim_end_matches('.'));
        let (code, detail) = (error.code().unwrap_or_default(), error.detail().unwrap_or_default());
        if error.kind() == ErrorKind::AuthenticationFailed {
            let text = format!("Redis at {}: {text}{}", self.address, errors::remedy("WRONGPASS", ""));
            return LogError::new(LogErrorKind::Refused, text);
        }
        if code.is_empty() && text.contains("invalid peer certificate") {
            return errors::distrust(&self.address, text);
        }
        if code.is_empty() {
            return errors::failure(LogErrorKind::Interrupted, &self.address, text);
        }
        // The server answered: its error codes decide.
        let remedy = errors::remedy(code, detail);
        LogError::new(
            errors::kind_of(code, detail),
            format!("Redis at {}: {text}{remedy}", self.address),
        )
    }
}

impl std::fmt::Debug for Pool {
    /// Without the password, which the client knows.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Lease<'_> {
    /// Keeps the connection for the next user. Only for one that answered everything it was asked.
    pub(super) fn give_back(self) {
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push((Handle::current().id(), self.connection));
        }
    }

    /// The next command may wait at the server for `patience`; only after that an answer is late.
    pub(super) fn await_for(&mut self, patience: Duration) {
        self.connection
            .set_response_timeout(patience.saturating_add(RESPONSE_TIMEOUT));
    }
}

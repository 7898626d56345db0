//! Connections to one server, leased one user at a time. Owns connecting, timeouts and the meaning of Redis's
//! errors. A connection that failed, or whose user went away in the middle, is never used again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::{AsyncConnectionConfig, Client, ErrorKind, IntoConnectionInfo, RedisError};

use tokio::runtime::{self, Handle};

use crate::log::{LogError, LogErrorKind};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an answer may take, unless the command itself waits.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long sent bytes may stay unacknowledged: a half-open connection ends here.
const USER_TIMEOUT: Duration = Duration::from_secs(10);
/// Idle connections kept for the next user.
const MAX_IDLE: usize = 4;
/// Above the default, since batches are written at once.
const WRITE_BACKPRESSURE_BYTES: usize = 256 * 1024;

const CHECK_LOGIN: &str = "; check user and password in REDIS_URL";
const GRANT: &str = "; grant the user +xadd to write, or +xread +xrange +xrevrange +xinfo +multi +exec to read";

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
    pub(super) fn new(url: &str) -> Result<Self, LogError> {
        let address = without_password(url);
        let invalid = |reason: String| LogError::new(LogErrorKind::Refused, format!("REDIS_URL: {reason}"));
        if url.starts_with("rediss://") {
            return Err(invalid(format!(
                "TLS is not supported yet, got {address:?}; let a TLS proxy on this machine (such as stunnel) or an ssh tunnel lead there, and name its end here as redis://localhost:<port>"
            )));
        }
        let expected = format!("expected redis://[user:password@]host[:port][/db] or unix:///path, got {address:?}");
        if !["redis://", "unix://", "redis+unix://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(invalid(expected));
        }
        let parse = |error: RedisError| invalid(format!("{expected} ({error})"));
        let info = url.into_connection_info().map_err(parse)?;
        let tcp = TcpSettings::default().set_nodelay(true).set_user_timeout(USER_TIMEOUT);
        let client = Client::open(info.set_tcp_settings(tcp)).map_err(parse)?;
        Ok(Self {
            client,
            address,
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
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_write_backpressure_boundary(WRITE_BACKPRESSURE_BYTES);
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
        let kind = kind_of(error);
        // A refusal to end a transaction or to choose the database has a code of its own, and the reason in its text.
        let says = |reason| error.detail().is_some_and(|detail| detail.contains(reason));
        let remedy = match (kind, error.code().unwrap_or_default()) {
            (LogErrorKind::Interrupted, _) => "; is redis-server running there?",
            (_, "WRONGPASS" | "NOAUTH") => CHECK_LOGIN,
            _ if error.kind() == ErrorKind::AuthenticationFailed || says("Authentication required") => CHECK_LOGIN,
            (_, "NOPERM") => GRANT,
            _ if says("NOPERM") => GRANT,
            (_, "WRONGTYPE") => "; the key holds something else: choose another with EVENT_STREAM",
            _ => "",
        };
        let text = error.to_string();
        LogError::new(
            kind,
            format!("Redis at {}: {}{remedy}", self.address, text.trim_end_matches('.')),
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

fn kind_of(error: &RedisError) -> LogErrorKind {
    if error.kind() == ErrorKind::AuthenticationFailed {
        return LogErrorKind::Refused;
    }
    match error.code() {
        // The server answered: its error codes decide.
        Some(
            "LOADING" | "MASTERDOWN" | "READONLY" | "UNBLOCKED" | "OOM" | "MISCONF" | "NOREPLICAS" | "BUSY"
            | "TRYAGAIN" | "CLUSTERDOWN",
        ) => LogErrorKind::Unavailable,
        Some(_)
            if error
                .detail()
                .is_some_and(|detail| detail.contains("max number of clients")) =>
        {
            LogErrorKind::Unavailable
        }
        Some(_) => LogErrorKind::Refused,
        None => LogErrorKind::Interrupted,
    }
}

/// A URL as it may be shown: user and password replaced.
pub(super) fn without_password(url: &str) -> String {
    // A unix socket's URL has the password in its query.
    let url = url.split_once('?').map_or(url, |(before, _)| before);
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        (None, Some((_, host))) => format!("***@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        assert_eq!(without_password("redis://me:p@ss@host:1/2"), "redis://***@host:1/2");
        assert_eq!(without_password("localhost:6379"), "localhost:6379");
    }

    #[test]
    fn a_url_without_scheme_is_refused_with_what_was_expected() {
        let error = Pool::new("localhost:6379").unwrap_err();
        assert_eq!(
            error.to_string(),
            "REDIS_URL: expected redis://[user:password@]host[:port][/db] or unix:///path, got \"localhost:6379\""
        );
        assert!(!error.is_retryable());
    }

    #[test]
    fn a_url_that_is_not_understood_is_refused_with_what_was_expected() {
        let error = Pool::new("redis://127.0.0.1:abc").unwrap_err().to_string();
        assert!(error.starts_with("REDIS_URL: expected redis://"), "{error}");
        assert!(error.contains("got \"redis://127.0.0.1:abc\""), "{error}");
    }

    #[test]
    fn a_url_that_asks_for_tls_is_refused_with_a_way_to_have_it() {
        let error = Pool::new("rediss://me:hunter2@host:6380").unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("TLS is not supported yet, got \"rediss://***@host:6380\""),
            "{text}"
        );
        assert!(text.contains("stunnel") && text.contains("ssh tunnel"), "{text}");
        assert!(!error.is_retryable());
    }

    #[test]
    fn no_error_repeats_the_password() {
        for url in [
            "redis://me:hunter2@",
            "redis://:hunter2@host:port",
            "me:hunter2@host",
            "redis://u:hunter2@h/x",
            "rediss://u:hunter2@h",
        ] {
            if let Err(error) = Pool::new(url) {
                assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
            }
        }
    }
}

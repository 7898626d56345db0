//! Which server: its address, login and database, read from a URL once. Owns what of it may be shown; the password is
//! seen by those who log in, and by nobody else.

use std::time::Duration;

use redis::io::tcp::TcpSettings;
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo, RedisError};

use crate::log::{LogError, LogErrorKind};

/// How long sent bytes may stay unacknowledged: a half-open connection ends here.
pub(super) const USER_TIMEOUT: Duration = Duration::from_secs(10);

/// One server, and how to log in there.
#[derive(Clone)]
pub(super) struct Server {
    /// For messages: without user and password.
    pub(super) address: String,
    pub(super) info: ConnectionInfo,
}

impl Server {
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
        Ok(Self {
            address,
            info: info.set_tcp_settings(tcp),
        })
    }

    pub(super) fn place(&self) -> &ConnectionAddr {
        self.info.addr()
    }

    pub(super) fn login(&self) -> &RedisConnectionInfo {
        self.info.redis_settings()
    }
}

impl std::fmt::Debug for Server {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.address)
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
        let error = Server::new("localhost:6379").unwrap_err();
        assert_eq!(
            error.to_string(),
            "REDIS_URL: expected redis://[user:password@]host[:port][/db] or unix:///path, got \"localhost:6379\""
        );
        assert!(!error.is_retryable());
    }

    #[test]
    fn a_url_that_is_not_understood_is_refused_with_what_was_expected() {
        let error = Server::new("redis://127.0.0.1:abc").unwrap_err().to_string();
        assert!(error.starts_with("REDIS_URL: expected redis://"), "{error}");
        assert!(error.contains("got \"redis://127.0.0.1:abc\""), "{error}");
    }

    #[test]
    fn a_url_that_asks_for_tls_is_refused_with_a_way_to_have_it() {
        let error = Server::new("rediss://me:hunter2@host:6380").unwrap_err();
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
            if let Err(error) = Server::new(url) {
                assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
            }
        }
    }
}

//! Which server: its address, login and database, read from a URL once. Owns what of it may be shown; the password is
//! seen by those who log in, and by nobody else.

use std::path::Path;
use std::time::Duration;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo};
use socket2::TcpKeepalive;

use super::tls::{self, Trust};

use crate::log::{LogError, LogErrorKind};

/// How long sent bytes may stay unacknowledged: a half-open connection ends here.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) const USER_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection on which nothing happens is probed after this time, and then again and again.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);

/// One server, and how to log in there.
#[derive(Clone)]
pub(super) struct Server {
    /// For messages: without user and password.
    pub(super) address: String,
    info: ConnectionInfo,
    /// Of a server that speaks TLS.
    pub(super) trust: Option<Trust>,
}

impl Server {
    /// `ca` is the file with the authorities to trust instead of the platform's.
    pub(super) fn new(url: &str, ca: Option<&Path>) -> Result<Self, LogError> {
        let address = without_password(url);
        let refused = |text: String| LogError::new(LogErrorKind::Refused, text);
        let expected = format!(
            "REDIS_URL: expected redis://[user:password@]host[:port][/db], the same with rediss:// for TLS, or unix:///path, got {address:?}"
        );
        if !["redis://", "rediss://", "unix://", "redis+unix://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(refused(expected));
        }
        let is_unsupported = url.starts_with("rediss://") && !cfg!(feature = "tls");
        if is_unsupported && let Err(why) = Trust::new(ca) {
            return Err(refused(format!("Redis at {address}: {why}")));
        }
        let info = url
            .into_connection_info()
            .map_err(|error| refused(format!("{expected} ({error})")))?;
        let trust = match info.addr() {
            ConnectionAddr::TcpTls { insecure: true, .. } => {
                return Err(refused(format!(
                    "REDIS_URL: #insecure would trust any server, got {address:?}{}",
                    tls::REMEDY
                )));
            }
            ConnectionAddr::TcpTls { .. } => {
                let failed = |why| refused(format!("Redis at {address}: {why}"));
                Some(Trust::new(ca).map_err(failed)?)
            }
            _ => None,
        };
        Ok(Self { address, info, trust })
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

pub(super) fn keepalive() -> TcpKeepalive {
    TcpKeepalive::new()
        .with_time(KEEPALIVE)
        .with_interval(KEEPALIVE_INTERVAL)
}

/// A URL as it may be shown: user and password replaced.
pub(super) fn without_password(url: &str) -> String {
    // A unix socket's URL has the password in its query. It may hold an `@`, and a password before one a `?`: then nobody
    // can tell what of it is the host.
    let before = url.split_once('?').map_or(url, |(before, _)| before);
    let (scheme, rest) = url
        .split_once("://")
        .map_or(("", url), |(scheme, rest)| (&url[..scheme.len() + "://".len()], rest));
    match rest.rsplit_once('@') {
        None => before.to_owned(),
        Some((login, _)) if login.contains('?') => format!("{scheme}***"),
        Some((_, host)) => {
            let host = host.split_once('?').map_or(host, |(before, _)| before);
            format!("{scheme}***@{host}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        assert_eq!(without_password("redis://me:p@ss@host:1/2"), "redis://***@host:1/2");
        assert_eq!(without_password("localhost:6379"), "localhost:6379");
        assert_eq!(without_password("redis://me:hunter2@host/?a=b"), "redis://***@host/");
        assert_eq!(without_password("unix:///run/redis?pass=hunter2"), "unix:///run/redis");
        for url in ["redis://me:hunter2?no@host", "unix:///run/redis?pass=no@hunter2"] {
            assert!(!without_password(url).contains("hunter2"), "{url}");
        }
    }

    #[test]
    fn a_url_without_scheme_is_refused_with_what_was_expected() {
        let error = Server::new("localhost:6379", None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "REDIS_URL: expected redis://[user:password@]host[:port][/db], the same with rediss:// for TLS, or unix:///path, got \"localhost:6379\""
        );
        assert!(!error.is_retryable());
    }

    #[test]
    fn a_url_that_is_not_understood_is_refused_with_what_was_expected() {
        let error = Server::new("redis://127.0.0.1:abc", None).unwrap_err().to_string();
        assert!(error.starts_with("REDIS_URL: expected redis://"), "{error}");
        assert!(error.contains("got \"redis://127.0.0.1:abc\""), "{error}");
    }

    #[test]
    #[cfg(feature = "tls")]
    fn a_server_that_anybody_could_be_is_refused() {
        let error = Server::new("rediss://me:hunter2@host:6380/#insecure", None).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("EVENT_REDIS_CA") && !text.contains("hunter2"), "{text}");
        assert!(!error.is_retryable());
    }

    #[test]
    #[cfg(feature = "tls")]
    fn a_file_that_holds_no_authority_is_named() {
        for path in ["/nowhere/ca.pem", file!()] {
            let path = std::path::absolute(path).unwrap();
            let error = Server::new("rediss://host", Some(&path)).unwrap_err().to_string();
            assert!(
                error.contains("EVENT_REDIS_CA") && error.contains(path.to_str().unwrap()),
                "{error}"
            );
        }
    }

    #[test]
    fn no_error_repeats_the_password() {
        for url in [
            "redis://me:hunter2@",
            "redis://:hunter2@host:port",
            "me:hunter2@host",
            "redis://u:hunter2@h/x",
            "rediss://u:hunter2@h",
            "redis://u:hunter2?no@h",
            "redis://u:hunter2#no@h",
        ] {
            if let Err(error) = Server::new(url, None) {
                assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
            }
        }
    }
}

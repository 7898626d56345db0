//! What Redis's errors mean, and what to do about them. Owns the table, one for what is read and for what is written;
//! no text of it ever holds a password.

use std::fmt::Display;

use super::tls;
use crate::log::{LogError, LogErrorKind};

const CHECK_LOGIN: &str = "; check user and password in REDIS_URL";
const GRANT: &str = "; grant the user +xadd to write, or +xread +xrange +xrevrange +xinfo +multi +exec to read";

const PROTOCOL_ERROR: &str = "Protocol error";

/// The class of an error that the server answered with, by its code (the first word) and its text.
pub(super) fn kind_of(code: &str, text: &str) -> LogErrorKind {
    match code {
        "LOADING" | "MASTERDOWN" | "READONLY" | "UNBLOCKED" | "OOM" | "MISCONF" | "NOREPLICAS" | "BUSY"
        | "TRYAGAIN" | "CLUSTERDOWN" => LogErrorKind::Unavailable,
        _ if text.contains("max number of clients") => LogErrorKind::Unavailable,
        "ERR" if is_too_large(text) => LogErrorKind::Invalid,
        _ => LogErrorKind::Refused,
    }
}

/// An entry beyond `proto-max-bulk-len`, or beyond what a stream holds. Only the beginning counts: other errors repeat what
/// they were asked.
fn is_too_large(text: &str) -> bool {
    let text = text.strip_prefix("ERR ").unwrap_or(text);
    text.starts_with(PROTOCOL_ERROR) || text.starts_with("Elements are too large")
}

/// The server closes the connection after this answer, and reads nothing more of it.
pub(super) fn ends_the_connection(line: &[u8]) -> bool {
    let text = line.strip_prefix(b"ERR ");
    text.is_some_and(|text| text.starts_with(PROTOCOL_ERROR.as_bytes()))
}

/// What to do about it, to go behind its text.
pub(super) fn remedy(code: &str, text: &str) -> &'static str {
    match code {
        "WRONGPASS" | "NOAUTH" => CHECK_LOGIN,
        // A refusal to end a transaction or to choose the database has a code of its own, and the reason in its text.
        _ if text.contains("Authentication required") => CHECK_LOGIN,
        _ if code == "NOPERM" || text.contains("NOPERM") => GRANT,
        "WRONGTYPE" => "; the key holds something else: choose another with EVENT_STREAM",
        "MOVED" | "ASK" => "; Redis Cluster is not supported yet: name the node that holds the stream",
        "OOM" => "; free memory there, or raise maxmemory",
        _ => "",
    }
}

/// The error's text without what it repeats of a command that the server does not know: of `AUTH` that is the password.
pub(super) fn without_arguments(text: &str) -> &str {
    text.split_once(", with args beginning with")
        .map_or(text, |(before, _)| before)
}

/// The same of an error as the server sent it, `line` being all of it.
pub(super) fn refusal(address: &str, line: &[u8]) -> LogError {
    let line = String::from_utf8_lossy(line);
    let line = without_arguments(&line);
    let code = line.split(' ').next().unwrap_or_default();
    let text = format!(
        "Redis at {address}: {}{}",
        line.trim_end_matches('.'),
        remedy(code, line)
    );
    LogError::new(kind_of(code, line), text)
}

/// The connection did not come about, or broke.
pub(super) fn failure(kind: LogErrorKind, address: &str, why: impl Display) -> LogError {
    LogError::new(
        kind,
        format!("Redis at {address}: {why}; is redis-server running there?"),
    )
}

/// The server's certificate is not trusted.
pub(super) fn distrust(address: &str, why: impl Display) -> LogError {
    LogError::new(
        LogErrorKind::Refused,
        format!("Redis at {address}: {why}{}", tls::REMEDY),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_whether_to_wait_to_mend_or_to_give_up() {
        for (line, kind, advice) in [
            (
                "OOM command not allowed when used memory > 'maxmemory'.",
                LogErrorKind::Unavailable,
                "maxmemory",
            ),
            (
                "READONLY You can't write against a read only replica.",
                LogErrorKind::Unavailable,
                "replica",
            ),
            (
                "LOADING Redis is loading the dataset in memory",
                LogErrorKind::Unavailable,
                "memory",
            ),
            (
                "ERR max number of clients reached",
                LogErrorKind::Unavailable,
                "reached",
            ),
            ("NOPERM this user has no permissions", LogErrorKind::Refused, "+xadd"),
            ("NOAUTH Authentication required.", LogErrorKind::Refused, "REDIS_URL"),
            (
                "WRONGTYPE Operation against a key",
                LogErrorKind::Refused,
                "EVENT_STREAM",
            ),
            (
                "ERR unknown command 'XADD', with args 'Protocol error'",
                LogErrorKind::Refused,
                "XADD",
            ),
            ("ERR Protocol error: invalid bulk length", LogErrorKind::Invalid, "bulk"),
            (
                "ERR Elements are too large to be stored",
                LogErrorKind::Invalid,
                "large",
            ),
        ] {
            let error = refusal("redis://host", line.as_bytes());
            assert_eq!(error.kind(), kind, "{line}");
            assert!(error.to_string().contains(advice), "{error}");
        }
    }

    #[test]
    fn a_server_that_repeats_what_it_was_sent_tells_nobody_the_password() {
        for line in [
            "ERR unknown command 'AUTH', with args beginning with: 'me' 'hunter2' ",
            "ERR unknown command `AUTH`, with args beginning with: `hunter2`, ",
        ] {
            let text = refusal("redis://***@host", line.as_bytes()).to_string();
            assert!(text.contains("unknown command") && !text.contains("hunter2"), "{text}");
        }
    }
}

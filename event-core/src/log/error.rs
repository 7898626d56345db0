//! What can go wrong with a log. Owns the classes by which callers decide what to do; never a password.

use std::fmt;

/// Why a log did not do what it was asked for.
#[derive(Clone)]
pub struct LogError {
    kind: LogErrorKind,
    message: String,
}

/// The class of a [`LogError`]: it tells what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogErrorKind {
    /// The log can't be reached: connect again. Nothing was done.
    Unreachable,
    /// The connection broke while an answer was due: connect again. A batch may have been appended, or not, or in
    /// part.
    Interrupted,
    /// The log is there but can't take or give entries now (out of memory, loading, read-only): wait.
    Unavailable,
    /// The log refuses for good (no permission, wrong password, key of another type): somebody must mend it.
    Refused,
    /// The log can never take this one entry (too large, malformed), and takes others: give it up.
    Invalid,
}

impl LogError {
    /// An error of the given kind; `message` says what failed, on what, and what to do.
    pub fn new(kind: LogErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// Its class.
    pub fn kind(&self) -> LogErrorKind {
        self.kind
    }

    /// Trying again later can help without anybody's doing.
    pub fn is_retryable(&self) -> bool {
        !matches!(self.kind, LogErrorKind::Refused | LogErrorKind::Invalid)
    }
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for LogError {
    /// As Display: it is what a `main` that returns an error shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LogError {}

impl From<std::io::Error> for LogError {
    fn from(error: std::io::Error) -> Self {
        Self::new(LogErrorKind::Interrupted, error.to_string())
    }
}

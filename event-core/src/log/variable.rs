//! The environment, from which logs and buses are configured. Owns when a variable counts as set, and what is said of one
//! that can't be read.

use std::env;

use super::{LogError, LogErrorKind};

/// A variable of the environment; none if it is not set, or empty. One that is no text is an error: it was meant.
pub(crate) fn variable(name: &str) -> Result<Option<String>, LogError> {
    let Some(value) = env::var_os(name).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    value.into_string().map(Some).map_err(|_| {
        // Without the value, which may hold a password.
        let message = format!("{name}: expected text in UTF-8, got other bytes; set it anew, or unset it");
        LogError::new(LogErrorKind::Refused, message)
    })
}

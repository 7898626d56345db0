//! What a program printed, as numbers.
//!
//! Owns the reading. What the numbers mean the caller knows.

use std::str::FromStr;

use anyhow::{Context, Result};

/// So many words.
pub(crate) fn words<const COUNT: usize>(printed: &str) -> Result<[&str; COUNT]> {
    let words: Vec<_> = printed.split(' ').collect();
    words
        .try_into()
        .map_err(|_| anyhow::anyhow!("printed {printed:?} where {COUNT} numbers were expected"))
}

pub(crate) fn number<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(text: &str) -> Result<T> {
    text.trim()
        .parse()
        .with_context(|| format!("{text:?} is not the number that was expected"))
}

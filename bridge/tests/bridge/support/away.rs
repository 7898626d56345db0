//! A log that is away: it takes every question, and answers none.

use std::future::pending;

use bytes::Bytes;
use event_core::log::{Cursor, Direction, EntryId, Log, LogError, LogFuture, LogInfo, Page};

pub(crate) struct Away;

impl Log for Away {
    fn stream(&self) -> &'static str {
        "away"
    }

    fn append<'a>(&'a self, _: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        Box::pin(pending())
    }

    fn page(&self, _: Cursor, _: Direction, _: usize) -> LogFuture<'_, Page> {
        Box::pin(pending())
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        Box::pin(pending())
    }
}

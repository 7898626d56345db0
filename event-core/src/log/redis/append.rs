//! Writing: one pipelined `XADD` an entry, each reply looked at by itself.

use bytes::Bytes;
use redis::{Pipeline, RedisError, Value};

use super::read::entry_id;
use super::{FIELD, RedisLog};
use crate::log::{EntryId, LogError, LogErrorKind};

pub(super) async fn append(log: &RedisLog, entries: &[Bytes]) -> Result<Vec<Result<EntryId, LogError>>, LogError> {
    let mut lease = log.writers.lease().await?;
    let replies: Vec<Value> = pipeline(log, entries)
        .query_async(&mut lease.connection)
        .await
        .map_err(|error| log.writers.error(&error))?;
    let replies: Vec<_> = replies.into_iter().map(|reply| appended(log, reply)).collect();
    // A server that turned read-only or asks to wait answers on this connection for ever; the next attempt starts
    // with a new one, which finds a new master behind the same address.
    if replies
        .iter()
        .all(|reply| !matches!(reply, Err(error) if error.kind() == LogErrorKind::Unavailable))
    {
        lease.give_back();
    }
    Ok(replies)
}

fn pipeline(log: &RedisLog, entries: &[Bytes]) -> Pipeline {
    let mut pipeline = Pipeline::with_capacity(entries.len());
    for entry in entries {
        let command = pipeline.cmd("XADD").arg(&log.stream);
        if log.maxlen_entries > 0 {
            command.arg("MAXLEN").arg("~").arg(log.maxlen_entries);
        }
        command.arg("*").arg(FIELD).arg(entry.as_ref());
    }
    pipeline.ignore_errors();
    pipeline
}

fn appended(log: &RedisLog, reply: Value) -> Result<EntryId, LogError> {
    match reply {
        Value::ServerError(error) => Err(log.writers.error(&RedisError::from(error))),
        reply => entry_id(&reply),
    }
}

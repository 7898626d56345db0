//! Reading: pages with the state of the stream in one transaction, and a blocking tail. Replies are walked by hand,
//! so that a stored text is moved, not copied.

use std::time::Duration;

use bytes::Bytes;
use redis::{Pipeline, RedisError, Value};

use super::connection::Lease;
use super::{FIELD, RedisLog};
use crate::log::{Content, Cursor, Direction, Entry, EntryId, LogError, LogErrorKind, LogInfo, Page};

pub(super) async fn page(log: &RedisLog, from: Cursor, direction: Direction, limit: usize) -> Result<Page, LogError> {
    let mut transaction = redis::pipe();
    // Not `atomic()`: that counts on `MULTI` being accepted, and panics where it is refused (1.8.1).
    transaction.ignore_errors();
    transaction.cmd("MULTI");
    transaction.cmd("XINFO").arg("STREAM").arg(&log.stream);
    match direction {
        Direction::Forward => transaction
            .cmd("XRANGE")
            .arg(&log.stream)
            .arg(format!("({}", from.id))
            .arg("+"),
        Direction::Backward => transaction
            .cmd("XREVRANGE")
            .arg(&log.stream)
            .arg(format!("({}", from.id))
            .arg("-"),
    };
    transaction.arg("COUNT").arg(limit);
    transaction.cmd("EXEC");
    let (lease, replies) = query(log, &transaction, Duration::ZERO).await?;
    let mut replies = executed(log, replies)?.into_iter();
    lease.give_back();
    let info = stream_info(log, replies.next().unwrap_or_default())?;
    let entries = entries(checked(log, replies.next().unwrap_or_default())?)?;
    Ok(match direction {
        Direction::Forward => Page::forward(from, entries, info),
        Direction::Backward => Page { entries, info },
    })
}

pub(super) async fn info(log: &RedisLog) -> Result<LogInfo, LogError> {
    let mut command = redis::pipe();
    command.ignore_errors().cmd("XINFO").arg("STREAM").arg(&log.stream);
    let (lease, replies) = query(log, &command, Duration::ZERO).await?;
    lease.give_back();
    stream_info(log, replies.into_iter().next().unwrap_or_default())
}

pub(super) async fn tail(
    log: &RedisLog,
    after: Cursor,
    limit: usize,
    patience: Duration,
) -> Result<Vec<Entry>, LogError> {
    let mut commands = redis::pipe();
    commands.ignore_errors();
    block(&mut commands, log, after, limit, patience);
    let (lease, replies) = query(log, &commands, patience).await?;
    lease.give_back();
    let mut entries = blocked(log, replies.into_iter().next().unwrap_or_default())?;
    if let Some(ordinal) = after.ordinal {
        for (ordinal, entry) in (ordinal + 1..).zip(&mut entries) {
            entry.ordinal = Some(ordinal);
        }
    }
    Ok(entries)
}

/// Both are asked at once: Redis answers the second when it has answered the first, with no way there and back between.
pub(super) async fn follow(log: &RedisLog, after: Cursor, limit: usize, patience: Duration) -> Result<Page, LogError> {
    let mut commands = redis::pipe();
    commands.ignore_errors();
    block(&mut commands, log, after, limit, patience);
    commands.cmd("XINFO").arg("STREAM").arg(&log.stream);
    let (lease, replies) = query(log, &commands, patience).await?;
    lease.give_back();
    let mut replies = replies.into_iter();
    let entries = blocked(log, replies.next().unwrap_or_default())?;
    let info = stream_info(log, replies.next().unwrap_or_default())?;
    Ok(Page::forward(after, entries, info))
}

fn block(commands: &mut Pipeline, log: &RedisLog, after: Cursor, limit: usize, patience: Duration) {
    // BLOCK 0 would wait for ever.
    let block_ms = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX).max(1);
    commands.cmd("XREAD").arg("COUNT").arg(limit).arg("BLOCK").arg(block_ms);
    commands.arg("STREAMS").arg(&log.stream).arg(after.id.to_string());
}

/// What a blocking read answered.
fn blocked(log: &RedisLog, reply: Value) -> Result<Vec<Entry>, LogError> {
    match checked(log, reply)? {
        Value::Nil => Ok(Vec::new()),
        reply => entries(stream_of(reply)?),
    }
}

/// Asks on a leased connection; once more on a new one, if the idle one had been closed by the server. `patience` is
/// how long the server may wait on purpose.
async fn query<'a>(
    log: &'a RedisLog,
    commands: &Pipeline,
    patience: Duration,
) -> Result<(Lease<'a>, Vec<Value>), LogError> {
    let mut lease = log.readers.lease().await?;
    lease.await_for(patience);
    let mut answer = commands.query_async(&mut lease.connection).await;
    if lease.is_reused && answer.as_ref().is_err_and(RedisError::is_connection_dropped) {
        lease = log.readers.connect().await?;
        lease.await_for(patience);
        answer = commands.query_async(&mut lease.connection).await;
    }
    let answer = answer.map_err(|error| log.readers.error(&error))?;
    Ok((lease, answer))
}

/// What the commands of a transaction answered, errors among it. Where the transaction did not come about, the first
/// refusal says why; the connection may then be left within it, and must not be used again.
fn executed(log: &RedisLog, replies: Vec<Value>) -> Result<Vec<Value>, LogError> {
    let mut last = Value::Nil;
    for reply in replies {
        last = checked(log, reply)?;
    }
    match last {
        Value::Array(answers) => Ok(answers),
        _ => Err(unexpected()),
    }
}

fn checked(log: &RedisLog, reply: Value) -> Result<Value, LogError> {
    match reply {
        Value::ServerError(error) => Err(log.readers.error(&RedisError::from(error))),
        reply => Ok(reply),
    }
}

/// What `XINFO STREAM` says; a stream that does not exist is empty.
fn stream_info(log: &RedisLog, reply: Value) -> Result<LogInfo, LogError> {
    if let Value::ServerError(error) = &reply
        && error.details().is_some_and(|details| details.contains("no such key"))
    {
        return Ok(LogInfo {
            appended: Some(0),
            is_exact: true,
            ..LogInfo::default()
        });
    }
    let mut info = LogInfo::default();
    let mut max_deleted = None;
    for (name, value) in pairs(checked(log, reply)?)? {
        match name.as_str() {
            "length" => info.length = number(&value)?,
            "last-generated-id" => info.last = entry_id(&value)?,
            "entries-added" => info.appended = Some(number(&value)?),
            "max-deleted-entry-id" => max_deleted = Some(entry_id(&value)?),
            // Written by every version; `recorded-first-entry-id` only since 7.0.
            "first-entry" => info.first = first_id(&value)?,
            _ => {}
        }
    }
    info.is_exact = info.appended.is_some() && max_deleted == Some(EntryId::ZERO);
    Ok(info)
}

fn first_id(entry: &Value) -> Result<Option<EntryId>, LogError> {
    match entry {
        Value::Array(parts) => parts.first().map(entry_id).transpose(),
        _ => Ok(None),
    }
}

/// The reply of `XREAD` for its only stream: `[[key, entries]]`, or a map in RESP3.
fn stream_of(reply: Value) -> Result<Value, LogError> {
    let streams = match reply {
        Value::Map(pairs) => {
            return pairs
                .into_iter()
                .next()
                .map(|(_, entries)| entries)
                .ok_or_else(unexpected);
        }
        reply => array(reply)?,
    };
    let stream = streams.into_iter().next().ok_or_else(unexpected)?;
    array(stream)?.into_iter().nth(1).ok_or_else(unexpected)
}

fn entries(reply: Value) -> Result<Vec<Entry>, LogError> {
    array(reply)?.into_iter().map(entry).collect()
}

fn entry(reply: Value) -> Result<Entry, LogError> {
    let mut parts = array(reply)?.into_iter();
    let id = entry_id(&parts.next().unwrap_or_default())?;
    let fields = match sole_json(parts.next().unwrap_or_default()) {
        Ok(json) => {
            let content = Content::Json(Bytes::from(json));
            return Ok(Entry {
                id,
                ordinal: None,
                content,
            });
        }
        Err(fields) => fields,
    };
    let mut names = Vec::new();
    for (name, value) in pairs(fields)? {
        if name == FIELD
            && let Value::BulkString(json) = value
        {
            let content = Content::Json(Bytes::from(json));
            return Ok(Entry {
                id,
                ordinal: None,
                content,
            });
        }
        names.push(name);
    }
    let content = Content::Foreign(names);
    Ok(Entry {
        id,
        ordinal: None,
        content,
    })
}

/// The text of an entry that is like nearly all: one field of our name, whose value is taken as it is. Others are given
/// back.
fn sole_json(fields: Value) -> Result<Vec<u8>, Value> {
    let Value::Array(mut flat) = fields else {
        return Err(fields);
    };
    match flat.as_slice() {
        [Value::BulkString(name), Value::BulkString(_)] if name == FIELD.as_bytes() => {}
        _ => return Err(Value::Array(flat)),
    }
    match flat.pop() {
        Some(Value::BulkString(json)) => Ok(json),
        // It was looked at above.
        _ => Err(Value::Array(flat)),
    }
}

/// A flat list of names and values, or a map in RESP3.
fn pairs(reply: Value) -> Result<Vec<(String, Value)>, LogError> {
    let pairs = match reply {
        Value::Map(pairs) => pairs,
        reply => {
            let mut flat = array(reply)?.into_iter();
            std::iter::from_fn(|| Some((flat.next()?, flat.next()?))).collect()
        }
    };
    Ok(pairs
        .into_iter()
        .map(|(name, value)| (text(&name).into_owned(), value))
        .collect())
}

fn array(reply: Value) -> Result<Vec<Value>, LogError> {
    match reply {
        Value::Array(values) => Ok(values),
        Value::Nil => Ok(Vec::new()),
        _ => Err(unexpected()),
    }
}

fn text(value: &Value) -> std::borrow::Cow<'_, str> {
    match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes),
        Value::SimpleString(text) => text.into(),
        _ => "".into(),
    }
}

fn number(value: &Value) -> Result<u64, LogError> {
    match value {
        Value::Int(number) => u64::try_from(*number).map_err(|_| unexpected()),
        _ => Err(unexpected()),
    }
}

pub(super) fn entry_id(value: &Value) -> Result<EntryId, LogError> {
    text(value).parse().map_err(|_| unexpected())
}

fn unexpected() -> LogError {
    LogError::new(
        LogErrorKind::Interrupted,
        "Redis: a reply of an unexpected form; is something else listening there?",
    )
}

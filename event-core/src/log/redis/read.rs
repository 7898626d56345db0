//! Reading: pages with the state of the stream in one transaction, and a blocking tail. Replies are walked through where
//! they lie, so that a stored text is neither moved nor copied.

use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

use super::connection::Lease;
use super::replies::{Item, Malformed, Walk};
use super::{FIELD, RedisLog, errors, resp};
use crate::log::{Content, Cursor, Direction, Entry, EntryId, LogError, LogErrorKind, LogInfo, Page};

pub(super) async fn page(log: &RedisLog, from: Cursor, direction: Direction, limit: usize) -> Result<Page, LogError> {
    let (command, end) = match direction {
        Direction::Forward => ("XRANGE", "+"),
        Direction::Backward => ("XREVRANGE", "-"),
    };
    let (start, limit) = (format!("({}", from.id), limit.to_string());
    let mut question = Question::default();
    question.add(&["MULTI"]);
    question.add(&["XINFO", "STREAM", &log.stream]);
    question.add(&[command, &log.stream, &start, end, "COUNT", &limit]);
    question.add(&["EXEC"]);
    let (lease, mut answer) = question.ask(log, Duration::ZERO).await?;
    // Where the transaction does not come about, the first refusal says why; the connection may then be left within it, and
    // must not be used again.
    for _ in 1..question.replies {
        answer.pass()?;
    }
    if answer.array()? == 0 {
        return Err(unexpected());
    }
    lease.give_back();
    let info = answer.stream_info()?;
    let entries = answer.entries()?;
    Ok(match direction {
        Direction::Forward => Page::forward(from, entries, info),
        Direction::Backward => Page { entries, info },
    })
}

pub(super) async fn info(log: &RedisLog) -> Result<LogInfo, LogError> {
    let mut question = Question::default();
    question.add(&["XINFO", "STREAM", &log.stream]);
    let (lease, mut answer) = question.ask(log, Duration::ZERO).await?;
    lease.give_back();
    answer.stream_info()
}

pub(super) async fn tail(
    log: &RedisLog,
    after: Cursor,
    limit: usize,
    patience: Duration,
) -> Result<Vec<Entry>, LogError> {
    let mut question = Question::default();
    question.block(log, after, limit, patience);
    let (lease, mut answer) = question.ask(log, patience).await?;
    lease.give_back();
    let mut entries = answer.blocked()?;
    if let Some(ordinal) = after.ordinal {
        for (ordinal, entry) in (ordinal + 1..).zip(&mut entries) {
            entry.ordinal = Some(ordinal);
        }
    }
    Ok(entries)
}

/// Both are asked at once: Redis answers the second when it has answered the first, with no way there and back between.
pub(super) async fn follow(log: &RedisLog, after: Cursor, limit: usize, patience: Duration) -> Result<Page, LogError> {
    let mut question = Question::default();
    question.block(log, after, limit, patience);
    question.add(&["XINFO", "STREAM", &log.stream]);
    let (lease, mut answer) = question.ask(log, patience).await?;
    lease.give_back();
    let entries = answer.blocked()?;
    let info = answer.stream_info()?;
    Ok(Page::forward(after, entries, info))
}

/// Commands that are sent together.
#[derive(Default)]
struct Question {
    commands: Vec<u8>,
    replies: u64,
}

impl Question {
    fn add(&mut self, words: &[&str]) {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        resp::command(&words, &mut self.commands);
        self.replies += 1;
    }

    fn block(&mut self, log: &RedisLog, after: Cursor, limit: usize, patience: Duration) {
        // BLOCK 0 would wait for ever.
        let block_ms = patience.as_millis().max(1).to_string();
        let (limit, after) = (limit.to_string(), after.id.to_string());
        self.add(&[
            "XREAD",
            "COUNT",
            &limit,
            "BLOCK",
            &block_ms,
            "STREAMS",
            &log.stream,
            &after,
        ]);
    }

    async fn ask<'a>(&self, log: &'a RedisLog, patience: Duration) -> Result<(Lease<'a>, Answer<'a>), LogError> {
        let asked = log.readers.ask(&log.server, &self.commands, self.replies, patience);
        let (lease, replies) = asked.await?;
        let answer = Answer {
            address: &log.server.address,
            walk: Walk::new(replies),
        };
        Ok((lease, answer))
    }
}

/// What Redis answered, as far as it was not looked at yet.
struct Answer<'a> {
    /// For messages.
    address: &'a str,
    walk: Walk,
}

impl Answer<'_> {
    /// The next value, unless it is a refusal.
    fn next(&mut self) -> Result<Item, LogError> {
        match self.walk.next()? {
            Item::Error(line) => Err(errors::refusal(self.address, self.walk.text(line))),
            item => Ok(item),
        }
    }

    /// Passes over a value that must not be a refusal.
    fn pass(&mut self) -> Result<(), LogError> {
        match self.next()? {
            Item::Array(len) => self.skip(len),
            _ => Ok(()),
        }
    }

    fn skip(&mut self, values: u64) -> Result<(), LogError> {
        for _ in 0..values {
            self.walk.skip()?;
        }
        Ok(())
    }

    /// How many values follow; none for nil.
    fn array(&mut self) -> Result<u64, LogError> {
        match self.next()? {
            Item::Array(len) => Ok(len),
            Item::Nil => Ok(0),
            _ => Err(unexpected()),
        }
    }

    fn text(&mut self) -> Result<Range<usize>, LogError> {
        match self.next()? {
            Item::Text(place) => Ok(place),
            _ => Err(unexpected()),
        }
    }

    fn number(&mut self) -> Result<u64, LogError> {
        match self.next()? {
            Item::Number(number) => u64::try_from(number).map_err(|_| unexpected()),
            _ => Err(unexpected()),
        }
    }

    fn id(&mut self) -> Result<EntryId, LogError> {
        let place = self.text()?;
        Ok(resp::id(self.walk.text(place))?)
    }

    fn lossy(&self, place: Range<usize>) -> Cow<'_, str> {
        String::from_utf8_lossy(self.walk.text(place))
    }

    /// What `XINFO STREAM` says; a stream that does not exist is empty.
    fn stream_info(&mut self) -> Result<LogInfo, LogError> {
        let len = match self.walk.next()? {
            Item::Array(len) => len,
            Item::Error(line) if self.lossy(line.clone()).contains("no such key") => {
                return Ok(LogInfo {
                    appended: Some(0),
                    is_exact: true,
                    ..LogInfo::default()
                });
            }
            Item::Error(line) => return Err(errors::refusal(self.address, self.walk.text(line))),
            _ => return Err(unexpected()),
        };
        let mut info = LogInfo::default();
        let mut max_deleted = None;
        for _ in 0..len / 2 {
            let name = self.text()?;
            match self.walk.text(name) {
                b"length" => info.length = self.number()?,
                b"last-generated-id" => info.last = self.id()?,
                b"entries-added" => info.appended = Some(self.number()?),
                b"max-deleted-entry-id" => max_deleted = Some(self.id()?),
                // Written by every version; `recorded-first-entry-id` only since 7.0.
                b"first-entry" => info.first = self.first_id()?,
                _ => self.walk.skip()?,
            }
        }
        info.is_exact = info.appended.is_some() && max_deleted == Some(EntryId::ZERO);
        Ok(info)
    }

    fn first_id(&mut self) -> Result<Option<EntryId>, LogError> {
        let len = self.array()?;
        if len == 0 {
            return Ok(None);
        }
        let id = self.id()?;
        self.skip(len - 1)?;
        Ok(Some(id))
    }

    /// What a blocking read of one stream answered: `[[key, entries]]`, or nil.
    fn blocked(&mut self) -> Result<Vec<Entry>, LogError> {
        match self.next()? {
            Item::Nil => return Ok(Vec::new()),
            Item::Array(1) if self.array()? == 2 => self.pass()?,
            _ => return Err(unexpected()),
        }
        self.entries()
    }

    fn entries(&mut self) -> Result<Vec<Entry>, LogError> {
        let len = self.array()?;
        let mut entries = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
        for _ in 0..len {
            entries.push(self.entry()?);
        }
        Ok(entries)
    }

    fn entry(&mut self) -> Result<Entry, LogError> {
        if self.array()? != 2 {
            return Err(unexpected());
        }
        let id = self.id()?;
        let pairs = self.array()? / 2;
        let mut names = Vec::new();
        let mut json = None;
        for _ in 0..pairs {
            let name = self.text()?;
            let value = self.text()?;
            if json.is_some() {
                // The first one counts.
            } else if self.walk.text(name.clone()) == FIELD.as_bytes() {
                json = Some(self.walk.share(value));
            } else {
                names.push(self.lossy(name).into_owned());
            }
        }
        Ok(Entry {
            id,
            ordinal: None,
            content: json.map_or(Content::Foreign(names), Content::Json),
        })
    }
}

impl From<Malformed> for LogError {
    fn from(_: Malformed) -> Self {
        unexpected()
    }
}

fn unexpected() -> LogError {
    LogError::new(
        LogErrorKind::Interrupted,
        "Redis: a reply of an unexpected form; is something else listening there?",
    )
}

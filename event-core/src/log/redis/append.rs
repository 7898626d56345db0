//! Writing: batches of `XADD`, packed once, two of them on their way at a time, each reply looked at by itself. Owns
//! one connection and the order on it; it never sends an entry twice.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::time::{Instant, Sleep};

use super::batch::{Batch, Fault};
use super::connection::RESPONSE_TIMEOUT;
use super::replies::Malformed;
use super::resp;
use super::wire::{self, Reply, Wire};
use super::{RedisLog, errors};
use crate::log::{Answers, Appender, LogError, LogErrorKind};

/// While Redis works on one batch, the next is there already.
const DEPTH: usize = 2;
/// What the memory for packed commands shrinks to after a giant entry.
const KEPT_BYTES: usize = 1024 * 1024;

type Connecting<'a> = Pin<Box<dyn Future<Output = Result<Wire, LogError>> + Send + 'a>>;

enum State<'a> {
    Down,
    Connecting(Connecting<'a>),
    Up(Wire),
}

/// One connection, of one user.
pub(super) struct RedisAppender<'a> {
    log: &'a RedisLog,
    state: State<'a>,
    /// This connection has taken entries before.
    is_used: bool,
    /// The server has refused something: the next attempt starts with a new connection, which finds a new master
    /// behind the same address, and new rights.
    is_doubtful: bool,
    /// Nothing can be written any more; what the server had to say may still be read.
    broken: Option<std::io::Error>,
    /// Packed commands, and how many bytes of them are written.
    out: Vec<u8>,
    written: usize,
    is_flushed: bool,
    /// Places in all that was ever packed: its end, and how far it is written.
    packed_to: u64,
    written_to: u64,
    batches: VecDeque<Batch>,
    /// When an answer is late, counted from the last sign of life.
    late: Option<Pin<Box<Sleep>>>,
}

impl<'a> RedisAppender<'a> {
    pub(super) fn new(log: &'a RedisLog, idle: Option<Wire>) -> Self {
        Self {
            log,
            is_used: idle.is_some(),
            state: idle.map_or(State::Down, State::Up),
            is_doubtful: false,
            broken: None,
            out: Vec::new(),
            written: 0,
            is_flushed: true,
            packed_to: 0,
            written_to: 0,
            batches: VecDeque::new(),
            late: None,
        }
    }

    /// The connection, if it may be used again.
    pub(super) fn into_idle(self) -> Option<Wire> {
        match self.state {
            State::Up(wire) if self.batches.is_empty() => Some(wire),
            _ => None,
        }
    }

    fn answered(&mut self) -> Option<Answers> {
        let batch = self.oldest_if_over()?;
        if self.batches.is_empty() && self.is_doubtful {
            self.hang_up();
        }
        Some(batch.into_answers())
    }

    fn oldest_if_over(&mut self) -> Option<Batch> {
        if self.batches.front()?.is_over() {
            self.batches.pop_front()
        } else {
            None
        }
    }

    /// Nothing of the oldest batch is written.
    fn is_unwritten(&self) -> bool {
        let first = self.batches.front().and_then(Batch::start);
        first.is_some_and(|start| start >= self.written_to)
    }

    fn hang_up(&mut self) {
        self.state = State::Down;
        self.is_used = false;
        self.is_doubtful = false;
        self.broken = None;
    }

    /// One step on; an error ends the connection.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        let log = self.log;
        match &mut self.state {
            State::Down => self.state = State::Connecting(Box::pin(wire::connect(&log.server))),
            State::Connecting(connecting) => {
                let connected = ready!(connecting.as_mut().poll(cx));
                self.state = State::Up(connected.map_err(|error| Fault { error, is_clean: true })?);
                self.alive();
            }
            State::Up(_) => return self.poll_talk(cx),
        }
        Poll::Ready(Ok(()))
    }

    /// Reads first: a server that hangs up says why before.
    fn poll_talk(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        let State::Up(wire) = &mut self.state else {
            return Poll::Ready(Ok(()));
        };
        match wire.poll_read(cx) {
            Poll::Ready(Ok(())) => {
                self.alive();
                return Poll::Ready(self.take_replies());
            }
            Poll::Ready(Err(error)) => {
                let error = self.broken.take().unwrap_or(error);
                return Poll::Ready(Err(self.fault(&error)));
            }
            Poll::Pending => {}
        }
        if self.broken.is_none() {
            match self.poll_write(cx) {
                Poll::Ready(Ok(())) => {
                    self.alive();
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Err(error)) => {
                    self.broken = Some(error);
                    return Poll::Ready(Ok(()));
                }
                Poll::Pending => {}
            }
        }
        let late = self
            .late
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(RESPONSE_TIMEOUT)));
        ready!(late.as_mut().poll(cx));
        let text = format!("no answer for {RESPONSE_TIMEOUT:?}");
        Poll::Ready(Err(self.fault(&std::io::Error::new(std::io::ErrorKind::TimedOut, text))))
    }

    /// Pending also when there is nothing to write.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        let State::Up(wire) = &mut self.state else {
            return Poll::Pending;
        };
        if self.written < self.out.len() {
            let count = ready!(wire.poll_write(cx, &self.out[self.written..]))?;
            if count == 0 {
                return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
            self.written_to += count as u64;
            self.is_flushed = false;
            if self.written == self.out.len() {
                self.out.clear();
                self.out.shrink_to(KEPT_BYTES);
                self.written = 0;
            }
            return Poll::Ready(Ok(()));
        }
        if !self.is_flushed {
            ready!(wire.poll_flush(cx))?;
            self.is_flushed = true;
        }
        Poll::Pending
    }

    fn alive(&mut self) {
        if let Some(late) = &mut self.late {
            late.as_mut().reset(Instant::now() + RESPONSE_TIMEOUT);
        }
    }

    fn take_replies(&mut self) -> Result<(), Fault> {
        loop {
            let State::Up(wire) = &mut self.state else {
                return Ok(());
            };
            let mut is_last = false;
            let answer = match wire.reply() {
                Ok(None) => return Ok(()),
                Ok(Some(Reply::Text(id))) => resp::id(id).map_err(|Malformed| wire::malformed()).map(Ok),
                Ok(Some(Reply::Error(line))) => {
                    is_last = errors::ends_the_connection(line);
                    Ok(Err(errors::refusal(&self.log.server.address, line)))
                }
                Err(error) => Err(error),
            };
            let batch = self.batches.iter_mut().find(|batch| !batch.is_over());
            let (Ok(answer), Some(batch)) = (answer, batch) else {
                return Err(self.fault(&wire::malformed()));
            };
            let error = answer.as_ref().err().cloned();
            let kind = error.as_ref().map(LogError::kind);
            self.is_used |= kind.is_none();
            self.is_doubtful |= matches!(kind, Some(LogErrorKind::Unavailable | LogErrorKind::Refused));
            batch.answer(answer);
            if let Some(error) = error.filter(|_| is_last) {
                return Err(Fault { error, is_clean: true });
            }
        }
    }

    fn fault(&self, error: &std::io::Error) -> Fault {
        let error = errors::failure(LogErrorKind::Interrupted, &self.log.server.address, error);
        Fault { error, is_clean: false }
    }

    /// Ends the connection, and says of each entry what is known of it.
    fn fail(&mut self, fault: &Fault) {
        let is_stale = self.is_used && self.is_unwritten();
        self.hang_up();
        self.late = None;
        if is_stale {
            // The connection ended while it was idle, and nothing was written to it since.
            return;
        }
        for batch in self.batches.iter_mut().filter(|batch| !batch.is_over()) {
            batch.fail(fault, self.written_to);
        }
        self.out.clear();
        self.written = 0;
        self.written_to = self.packed_to;
    }
}

impl Appender for RedisAppender<'_> {
    fn depth(&self) -> usize {
        DEPTH
    }

    fn send(&mut self, entries: &[Bytes]) {
        let mut starts = Vec::with_capacity(entries.len());
        let before = self.out.len();
        for entry in entries {
            starts.push(self.packed_to + (self.out.len() - before) as u64);
            self.log.xadd.pack(entry, &mut self.out);
        }
        self.packed_to += (self.out.len() - before) as u64;
        self.batches.push_back(Batch::new(starts));
        self.alive();
    }

    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Answers> {
        loop {
            if let Some(answers) = self.answered() {
                return Poll::Ready(answers);
            }
            if self.batches.is_empty() {
                return Poll::Pending;
            }
            if let Err(fault) = ready!(self.poll_step(cx)) {
                self.fail(&fault);
            }
        }
    }
}

/// One batch, on a connection that nobody else uses meanwhile.
pub(super) async fn append(log: &RedisLog, entries: &[Bytes]) -> Answers {
    let mut appender = RedisAppender::new(log, log.idle_writer());
    appender.send(entries);
    let answers = std::future::poll_fn(|cx| appender.poll_answer(cx)).await;
    if let Some(wire) = appender.into_idle() {
        log.keep_writer(wire);
    }
    answers
}

//! The two directions of one WebSocket. Owns what waits to be written and the bytes being read; both go on side by
//! side, so that a client that stopped reading is still heard leaving. Frames are written as they come, which the
//! blocks of the ring have ready: nothing is copied for a client, and an idle one holds no buffer.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::inbound::{Inbound, Message};
use crate::frame::{self, Opcode};
use crate::protocol::Farewell;

/// What one read takes; it lies on the stack.
const READ_BYTES: usize = 2 * 1024;
/// Parts that one write takes.
const MAX_PARTS: usize = 256;
/// Room for so many parts is kept for the next time.
const KEPT_PARTS: usize = 16;

/// See the module's description.
pub(super) struct Socket {
    io: TokioIo<Upgraded>,
    inbound: Inbound,
    /// Read, but not looked at yet, for a message before it was whole.
    unread: Vec<u8>,
    outbox: VecDeque<Bytes>,
    waiting_bytes: usize,
    /// Written, but maybe held back by what encrypts it.
    must_flush: bool,
    /// The payload of the latest ping, until it is answered.
    ping: Option<Vec<u8>>,
    /// The last write found the peer's buffers full.
    is_blocked: bool,
    /// When the peer last gave a sign of life.
    pub(super) heard: Instant,
    /// When the peer last took something, or something began to wait for it.
    pub(super) took: Instant,
}

/// What became of a socket.
#[derive(Debug)]
pub(super) enum Happening {
    /// All that waited was written.
    Flushed,
    Text(String),
    Binary,
    /// The peer says goodbye.
    Closed(Option<u16>),
    /// The peer is gone without a word.
    Gone,
    /// The peer broke a rule.
    Broken(Farewell),
}

impl Socket {
    /// Listens to messages of `most_inbound` bytes at most.
    pub(super) fn new(upgraded: Upgraded, most_inbound: usize) -> Self {
        let now = Instant::now();
        Self {
            io: TokioIo::new(upgraded),
            inbound: Inbound::new(most_inbound),
            unread: Vec::new(),
            outbox: VecDeque::new(),
            waiting_bytes: 0,
            must_flush: false,
            ping: None,
            is_blocked: false,
            heard: now,
            took: now,
        }
    }

    /// Nothing waits to be written.
    pub(super) fn is_flushed(&self) -> bool {
        self.outbox.is_empty() && !self.must_flush
    }

    /// How much waits to be written.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Writes what waits and, if it `listens`, reads what comes, until something has happened.
    pub(super) async fn happening(&mut self, listens: bool) -> Happening {
        poll_fn(|context| self.poll(context, listens)).await
    }

    fn poll(&mut self, context: &mut Context<'_>, listens: bool) -> Poll<Happening> {
        loop {
            let had_to_write = !self.is_flushed();
            match self.poll_flush(context) {
                Poll::Ready(Ok(())) if had_to_write => return Poll::Ready(Happening::Flushed),
                Poll::Ready(Err(_)) => return Poll::Ready(Happening::Gone),
                _ => {}
            }
            if !listens {
                return Poll::Pending;
            }
            return Poll::Ready(match ready!(self.poll_message(context)) {
                // If several wait for an answer, the latest is enough (RFC 6455, section 5.5.3).
                Ok(Message::Ping(payload)) => {
                    self.ping = Some(payload);
                    continue;
                }
                Ok(Message::Pong) => continue,
                Ok(Message::Text(text)) => Happening::Text(text),
                Ok(Message::Binary) => Happening::Binary,
                Ok(Message::Close(code)) => Happening::Closed(code),
                Err(Some(farewell)) => Happening::Broken(farewell),
                Err(None) => Happening::Gone,
            });
        }
    }

    /// The next message; an error if the peer is gone or breaks a rule.
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Result<Message, Option<Farewell>>> {
        loop {
            let unread = std::mem::take(&mut self.unread);
            if let Some(message) = self.take(&unread)? {
                return Poll::Ready(Ok(message));
            }
            let mut room = [MaybeUninit::uninit(); READ_BYTES];
            let mut buffer = ReadBuf::uninit(&mut room);
            match ready!(Pin::new(&mut self.io).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => return Poll::Ready(Err(None)),
            }
            self.heard = Instant::now();
            if let Some(message) = self.take(buffer.filled())? {
                return Poll::Ready(Ok(message));
            }
        }
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<Option<Message>, Option<Farewell>> {
        let message = self.inbound.take(&mut bytes)?;
        self.unread = bytes.to_vec();
        Ok(message)
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.outbox.is_empty()
            && let Some(payload) = self.ping.take()
        {
            self.extend([frame::frame(Opcode::Pong, &payload)]);
        }
        while !self.outbox.is_empty() {
            let written = self.poll_write(context);
            self.is_blocked |= written.is_pending();
            match ready!(written)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.advance(written),
            }
        }
        if self.must_flush {
            ready!(Pin::new(&mut self.io).poll_flush(context))?;
            self.must_flush = false;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let io = Pin::new(&mut self.io);
        if let (true, Some(only)) = (self.outbox.len() == 1, self.outbox.front()) {
            return io.poll_write(context, only);
        }
        let mut parts = [IoSlice::new(&[]); MAX_PARTS];
        let count = self.outbox.len().min(MAX_PARTS);
        for (part, waiting) in parts.iter_mut().zip(&self.outbox) {
            *part = IoSlice::new(waiting);
        }
        io.poll_write_vectored(context, &parts[..count])
    }

    fn advance(&mut self, mut written: usize) {
        self.must_flush = true;
        self.took = Instant::now();
        if std::mem::take(&mut self.is_blocked) {
            // There is room again, so the peer took something.
            self.heard = self.took;
        }
        self.waiting_bytes -= written;
        while let Some(part) = self.outbox.front_mut() {
            if part.len() > written {
                part.advance(written);
                return;
            }
            written -= part.len();
            self.outbox.pop_front();
        }
        if self.outbox.capacity() > KEPT_PARTS {
            self.outbox.shrink_to(KEPT_PARTS);
        }
    }

    /// Tells the peer that nothing more will come.
    pub(super) async fn shut_down(&mut self) {
        // Either side may be gone already.
        let _ = poll_fn(|context| Pin::new(&mut self.io).poll_shutdown(context)).await;
    }
}

/// Frames, or parts that together are frames, to be written.
impl Extend<Bytes> for Socket {
    fn extend<I: IntoIterator<Item = Bytes>>(&mut self, parts: I) {
        if self.outbox.is_empty() {
            self.took = Instant::now();
        }
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            self.waiting_bytes += part.len();
            self.outbox.push_back(part);
        }
    }
}

//! One WebSocket client, from `hello` to `bye`. Owns the order in which things are said, and what an operation does;
//! what comes next is the feed's knowledge, and how bytes go the socket's. A client that waits costs a timer and a
//! place among those that the ring wakes.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use event_core::Timestamp;
use event_core::log::Cursor;
use hyper::upgrade::Upgraded;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::credit::Credit;
use super::deadlines::{Deadlines, Due, Signs};
use super::operation::{Operation, Refused};
use super::socket::{Happening, Socket};
use crate::feed::{Feed, Step};
use crate::filter::Filter;
use crate::frame::{self, Opcode};
use crate::health;
use crate::metrics::{Kind, Present};
use crate::protocol::{self, Control, Farewell};
use crate::query::Query;
use crate::ring::{Form, Slice};
use crate::server::State;

/// What is gathered before it is written, unless there is nothing more to gather.
const GATHERED_BYTES: usize = 256 * 1024;
/// Answers that wait before no more is listened to.
const MAX_UNHEARD_BYTES: usize = GATHERED_BYTES * 2;
/// How long a client that leaves, or is sent away, may take for its leave.
const LEAVE: Duration = Duration::from_secs(1);
const RESET: &str = "the log was deleted or restored";

/// See the module's description.
pub(super) struct Session {
    state: Arc<State>,
    feed: Feed,
    filter: Filter,
    form: Form,
    credit: Option<Credit>,
    is_paused: bool,
    /// It has caught up, and was told so: what comes from then on is given to it as it happens.
    is_live: bool,
    present: Present,
}

/// Why a session ends.
enum End {
    /// The peer broke off or fell silent: nothing more can be said.
    Gone,
    /// The peer says goodbye, with this code.
    Closed(Option<u16>),
    Farewell(Farewell),
}

impl Session {
    pub(super) fn new(state: Arc<State>, feed: Feed, query: Query) -> Self {
        let (form, kind) = if query.is_framed {
            (Form::Lines, Kind::Framed)
        } else {
            (Form::Events, Kind::Plain)
        };
        Self {
            present: state.source.metrics.client(kind),
            state,
            feed,
            filter: query.filter,
            form,
            credit: query.credit.map(Credit::new),
            is_paused: false,
            is_live: false,
        }
    }

    pub(super) async fn run(mut self, upgraded: Upgraded) {
        let mut socket = Socket::new(upgraded, self.state.limits.inbound_bytes);
        Box::pin(self.feed.open()).await;
        self.hello(&mut socket);
        let end = self.serve(&mut socket).await;
        // Whatever happens now, the socket goes.
        let _ = Box::pin(timeout(LEAVE, self.leave(&mut socket, end))).await;
    }

    async fn serve(&mut self, socket: &mut Socket) -> End {
        let state = self.state.clone();
        let limits = &state.limits;
        let mut drained = pin!(state.drain.cancelled());
        let mut leave_at = None;
        let mut health = state.source.health.watch();
        let mut deadlines = Deadlines::new(limits);
        let mut timer = pin!(sleep_until(deadlines.next(limits, signs(socket))));
        loop {
            if timer.is_elapsed() {
                while let Some(due) = deadlines.take(limits, signs(socket), Instant::now()) {
                    match due {
                        Due::Standstill => return End::Farewell(Farewell::Slow),
                        Due::Silence => return End::Gone,
                        Due::Ping => socket.extend([frame::frame(Opcode::Ping, &[])]),
                        Due::Heartbeat => self.heartbeat(socket),
                    }
                }
            }
            let mut look_at = deadlines.next(limits, signs(socket));
            // A client that always has something to take must hear of the end as well.
            if state.drain.is_cancelled() {
                let leave_at = *leave_at.get_or_insert_with(|| Instant::now() + state.leave_after());
                if leave_at <= Instant::now() {
                    return End::Farewell(Farewell::Restart);
                }
                look_at = look_at.min(leave_at);
            }
            until(timer.as_mut(), look_at);
            let listens = socket.waiting_bytes() < MAX_UNHEARD_BYTES;
            let wants_more = socket.is_flushed() && self.may_send();
            let happening = tokio::select! {
                biased;
                happening = socket.happening(listens) => happening,
                step = self.feed.next(), if wants_more => {
                    self.gather(socket, step);
                    continue;
                }
                () = timer.as_mut() => continue,
                () = drained.as_mut(), if leave_at.is_none() => continue,
                () = health::changed(&mut health) => {
                    self.heartbeat(socket);
                    continue;
                }
            };
            match happening {
                Happening::Flushed => {}
                Happening::Text(text) => self.operate(socket, &text).await,
                Happening::Binary => self.refuse(socket, None, "expected a text frame, got a binary one"),
                Happening::Closed(code) => return End::Closed(code),
                Happening::Gone => return End::Gone,
                Happening::Broken(farewell) => return End::Farewell(farewell),
            }
        }
    }

    fn may_send(&self) -> bool {
        !self.is_paused && self.credit.as_ref().is_none_or(Credit::is_open)
    }

    /// Takes `step` and what else is there already, to be written at once.
    fn gather(&mut self, socket: &mut Socket, step: Step) {
        let mut next = Some(step);
        while let Some(step) = next {
            match step {
                Step::Entries(slice) => self.entries(socket, &slice),
                Step::Gap(gap) => match self.form {
                    Form::Lines => say(socket, &Control::gap(&gap)),
                    Form::Events => socket.extend([event(&protocol::stream_gap(&gap))]),
                },
                Step::Reset { before } => self.reset(socket, before),
                Step::CaughtUp => {
                    if !std::mem::replace(&mut self.is_live, true) {
                        self.heartbeat(socket);
                    }
                    return;
                }
                Step::Cold | Step::Stalled(_) => return,
            }
            let is_enough = socket.waiting_bytes() >= GATHERED_BYTES || !self.may_send();
            next = if is_enough { None } else { self.feed.ready() };
        }
    }

    fn entries(&mut self, socket: &mut Socket, slice: &Slice) {
        let before = socket.waiting_bytes();
        let shown = slice.frames(self.form, &self.filter, socket);
        let bytes = socket.waiting_bytes() - before;
        self.present.sent(shown.count, bytes);
        if let (Some(last), Some(credit)) = (shown.last, &mut self.credit) {
            credit.sent(last, bytes);
        }
        if self.is_live {
            let age_ms = Timestamp::now().unix_ms().saturating_sub(slice.end().id.ms);
            self.state.source.metrics.latency.observe(age_ms, shown.count as u64);
        }
    }

    fn reset(&mut self, socket: &mut Socket, before: Cursor) {
        if let Some(credit) = &mut self.credit {
            credit.forget();
        }
        match self.form {
            Form::Lines => say(socket, &Control::reset(self.feed.cursor(), RESET)),
            Form::Events => socket.extend([event(&protocol::stream_reset(before, RESET))]),
        }
    }

    /// Does what the client asks for, and says so.
    async fn operate(&mut self, socket: &mut Socket, text: &str) {
        // Plain clients have nothing to say, and no line to be answered with.
        if self.form == Form::Events {
            return;
        }
        let operation = match Operation::parse(text) {
            Ok(operation) => operation,
            Err(Refused { op, why }) => return self.refuse(socket, op.as_deref(), &why),
        };
        let op = operation.name();
        match operation {
            Operation::Filter(filter) => self.filter = filter,
            Operation::Pause => self.is_paused = true,
            Operation::Resume => self.is_paused = false,
            Operation::Seek(start) => {
                self.feed = Feed::new(self.state.source.clone(), start);
                Box::pin(self.feed.open()).await;
                self.is_live = false;
                if let Some(credit) = &mut self.credit {
                    credit.forget();
                }
            }
            Operation::Acknowledge(cursor) => match &mut self.credit {
                Some(credit) => credit.acknowledged(cursor),
                None => {
                    return self.refuse(socket, Some(op), "nothing to acknowledge: connect with credit=BYTES");
                }
            },
        }
        say(
            socket,
            &Control::Done {
                op,
                cursor: self.feed.cursor().to_string(),
            },
        );
    }

    fn refuse(&self, socket: &mut Socket, op: Option<&str>, why: &str) {
        if self.form == Form::Lines {
            say(socket, &Control::Error { op, why });
        }
    }

    fn hello(&self, socket: &mut Socket) {
        if self.form == Form::Events {
            return;
        }
        let log = &self.state.source.log;
        say(socket, &Control::hello(log.stream(), log.kind(), self.feed.cursor()));
        if self.state.source.health.error().is_some() {
            self.heartbeat(socket);
        }
    }

    /// Browsers do not show pings to pages; framed clients get a line instead.
    fn heartbeat(&self, socket: &mut Socket) {
        // Whoever takes something already need not be told that the bridge lives.
        if self.form == Form::Events || socket.waiting_bytes() >= GATHERED_BYTES {
            return;
        }
        let source = &self.state.source;
        let error = source.health.error();
        let head = source.ring.head().cursor;
        say(socket, &Control::heartbeat(head, self.feed.cursor(), error.as_deref()));
    }

    /// Takes leave, and hears the peer's close.
    async fn leave(&mut self, socket: &mut Socket, end: End) {
        match end {
            End::Gone => return,
            End::Closed(Some(code)) => socket.extend([frame::close(code, "")]),
            End::Closed(None) => socket.extend([frame::frame(Opcode::Close, &[])]),
            End::Farewell(farewell) => {
                if farewell == Farewell::Slow {
                    self.present.was_slow();
                }
                if farewell == Farewell::Restart {
                    self.finish(socket).await;
                }
                if self.form == Form::Lines {
                    // The close frame says the same.
                    say(socket, &Control::bye(farewell));
                }
                socket.extend([frame::close(farewell.code(), farewell.why())]);
            }
        }
        let is_closed = matches!(end, End::Closed(_));
        loop {
            match socket.happening(true).await {
                Happening::Flushed if is_closed => break,
                Happening::Closed(_) | Happening::Gone | Happening::Broken(_) => break,
                _ => {}
            }
        }
        socket.shut_down().await;
    }

    /// What is there already is still given.
    async fn finish(&mut self, socket: &mut Socket) {
        let given = async {
            while self.may_send()
                && let Ok(step @ (Step::Entries(_) | Step::Gap(_) | Step::Reset { .. })) = self.feed.advance().await
            {
                self.gather(socket, step);
                while !socket.is_flushed() {
                    if let Happening::Gone = socket.happening(false).await {
                        return;
                    }
                }
            }
        };
        // Half of the time for the leave, so that the other half is left to say goodbye.
        let _ = timeout(LEAVE / 2, given).await;
    }
}

fn signs(socket: &Socket) -> Signs {
    Signs {
        heard: socket.heard,
        waiting_since: (!socket.is_flushed()).then_some(socket.took),
    }
}

/// Sets the timer, unless it goes off before: then it is set again.
fn until(timer: Pin<&mut Sleep>, deadline: Instant) {
    if timer.is_elapsed() || deadline < timer.deadline() {
        timer.reset(deadline);
    }
}

fn say(socket: &mut Socket, control: &Control<'_>) {
    socket.extend([event(&control.line())]);
}

/// A text frame.
fn event(text: &str) -> Bytes {
    frame::frame(Opcode::Text, text.as_bytes())
}

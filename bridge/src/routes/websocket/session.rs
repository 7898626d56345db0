//! One WebSocket client, from `hello` to `bye`. Owns the timers and the two forms of frames; what comes next is the
//! feed's knowledge. Reading and writing go side by side, so that a client that stopped reading is still heard
//! leaving.

use std::sync::Arc;
use std::time::Duration;

use event_core::Timestamp;
use event_core::log::Gap;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

use super::progress::{Observed, Progress};
use crate::feed::{Feed, Step};
use crate::filter::Filter;
use crate::metrics::Present;
use crate::protocol::{self, Control, Farewell};
use crate::ring::Slice;
use crate::server::State;

const READ_BUFFER_BYTES: usize = 4 * 1024;
/// What is gathered before it is written, unless there is nothing more to gather.
const WRITE_BUFFER_BYTES: usize = 64 * 1024;
/// Clients have nothing to say.
const MAX_INBOUND_BYTES: usize = 16 * 1024;
/// How long a client that leaves, or is sent away, may take for its leave.
const LEAVE: Duration = Duration::from_secs(1);

type Socket = WebSocketStream<Observed<TokioIo<Upgraded>>>;

/// See the module's description.
pub(super) struct Session {
    pub(super) feed: Feed,
    pub(super) filter: Filter,
    pub(super) is_framed: bool,
    pub(super) state: Arc<State>,
    pub(super) present: Present,
    /// It has caught up once: what comes from then on is given to it as it happens.
    pub(super) is_live: bool,
}

/// Why a session ends.
enum End {
    /// The peer closed, broke off or fell silent: nothing more can be said.
    Gone,
    Farewell(Farewell),
}

impl Session {
    pub(super) async fn run(self, socket: Upgraded) {
        let progress = Progress::new();
        let observed = Observed {
            socket: TokioIo::new(socket),
            progress: progress.clone(),
        };
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(WRITE_BUFFER_BYTES)
            .max_message_size(Some(MAX_INBOUND_BYTES))
            .max_frame_size(Some(MAX_INBOUND_BYTES));
        let socket = WebSocketStream::from_raw_socket(observed, Role::Server, Some(config)).await;
        let (sink, mut incoming) = socket.split();
        let silence = self.state.limits.silence;
        let mut writer = Writer {
            sink,
            progress,
            no_progress: self.state.limits.no_progress,
        };
        let end = tokio::select! {
            end = listen(&mut incoming, silence) => end,
            end = self.stream(&mut writer) => end,
        };
        // Whatever happens now, the socket goes.
        let _ = timeout(LEAVE, writer.leave(end, &mut incoming)).await;
    }

    async fn stream(mut self, writer: &mut Writer) -> End {
        match self.serve(writer).await {
            Ok(farewell) | Err(End::Farewell(farewell)) => {
                if farewell == Farewell::Slow {
                    self.present.was_slow();
                }
                if self.is_framed {
                    // The close frame says the same.
                    let _ = timeout(LEAVE, writer.control(&Control::bye(farewell))).await;
                }
                End::Farewell(farewell)
            }
            Err(End::Gone) => End::Gone,
        }
    }

    async fn serve(&mut self, writer: &mut Writer) -> Result<Farewell, End> {
        self.feed.open().await;
        let state = self.state.clone();
        let limits = &state.limits;
        let mut health = state.source.health.watch();
        let mut heartbeat = every(limits.heartbeat);
        let mut ping = every(limits.ping);
        self.hello(writer).await?;
        if state.source.health.error().is_some() {
            self.heartbeat(writer).await?;
        }
        loop {
            let step = tokio::select! {
                biased;
                () = state.drain.cancelled() => return self.finish(writer).await,
                _ = ping.tick() => {
                    writer.feed(Message::Ping(bytes::Bytes::new())).await?;
                    writer.flush().await?;
                    continue;
                }
                _ = heartbeat.tick() => {
                    self.heartbeat(writer).await?;
                    continue;
                }
                () = changed(&mut health) => {
                    self.heartbeat(writer).await?;
                    continue;
                }
                step = self.feed.next() => step,
            };
            let is_caught_up = matches!(step, Step::CaughtUp);
            self.write(writer, step).await?;
            if is_caught_up && !self.is_live {
                self.is_live = true;
                self.heartbeat(writer).await?;
            }
        }
    }

    /// What is there already is still given, then the client is told to come back.
    async fn finish(&mut self, writer: &mut Writer) -> Result<Farewell, End> {
        let rest = timeout(LEAVE, async {
            while let Ok(step @ (Step::Entries(_) | Step::Gap(_) | Step::Reset { .. })) = self.feed.advance().await {
                self.write(writer, step).await?;
            }
            writer.flush().await
        });
        rest.await.unwrap_or(Ok(()))?;
        Ok(Farewell::Restart)
    }

    async fn write(&self, writer: &mut Writer, step: Step) -> Result<(), End> {
        match step {
            Step::Entries(slice) => self.entries(writer, &slice).await,
            Step::Gap(gap) => self.gap(writer, &gap).await,
            Step::Reset { before } => {
                let why = "the log was deleted or restored";
                if self.is_framed {
                    writer.feed_text(Control::reset(self.feed.cursor(), why).line()).await
                } else {
                    writer.feed_text(protocol::stream_reset(before, why)).await
                }
            }
            Step::CaughtUp | Step::Cold | Step::Stalled(_) => writer.flush().await,
        }
    }

    async fn entries(&self, writer: &mut Writer, slice: &Slice) -> Result<(), End> {
        if self.is_framed {
            if let Some(lines) = slice.lines(&self.filter) {
                self.present.sent(slice.len(), lines.len());
                writer.feed_text(lines).await?;
            }
        } else {
            let (mut events, mut bytes) = (0, 0);
            for entry in slice.matching(&self.filter) {
                events += 1;
                bytes += entry.text.len();
                writer.feed_text(entry.text.clone()).await?;
            }
            self.present.sent(events, bytes);
        }
        if self.is_live {
            let age_ms = Timestamp::now().unix_ms().saturating_sub(slice.end().id.ms);
            self.state.source.metrics.latency.observe(age_ms, slice.len() as u64);
        }
        Ok(())
    }

    async fn gap(&self, writer: &mut Writer, gap: &Gap) -> Result<(), End> {
        if self.is_framed {
            writer.feed_text(Control::gap(gap).line()).await
        } else {
            writer.feed_text(protocol::stream_gap(gap)).await
        }
    }

    async fn hello(&self, writer: &mut Writer) -> Result<(), End> {
        if !self.is_framed {
            return Ok(());
        }
        let log = &self.state.source.log;
        writer
            .control(&Control::hello(log.stream(), log.kind(), self.feed.cursor()))
            .await
    }

    /// Browsers do not show pings to pages; framed clients get a line instead.
    async fn heartbeat(&self, writer: &mut Writer) -> Result<(), End> {
        if !self.is_framed {
            return Ok(());
        }
        let source = &self.state.source;
        let error = source.health.error();
        let line = Control::heartbeat(source.ring.head().cursor, self.feed.cursor(), error.as_deref());
        writer.control(&line).await
    }
}

/// Hears the peer until it leaves. Pings are answered by the socket itself.
async fn listen(incoming: &mut SplitStream<Socket>, silence: Duration) -> End {
    loop {
        match timeout(silence, incoming.next()).await {
            Ok(Some(Ok(message))) if !message.is_close() => {}
            Ok(Some(Err(tungstenite::Error::Capacity(_)))) => return End::Farewell(Farewell::TooBig),
            _ => return End::Gone,
        }
    }
}

/// The writing side. Every write ends in time: done, failed, or given up because the peer takes nothing.
struct Writer {
    sink: SplitSink<Socket, Message>,
    progress: Progress,
    no_progress: Duration,
}

impl Writer {
    /// Adds a frame to what is to be written.
    async fn feed(&mut self, message: Message) -> Result<(), End> {
        self.progress.mark();
        tokio::select! {
            fed = self.sink.feed(message) => fed.map_err(|_| End::Gone),
            () = self.progress.stopped(self.no_progress) => Err(End::Farewell(Farewell::Slow)),
        }
    }

    async fn feed_text(&mut self, text: impl Into<Utf8Bytes>) -> Result<(), End> {
        self.feed(Message::Text(text.into())).await
    }

    async fn flush(&mut self) -> Result<(), End> {
        self.progress.mark();
        tokio::select! {
            flushed = self.sink.flush() => flushed.map_err(|_| End::Gone),
            () = self.progress.stopped(self.no_progress) => Err(End::Farewell(Farewell::Slow)),
        }
    }

    async fn control(&mut self, control: &Control<'_>) -> Result<(), End> {
        self.feed_text(control.line()).await?;
        self.flush().await
    }

    /// Closes, and hears the peer's close.
    async fn leave(&mut self, end: End, incoming: &mut SplitStream<Socket>) {
        if let End::Farewell(farewell) = end {
            let frame = CloseFrame {
                code: CloseCode::from(farewell.code()),
                reason: farewell.why().into(),
            };
            if self.feed(Message::Close(Some(frame))).await.is_err() {
                return;
            }
        }
        // Either side may be gone already; then there is nobody to be polite to.
        let _ = self.sink.flush().await;
        while let Some(Ok(_)) = incoming.next().await {}
    }
}

/// The first tick comes after one period.
fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Ends at a change; never, if there can be none any more.
async fn changed<T>(watched: &mut watch::Receiver<T>) {
    if watched.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

//! One client of the live stream over plain HTTP, from `hello` to `bye`. Owns the timers and how control lines look in
//! each form; what comes next is the feed's knowledge, and how fast the body's.

use std::fmt::Write as _;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use event_core::Timestamp;
use event_core::log::Cursor;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use super::Form;
use crate::body::{Body, Left};
use crate::feed::{Feed, Step};
use crate::filter::Filter;
use crate::health;
use crate::metrics::Present;
use crate::protocol::{Control, Farewell};
use crate::ring::Slice;
use crate::server::State;

/// How long a client that is sent away may take for what is still there.
const LEAVE: Duration = Duration::from_secs(1);
/// A client hears of its place at the latest when its filter has let so many entries go by, so that it need not go
/// through them again.
const MAX_UNHEARD: usize = 10_000;
/// What an `EventSource` waits before it reconnects, if it was not told otherwise.
const RETRY_MS: u64 = 500;

/// See the module's description.
pub(super) struct Session {
    pub(super) feed: Feed,
    pub(super) filter: Filter,
    pub(super) form: Form,
    pub(super) state: Arc<State>,
    pub(super) present: Present,
    /// It has caught up once: what comes from then on is given to it as it happens.
    pub(super) is_live: bool,
}

impl Session {
    pub(super) async fn run(mut self, body: Body) {
        let streamed = tokio::select! {
            streamed = self.stream(&body) => streamed,
            () = body.closed() => Err(Left::Gone),
        };
        match streamed {
            Ok(()) => body.finish().await,
            Err(Left::HungUp) => self.present.was_slow(),
            Err(Left::Gone) => {}
        }
    }

    /// Ends well when the bridge stops.
    async fn stream(&mut self, body: &Body) -> Result<(), Left> {
        let state = self.state.clone();
        let mut health = state.source.health.watch();
        let mut leave = pin!(state.leave());
        let mut heartbeat = every(state.limits.heartbeat);
        let mut keep_alive = every(state.limits.keep_alive);
        let mut is_silent = false;
        let mut unheard = 0;
        self.hello(body).await?;
        loop {
            let step = tokio::select! {
                biased;
                () = leave.as_mut() => return self.finish(body).await,
                _ = keep_alive.tick() => {
                    if std::mem::replace(&mut is_silent, true) && self.form == Form::Sse {
                        body.send(Bytes::from_static(b":\n\n")).await?;
                    }
                    continue;
                }
                _ = heartbeat.tick() => {
                    (is_silent, unheard) = (false, 0);
                    self.heartbeat(body).await?;
                    continue;
                }
                () = health::changed(&mut health) => {
                    self.heartbeat(body).await?;
                    continue;
                }
                step = self.feed.next() => step,
            };
            let is_first_rest = matches!(step, Step::CaughtUp) && !std::mem::replace(&mut self.is_live, true);
            let has_passed = match &step {
                Step::Entries(slice) => slice.len(),
                _ => 0,
            };
            if self.write(body, step).await? {
                (is_silent, unheard) = (false, 0);
            } else {
                unheard += has_passed;
            }
            if is_first_rest || unheard >= MAX_UNHEARD {
                (is_silent, unheard) = (false, 0);
                self.heartbeat(body).await?;
            }
        }
    }

    /// What is there already is still given, then the client is told to come back.
    async fn finish(&mut self, body: &Body) -> Result<(), Left> {
        let rest = timeout(LEAVE, async {
            while let Ok(step @ (Step::Entries(_) | Step::Gap(_) | Step::Reset { .. })) = self.feed.advance().await {
                self.write(body, step).await?;
            }
            Ok(())
        });
        rest.await.unwrap_or(Ok(()))?;
        let bye = Control::bye(Farewell::Restart);
        let mut text = self.control("bye", None, &bye);
        if let (Form::Sse, Control::Bye { retry_ms, .. }) = (self.form, &bye) {
            text.insert_str(0, &format!("retry: {retry_ms}\n"));
        }
        body.send(text.into()).await
    }

    /// Whether anything was written.
    async fn write(&self, body: &Body, step: Step) -> Result<bool, Left> {
        let part: Bytes = match step {
            Step::Entries(slice) => self.entries(&slice),
            Step::Gap(gap) => self
                .control("gap", Some(self.feed.cursor()), &Control::gap(&gap))
                .into(),
            Step::Reset { .. } => {
                let cursor = self.feed.cursor();
                let reset = Control::reset(cursor, "the log was deleted or restored");
                self.control("reset", Some(cursor), &reset).into()
            }
            Step::CaughtUp | Step::Cold | Step::Stalled(_) => return Ok(false),
        };
        let is_any = !part.is_empty();
        body.send(part).await?;
        Ok(is_any)
    }

    fn entries(&self, slice: &Slice) -> Bytes {
        if self.is_live {
            let age_ms = Timestamp::now().unix_ms().saturating_sub(slice.end().id.ms);
            self.state.source.metrics.latency.observe(age_ms, slice.len() as u64);
        }
        let part = match self.form {
            Form::Sse => slice.sse(&self.filter),
            Form::Ndjson => {
                let lines: String = slice.matching(&self.filter).map(|entry| slice.line(entry)).collect();
                lines.into()
            }
        };
        self.present.sent(slice.matching(&self.filter).count(), part.len());
        part
    }

    /// Tells the place before the first event, so that a client without any can resume from there.
    async fn hello(&mut self, body: &Body) -> Result<(), Left> {
        self.feed.open().await;
        let log = &self.state.source.log;
        let cursor = self.feed.cursor();
        let hello = Control::hello(log.stream(), log.kind(), cursor);
        let mut text = self.control("hello", self.feed.place(), &hello);
        if self.form == Form::Sse {
            // Not the same for all, who may have lost their bridge at once.
            text.insert_str(0, &format!("retry: {}\n", RETRY_MS + fastrand::u64(..RETRY_MS)));
        }
        body.send(text.into()).await?;
        if self.state.source.health.error().is_some() {
            self.heartbeat(body).await?;
        }
        Ok(())
    }

    async fn heartbeat(&self, body: &Body) -> Result<(), Left> {
        let source = &self.state.source;
        let error = source.health.error();
        let cursor = self.feed.cursor();
        let line = Control::heartbeat(source.ring.head().cursor, cursor, error.as_deref());
        body.send(self.control("heartbeat", self.feed.place(), &line).into())
            .await
    }

    /// A control line in the client's form; from `cursor` the client resumes.
    fn control(&self, name: &str, cursor: Option<Cursor>, control: &Control<'_>) -> String {
        let line = control.line();
        if self.form == Form::Ndjson {
            return line;
        }
        let mut text = format!("event: {name}\n");
        // Writing to a String can't fail.
        if let Some(cursor) = cursor {
            let _ = writeln!(text, "id: {cursor}");
        }
        // The line brings its own line feed; the second ends the message.
        let _ = writeln!(text, "data: {line}");
        text
    }
}

/// The first tick comes after one period.
fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

#[cfg(test)]
mod tests {
    use event_core::log::{Content, Entry, EntryId};

    use crate::filter::Filter;
    use crate::ring::{Seen, Slice, frame};

    #[test]
    fn a_block_is_encoded_once_for_all_who_want_all_of_it() {
        let entries = [1, 2].map(|ms| Entry {
            id: EntryId { ms, seq: 0 },
            ordinal: Some(ms),
            content: Content::Json(format!(r#"{{"type":"t{ms}"}}"#).into()),
        });
        let blocks = frame(&entries, &mut Seen::default(), |_, _| {});
        let [first, second] = [(); 2].map(|()| Slice::whole(blocks[0].clone()).sse(&Filter::default()));
        assert_eq!(
            first,
            "id: 1-0@1\ndata: {\"type\":\"t1\"}\n\nid: 2-0@2\ndata: {\"type\":\"t2\"}\n\n"
        );
        assert_eq!(first.as_ptr(), second.as_ptr());
        let some = Filter {
            types: vec!["t2".into()],
            ..Filter::default()
        };
        let part = Slice::whole(blocks[0].clone()).sse(&some);
        assert_eq!(part, "id: 2-0@2\ndata: {\"type\":\"t2\"}\n\n");
    }
}

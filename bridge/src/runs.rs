//! Summaries of runs. Owns what is counted of each run as its events come by, so that a list of runs needs no look
//! into the log. What was trimmed before the bridge started is not in the counts.

use std::collections::HashMap;
use std::time::Duration;

use event_core::Timestamp;
use event_core::log::EntryId;
use serde::Serialize;

use crate::entry::Event;

/// Runs kept; when there is one more, the one that was silent longest goes.
const MAX_RUNS: usize = 1000;
/// After how long without a word a run whose spans are open counts as lost: three of the signs of life that a
/// producer gives every 10 s, and some.
const SILENCE: Duration = Duration::from_secs(35);
/// Types that speak of a process rather than of the run they carry.
const OF_PROCESSES: [&str; 3] = ["producer_alive", "events_dropped", "bus_stats"];

/// See the module's description.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    runs: HashMap<String, Run>,
    /// When processes with open spans gave their last sign of life.
    producers: HashMap<String, EntryId>,
}

/// A run as it is listed.
#[derive(Debug, Serialize)]
pub(crate) struct Summary<'a> {
    run_id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<&'a str>,
    /// The outcome of the root span, else `running`, `lost` or `returned`; null for a run without any span, which can
    /// neither run nor end.
    status: Option<&'a str>,
    started: &'a str,
    last: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    events: u64,
    errors: u64,
    llm_calls: u64,
    tool_calls: u64,
    tokens: u64,
    cost: f64,
}

#[derive(Debug, Default)]
struct Run {
    name: Option<String>,
    question: Option<String>,
    /// The process it runs in, if it said so.
    producer: Option<String>,
    /// What the run is called if it has neither a name nor a root span: the type of its first event.
    first_kind: String,
    root: Option<Root>,
    /// What the run is called as long as nothing has named it: the root span's function, else its type.
    root_name: Option<String>,
    has_spans: bool,
    /// The outcome of the root span.
    outcome: Option<String>,
    duration: Option<f64>,
    open_spans: u64,
    last_at: EntryId,
    started: String,
    last: String,
    events: u64,
    errors: u64,
    llm_calls: u64,
    tool_calls: u64,
    tokens: f64,
    cost: f64,
}

#[derive(Debug)]
struct Root {
    span: String,
    /// Its parent is in another process, or was trimmed; then a later span may show that the run goes on.
    has_parent: bool,
}

impl Runs {
    /// Counts an event, which was added at `at`.
    pub(crate) fn observe(&mut self, at: EntryId, event: &Event<'_>) {
        if OF_PROCESSES.contains(&&*event.kind) {
            if let Some(producer) = event.payload.producer() {
                self.producers.insert(producer.into_owned(), at);
            }
            return;
        }
        let Some(run_id) = event.payload.run() else { return };
        if !self.runs.contains_key(&*run_id) {
            self.make_room();
        }
        let ts = event
            .ts
            .as_deref()
            .map_or_else(|| Timestamp::from_unix_ms(at.ms).to_string(), str::to_owned);
        let run = self
            .runs
            .entry(run_id.into_owned())
            .or_insert_with(|| Run::new(&ts, event));
        run.observe(at, ts, event);
    }

    /// Forgets everything, because the log is another one.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The runs, the one heard of last first.
    pub(crate) fn list(&self, unix_ms: u64) -> Vec<Summary<'_>> {
        let mut runs: Vec<_> = self.runs.iter().collect();
        runs.sort_unstable_by_key(|(id, run)| std::cmp::Reverse((run.last_at, *id)));
        runs.into_iter()
            .map(|(id, run)| run.summary(id, self.status(run, unix_ms)))
            .collect()
    }

    fn make_room(&mut self) {
        if self.runs.len() < MAX_RUNS {
            return;
        }
        let oldest = self
            .runs
            .iter()
            .min_by_key(|(_, run)| run.last_at)
            .map(|(id, _)| id.clone());
        if let Some(oldest) = oldest {
            self.runs.remove(&oldest);
        }
        let runs = &self.runs;
        self.producers
            .retain(|producer, _| runs.values().any(|run| run.producer.as_ref() == Some(producer)));
    }

    fn status<'a>(&self, run: &'a Run, unix_ms: u64) -> Option<&'a str> {
        if !run.has_spans {
            return None;
        }
        let alive_at = run.producer.as_ref().and_then(|producer| self.producers.get(producer));
        let sign = alive_at.map_or(run.last_at.ms, |alive_at| alive_at.ms.max(run.last_at.ms));
        let silence = Duration::from_millis(unix_ms.saturating_sub(sign));
        Some(match &run.outcome {
            Some(outcome) => outcome,
            None if silence < SILENCE => "running",
            None if run.open_spans > 0 => "lost",
            // Nothing is open, and nothing said how it ended.
            None => "returned",
        })
    }
}

impl Run {
    fn new(ts: &str, event: &Event<'_>) -> Self {
        Self {
            first_kind: event.kind.to_string(),
            started: ts.to_owned(),
            ..Self::default()
        }
    }

    fn observe(&mut self, at: EntryId, ts: String, event: &Event<'_>) {
        let payload = &event.payload;
        self.last_at = at;
        self.last = ts;
        self.events += 1;
        self.errors += u64::from(event.is_failure());
        match &*event.kind {
            "run_started" => {
                self.name = payload.name().map(Into::into).or(self.name.take());
                self.question = payload.question().map(Into::into).or(self.question.take());
                self.producer = payload.producer().map(Into::into);
            }
            "llm_call_started" => self.llm_calls += 1,
            "tool_invoked" => self.tool_calls += 1,
            "llm_call_completed" => {
                self.tokens += payload.tokens().unwrap_or_default();
                self.cost += payload.cost().unwrap_or_default();
            }
            _ => {}
        }
        match (payload.span(), payload.outcome()) {
            (Some(span), None) => self.started_span(&span, event),
            (Some(span), Some(outcome)) => self.finished_span(&span, &outcome, event),
            (None, _) => {}
        }
    }

    fn started_span(&mut self, span: &str, event: &Event<'_>) {
        self.has_spans = true;
        self.open_spans += 1;
        let has_parent = event.payload.parent().is_some();
        let is_over = self.outcome.is_some();
        let is_root_partial = self.root.as_ref().is_some_and(|root| root.has_parent);
        if self.root.is_none() || !has_parent || (is_over && is_root_partial) {
            // Of several the first names the run, so that its name stays; one that came in over a parent gives way.
            if self.root_name.is_none() || (is_root_partial && !has_parent) {
                self.root_name = Some(name_of_span(event));
            }
            self.root = Some(Root {
                span: span.to_owned(),
                has_parent,
            });
            self.outcome = None;
            self.duration = None;
        }
    }

    fn finished_span(&mut self, span: &str, outcome: &str, event: &Event<'_>) {
        self.has_spans = true;
        self.open_spans = self.open_spans.saturating_sub(1);
        let is_root = self.root.as_ref().is_some_and(|root| root.span == span);
        if is_root || event.payload.parent().is_none() {
            // Its start may have been trimmed.
            self.root_name.get_or_insert_with(|| name_of_span(event));
            self.outcome = Some(outcome.to_owned());
            self.duration = event.payload.duration();
        }
    }

    fn summary<'a>(&'a self, run_id: &'a str, status: Option<&'a str>) -> Summary<'a> {
        let name = self.name.as_ref().or(self.root_name.as_ref());
        Summary {
            run_id,
            name: name.unwrap_or(&self.first_kind),
            question: self.question.as_deref(),
            status,
            started: &self.started,
            last: &self.last,
            duration: self.duration,
            events: self.events,
            errors: self.errors,
            llm_calls: self.llm_calls,
            tool_calls: self.tool_calls,
            tokens: whole(self.tokens),
            cost: self.cost,
        }
    }
}

/// The function's name without the path of its module, else the event's type.
fn name_of_span(event: &Event<'_>) -> String {
    match event.payload.function() {
        Some(path) => path.rsplit("::").next().unwrap_or(&path).to_owned(),
        None => event.kind.to_string(),
    }
}

/// A sum of counts that producers may write as any JSON number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what is wanted"
)]
fn whole(sum: f64) -> u64 {
    sum as u64
}

#[cfg(test)]
mod tests;

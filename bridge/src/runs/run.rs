//! One run. Owns what is counted of it as its events come by, which of its spans are roots, and how it ended: as the
//! gravest of them. The page counts the same way.

use std::collections::BTreeMap;

use event_core::log::{Cursor, EntryId};
use event_core::{Timestamp, truncate};

use super::failures::Failures;
use super::summary::{Details, Summary};
use super::{MAX_TEXT_BYTES, brief};
use crate::entry::Event;

/// Types counted apart; what has more is counted as one.
const MAX_TYPES: usize = 100;
const OTHER_TYPES: &str = "(other types)";
/// Roots that are known to be open at one time.
const MAX_OPEN_ROOTS: usize = 1000;
/// From harmless to grave. A word of somebody else's is as harmless as none.
const GRAVITY: [&str; 6] = ["returned", "ok", "cancelled", "failed", "error", "panicked"];

/// See the module's description.
#[derive(Debug)]
pub(super) struct Run {
    name: Option<String>,
    question: Option<String>,
    /// The process it runs in, if it said so.
    producer: Option<String>,
    /// What the run is called if it has neither a name nor a root span: the type of its first event.
    first_kind: String,
    /// What the run is called as long as nothing has named it: the root span's function, else its type.
    root_name: Option<String>,
    roots: Roots,
    has_spans: bool,
    open_spans: u64,
    first: Place,
    last: Place,
    events: u64,
    llm_calls: u64,
    tool_calls: u64,
    tokens: f64,
    cost: f64,
    types: BTreeMap<String, u64>,
    failures: Failures,
}

/// The spans that have no parent in this run.
#[derive(Debug, Default)]
struct Roots {
    /// Those without a finished event.
    open: Vec<String>,
    count: u64,
    /// Their parents are in another process, or were trimmed; a root of the run's own takes their place.
    are_partial: bool,
    /// The gravest outcome of those that finished.
    outcome: Option<String>,
    /// Of the one that took longest.
    duration: Option<f64>,
}

/// Where in the log an event is, and when it was made.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) cursor: Cursor,
    pub(super) ts: String,
}

impl Place {
    fn of(at: Cursor, event: &Event<'_>) -> Self {
        let mut place = Self {
            cursor: at,
            ts: String::new(),
        };
        place.move_to(at, event);
        place
    }

    fn move_to(&mut self, at: Cursor, event: &Event<'_>) {
        self.cursor = at;
        self.ts.clear();
        match &event.ts {
            Some(ts) => self.ts.push_str(truncate(ts, MAX_TEXT_BYTES)),
            None => self.ts = Timestamp::from_unix_ms(at.id.ms).to_string(),
        }
    }
}

impl Run {
    pub(super) fn new(at: Cursor, event: &Event<'_>) -> Self {
        let place = Place::of(at, event);
        Self {
            name: None,
            question: None,
            producer: None,
            first_kind: brief(&event.kind),
            root_name: None,
            roots: Roots::default(),
            has_spans: false,
            open_spans: 0,
            first: place.clone(),
            last: place,
            events: 0,
            llm_calls: 0,
            tool_calls: 0,
            tokens: 0.0,
            cost: 0.0,
            types: BTreeMap::new(),
            failures: Failures::default(),
        }
    }

    pub(super) fn last_at(&self) -> EntryId {
        self.last.cursor.id
    }

    pub(super) fn producer(&self) -> Option<&String> {
        self.producer.as_ref()
    }

    pub(super) fn observe(&mut self, at: Cursor, event: &Event<'_>) {
        let payload = &event.payload;
        self.last.move_to(at, event);
        self.events += 1;
        self.count_type(&event.kind);
        if event.is_failure() {
            self.failures.observe(&self.last, event);
        }
        match &*event.kind {
            "run_started" => {
                self.name = payload.name().map(|name| brief(&name)).or(self.name.take());
                self.question = payload
                    .question()
                    .map(|question| brief(&question))
                    .or(self.question.take());
                self.producer = payload.producer().map(|producer| brief(&producer));
            }
            "llm_call_started" => self.llm_calls += 1,
            "tool_invoked" => self.tool_calls += 1,
            "llm_call_completed" => {
                self.tokens += payload.tokens().unwrap_or_default();
                self.cost += payload.cost().unwrap_or_default();
            }
            _ => {}
        }
        match (payload.span(), payload.outcome().and(event.outcome())) {
            (Some(span), None) => self.started_span(&span, event),
            (Some(span), Some(outcome)) => self.finished_span(&span, &outcome, event),
            (None, _) => {}
        }
    }

    /// How it stands; none for a run without any span, which can neither run nor end.
    pub(super) fn status(&self, is_alive: bool) -> Option<&str> {
        if !self.has_spans {
            return None;
        }
        let is_open = !self.roots.open.is_empty();
        Some(match &self.roots.outcome {
            Some(outcome) if !is_open => outcome,
            _ if is_alive => "running",
            _ if self.open_spans > 0 => "lost",
            // Nothing is open, and nothing said how it ended.
            _ => "returned",
        })
    }

    fn count_type(&mut self, kind: &str) {
        let kind = truncate(kind, MAX_TEXT_BYTES);
        if let Some(count) = self.types.get_mut(kind) {
            *count += 1;
            return;
        }
        let is_full = self.types.len() >= MAX_TYPES;
        let kind = if is_full { OTHER_TYPES } else { kind };
        *self.types.entry(kind.to_owned()).or_default() += 1;
    }

    fn started_span(&mut self, span: &str, event: &Event<'_>) {
        let span = truncate(span, MAX_TEXT_BYTES);
        self.has_spans = true;
        self.open_spans += 1;
        let has_parent = event.payload.parent().is_some();
        let roots = &mut self.roots;
        let takes_over = roots.are_partial && !has_parent;
        if takes_over {
            *roots = Roots::default();
        }
        let is_first = roots.count == 0;
        if !has_parent || is_first || (roots.are_partial && roots.open.is_empty()) {
            // Of several the first names the run, so that its name stays; one that came in over a parent gives way.
            if self.root_name.is_none() || takes_over {
                self.root_name = Some(name_of_span(event));
            }
            roots.are_partial = has_parent;
            roots.count += 1;
            if roots.open.len() < MAX_OPEN_ROOTS {
                roots.open.push(span.to_owned());
            }
        }
    }

    fn finished_span(&mut self, span: &str, outcome: &str, event: &Event<'_>) {
        let span = truncate(span, MAX_TEXT_BYTES);
        self.has_spans = true;
        self.open_spans = self.open_spans.saturating_sub(1);
        let roots = &mut self.roots;
        let open = roots.open.iter().position(|root| root == span);
        if let Some(open) = open {
            roots.open.swap_remove(open);
        } else if event.payload.parent().is_none() {
            // Its start was trimmed.
            roots.count += 1;
        } else {
            return;
        }
        self.root_name.get_or_insert_with(|| name_of_span(event));
        if roots
            .outcome
            .as_deref()
            .is_none_or(|known| gravity(outcome) > gravity(known))
        {
            roots.outcome = Some(brief(outcome));
        }
        let duration = event.payload.duration();
        roots.duration = match (roots.duration, duration) {
            (Some(known), Some(duration)) => Some(known.max(duration)),
            (known, duration) => known.or(duration),
        };
    }

    pub(super) fn summary<'a>(&'a self, run_id: &'a str, status: Option<&'a str>) -> Summary<'a> {
        let name = self.name.as_ref().or(self.root_name.as_ref());
        let is_over = self.roots.open.is_empty();
        Summary {
            run_id,
            name: name.unwrap_or(&self.first_kind),
            question: self.question.as_deref(),
            status,
            started: &self.first.ts,
            last: &self.last.ts,
            first_cursor: self.first.cursor.to_string(),
            last_cursor: self.last.cursor.to_string(),
            duration: self.roots.duration.filter(|_| is_over),
            events: self.events,
            errors: self.failures.count(),
            llm_calls: self.llm_calls,
            tool_calls: self.tool_calls,
            tokens: whole(self.tokens),
            cost: self.cost,
        }
    }

    pub(super) fn details<'a>(&'a self, run_id: &'a str, status: Option<&'a str>) -> Details<'a> {
        Details {
            summary: self.summary(run_id, status),
            open_spans: self.open_spans,
            types: &self.types,
            failures: self.failures.kept(),
        }
    }
}

fn gravity(outcome: &str) -> Option<usize> {
    GRAVITY.iter().position(|known| *known == outcome)
}

/// The function's name without the path of its module, else the event's type.
fn name_of_span(event: &Event<'_>) -> String {
    match event.payload.function() {
        Some(path) => path.rsplit("::").next().map_or_else(|| brief(&path), brief),
        None => brief(&event.kind),
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

//! What went wrong in a run. Owns the count, and the latest failures in a few words each. One that a call passes on is
//! counted where it began, not once more for each call around it.

use std::collections::VecDeque;

use event_core::truncate;
use serde::Serialize;

use super::brief;
use super::run::Place;
use crate::entry::Event;

/// Failures told of a run.
const MAX_KEPT: usize = 20;
/// Failures by which another is known to be the same passed on.
const MAX_RECENT: usize = 64;
/// Of a message.
const MAX_MESSAGE_BYTES: usize = 500;

/// See the module's description.
#[derive(Debug, Default)]
pub(super) struct Failures {
    count: u64,
    kept: VecDeque<Failure>,
    recent: VecDeque<Recent>,
}

/// A failure, told.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    cursor: String,
    ts: String,
    #[serde(rename = "type")]
    kind: String,
    outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
    /// Empty where nothing says more than that it failed.
    message: String,
}

/// Whom a failure may be passed on to.
#[derive(Debug)]
struct Recent {
    parent: String,
    message: String,
}

impl Failures {
    /// Counts an event that tells of a failure.
    pub(super) fn observe(&mut self, place: &Place, event: &Event<'_>) {
        let errors = event.errors();
        let message = errors.first().map(|error| truncate(error, MAX_MESSAGE_BYTES));
        let message = message.unwrap_or_default();
        let span = event.payload.span().map(|span| brief(&span));
        let is_passed_on = self.recent.iter().any(|below| {
            span.as_ref() == Some(&below.parent) && errors.iter().any(|error| error.contains(&below.message))
        });
        if let Some(parent) = event.payload.parent() {
            if self.recent.len() >= MAX_RECENT {
                self.recent.pop_front();
            }
            self.recent.push_back(Recent {
                parent: brief(&parent),
                message: message.to_owned(),
            });
        }
        if is_passed_on {
            return;
        }
        self.count += 1;
        if self.kept.len() >= MAX_KEPT {
            self.kept.pop_front();
        }
        let owned = |text: Option<std::borrow::Cow<'_, str>>| text.map(|text| brief(&text));
        self.kept.push_back(Failure {
            cursor: place.cursor.to_string(),
            ts: place.ts.clone(),
            kind: brief(&event.kind),
            outcome: owned(event.outcome()).unwrap_or_default(),
            node: owned(event.payload.node(&event.kind)),
            function: owned(event.payload.function()),
            span_id: span,
            message: message.to_owned(),
        });
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The latest, newest first.
    pub(super) fn kept(&self) -> Vec<&Failure> {
        self.kept.iter().rev().collect()
    }
}

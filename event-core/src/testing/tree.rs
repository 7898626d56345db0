//! Captured events as a tree to read. Owns its look; ids are left out of it, so that it is the same each time.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::{Events, SpanEvents};
use crate::event::Envelope;
use crate::text::truncate;

/// Told by the tree itself, or different each time.
const NOT_SHOWN: [&str; 6] = ["run_id", "span_id", "parent_id", "function", "outcome", "duration"];
/// How much of a value is shown.
const MAX_VALUE: usize = 60;

/// A line of the tree.
enum Item<'a> {
    Span(SpanEvents<'a>),
    Point(&'a Envelope),
}

/// One line for each call, with the calls and events inside of it below.
pub(super) fn tree(events: &Events) -> String {
    let spans: HashMap<_, _> = events.spans().into_iter().map(|span| (span.id(), span)).collect();
    let mut inside: HashMap<Option<&str>, Vec<Item<'_>>> = HashMap::new();
    for event in events {
        let item = match event.text("span_id").and_then(|id| spans.get(id)) {
            // Its first event stands for the call.
            Some(span) if span.started().or(span.finished()) != Some(event) => continue,
            Some(span) => Item::Span(span.clone()),
            None => Item::Point(event),
        };
        // What ran in a call that is not there is shown as if in none.
        let parent = event.text("parent_id").filter(|parent| spans.contains_key(parent));
        inside.entry(parent).or_default().push(item);
    }
    let mut out = String::new();
    // Not by recursion: however deep the calls are.
    let mut todo = level(&mut inside, None, None);
    while let Some(Line { item, indent, is_last }) = todo.pop() {
        let text = line(&item);
        let below = match indent {
            None => {
                let _ = writeln!(out, "{text}");
                String::new()
            }
            Some(indent) => {
                let (branch, stem) = if is_last {
                    ("└─ ", "   ")
                } else {
                    ("├─ ", "│  ")
                };
                let _ = writeln!(out, "{indent}{branch}{text}");
                indent + stem
            }
        };
        if let Item::Span(span) = &item {
            todo.extend(level(&mut inside, Some(span.id()), Some(&below)));
        }
    }
    out
}

struct Line<'a> {
    item: Item<'a>,
    /// None at the root of a run.
    indent: Option<String>,
    is_last: bool,
}

/// What is right inside of a call, last first.
fn level<'a>(
    inside: &mut HashMap<Option<&'a str>, Vec<Item<'a>>>,
    parent: Option<&'a str>,
    indent: Option<&str>,
) -> Vec<Line<'a>> {
    let items = inside.remove(&parent).unwrap_or_default();
    let last = items.len().saturating_sub(1);
    let lines = items.into_iter().enumerate().map(|(index, item)| Line {
        item,
        indent: indent.map(str::to_owned),
        is_last: index == last,
    });
    lines.rev().collect()
}

fn line(item: &Item<'_>) -> String {
    let mut line = String::new();
    let fields = match item {
        Item::Point(event) => {
            line.push_str(&event.event_type);
            Some(*event)
        }
        Item::Span(span) => {
            let name = |event: Option<&Envelope>| event.map_or("_".to_owned(), |event| event.event_type.clone());
            let _ = match span.outcome() {
                Some(outcome) => write!(
                    line,
                    "{} → {} {outcome} {:?}",
                    name(span.started()),
                    name(span.finished()),
                    span.duration().unwrap_or(Duration::ZERO)
                ),
                None => write!(line, "{} → not finished", name(span.started())),
            };
            // It tells the whole call.
            span.finished().or(span.started())
        }
    };
    let fields = fields.into_iter().flat_map(|event| &event.payload);
    let mut gap = "  ";
    for (key, value) in fields.filter(|(key, _)| !NOT_SHOWN.contains(&key.as_str())) {
        let _ = write!(line, "{gap}{key}={}", shown(value));
        gap = " ";
    }
    line
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match truncate(&text, MAX_VALUE) {
        whole if whole.len() == text.len() => text,
        start => format!("{start}…"),
    }
}

//! Spans: what opened them, what closed them, and what both say. Owns the pairing, which knows a finished event by its
//! outcome; who is whose parent is the neighbour's.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::coverage::{Coverage, SLACK_MICROS};
use super::envelope::{Mark, Seen};
use super::finding::{Findings, Rule, one_or_many};
use super::parents::{Inherited, Waiting};
use super::rules::Rules;

const OUTCOMES: [&str; 5] = ["ok", "error", "panicked", "cancelled", "returned"];
/// The catalogue's names for the duration, beside `duration`.
const DURATION_KEYS: [&str; 2] = ["latency", "time_spent"];
/// The fields of a started event of the catalogue, which its finished event carries on: it had one.
const CARRIED: [(&str, &str); 3] = [
    ("run_finished", "name"),
    ("llm_call_completed", "prompt_hash"),
    ("tool_returned", "tool_name"),
];

/// See the module's description.
#[derive(Debug, Default)]
pub(super) struct Spans {
    pub(super) by_id: HashMap<String, Span>,
    /// What speaks of a parent that had not begun.
    pub(super) waiting: Vec<Waiting>,
    /// The parents that anything speaks of.
    pub(super) parents: HashSet<String>,
    /// Types that finished a span whose start was seen.
    paired: HashSet<String>,
}

/// A span, as far as it was seen.
#[derive(Debug, Default)]
pub(super) struct Span {
    pub(super) start: Option<Mark>,
    pub(super) finish: Option<Finish>,
    pub(super) run: Option<String>,
    pub(super) parent: Option<String>,
    function: Option<String>,
    /// Of a step: what everything inside carries.
    pub(super) inherited: Option<Inherited>,
}

#[derive(Debug)]
pub(super) struct Finish {
    pub(super) mark: Mark,
    seconds: Option<f64>,
    /// Its type comes with a started one, if its own fields tell.
    has_start: bool,
}

/// What there was.
pub(super) struct Summary {
    pub(super) count: u64,
    pub(super) open: u64,
    /// Runs whose root ended.
    pub(super) ended_runs: HashSet<String>,
}

impl Spans {
    pub(super) fn observe(&mut self, seen: &Seen, rules: &Rules, out: &mut Findings) {
        forms(seen, out);
        if seen.is_finish() {
            self.finished(seen, rules, out);
        } else if seen.is_start() {
            self.started(seen, rules, out);
        } else {
            self.child(seen, rules, out);
        }
        self.inside(seen, out);
    }

    fn started(&mut self, seen: &Seen, rules: &Rules, out: &mut Findings) {
        let id = seen.owned("span_id").unwrap_or_default();
        let span = self.by_id.entry(id.clone()).or_default();
        if let Some(first) = &span.start {
            let what = format!("a second started event for span {id}");
            out.add(seen.finding(Rule::Pairing, what, format!("one, which is {first}")));
            return;
        }
        if let Some(finish) = &span.finish {
            let what = format!("it stands behind the finished event of its span, {}", finish.mark);
            out.add(seen.finding(Rule::Order, what, "a start before its end"));
            self.paired.insert(finish.mark.kind.clone());
        }
        span.start = Some(seen.mark.clone());
        span.run = seen.owned("run_id");
        span.parent = seen.owned("parent_id");
        span.function = seen.owned("function");
        span.inherited = Inherited::of_step(seen);
        self.child(seen, rules, out);
    }

    fn finished(&mut self, seen: &Seen, rules: &Rules, out: &mut Findings) {
        let id = seen.owned("span_id").unwrap_or_default();
        let span = self.by_id.entry(id.clone()).or_default();
        if let Some(first) = &span.finish {
            let what = format!("a second finished event for span {id}");
            out.add(seen.finding(Rule::Pairing, what, format!("one, which is {}", first.mark)));
            return;
        }
        let finish = Finish {
            mark: seen.mark.clone(),
            seconds: duration(seen, out),
            has_start: CARRIED
                .iter()
                .any(|(kind, key)| seen.mark.kind == *kind && seen.payload.contains_key(*key)),
        };
        outcome(seen, out);
        if let Some(start) = &span.start {
            elapsed(start, &finish, out);
            self.paired.insert(finish.mark.kind.clone());
            for (name, started) in [
                ("run_id", &span.run),
                ("parent_id", &span.parent),
                ("function", &span.function),
            ] {
                let finished = seen.owned(name);
                if finished != *started {
                    let what = format!("its {name} is {}", shown(finished.as_deref()));
                    let expected = format!("{}, as in its started event {}", shown(started.as_deref()), start.id);
                    out.add(seen.finding(Rule::Identity, what, expected));
                }
            }
            span.finish = Some(finish);
        } else {
            span.finish = Some(finish);
            span.run = seen.owned("run_id");
            span.parent = seen.owned("parent_id");
            self.child(seen, rules, out);
        }
    }

    pub(super) fn finish(mut self, rules: &Rules, coverage: &Coverage, out: &mut Findings) -> Summary {
        self.resolve(rules, coverage, out);
        let mut summary = Summary {
            count: self.by_id.len() as u64,
            open: 0,
            ended_runs: HashSet::new(),
        };
        let (mut alone, mut cut) = (0, 0);
        for (id, span) in &self.by_id {
            match (&span.start, &span.finish) {
                (Some(start), None) => summary.open += self.open(start, span, rules, coverage, out),
                (None, Some(finish)) => match self.without_start(id, span, finish, coverage) {
                    Start::Cut => cut += 1,
                    Start::None => alone += 1,
                    Start::Missing => out.add(finish.mark.finding(
                        Rule::Pairing,
                        format!("no started event for span {id}"),
                        "one before it",
                    )),
                },
                _ => {}
            }
            if span.finish.is_some() && span.parent.is_none() {
                summary.ended_runs.extend(span.run.clone());
            }
        }
        for (count, what) in [
            (summary.open, "not finished yet, or their process was killed"),
            (cut, "began in what is cut off"),
            (alone, "told by finished events alone"),
        ] {
            if count > 0 {
                out.note(format!("{}: {what}", one_or_many(count, "span")));
            }
        }
        summary
    }

    /// A span without an end: 1 if that may still come.
    fn open(&self, start: &Mark, span: &Span, rules: &Rules, coverage: &Coverage, out: &mut Findings) -> u64 {
        if coverage.may_lack_after(start.order) {
            return 1;
        }
        let ended = self.ended_above(span);
        if let Some(finish) = ended.filter(|_| !rules.allows_detached) {
            let what = format!("no finished event, though what is around it ended with {finish}");
            out.add(start.finding(Rule::Pairing, what, "exactly one"));
        } else if rules.is_complete {
            out.add(start.finding(Rule::Pairing, "no finished event", "exactly one"));
        } else {
            return 1;
        }
        0
    }

    /// The end of a span around this one.
    fn ended_above<'a>(&'a self, span: &'a Span) -> Option<&'a Mark> {
        let mut around = self.ancestors(span.parent.as_deref());
        around.find_map(|span| span.finish.as_ref()).map(|finish| &finish.mark)
    }

    fn without_start(&self, id: &str, span: &Span, finish: &Finish, coverage: &Coverage) -> Start {
        #[expect(clippy::cast_possible_truncation, reason = "no span lasts that long")]
        let began = finish
            .mark
            .micros
            .zip(finish.seconds)
            .map(|(micros, seconds)| micros.saturating_sub((seconds * 1e6) as i64));
        let had_one = finish.has_start || self.paired.contains(&finish.mark.kind) || self.parents.contains(id);
        if !had_one {
            Start::None
        } else if coverage.may_lack_before(span.run.as_deref(), finish.mark.order, began) {
            Start::Cut
        } else {
            Start::Missing
        }
    }
}

/// What became of a start that is not there.
enum Start {
    Cut,
    None,
    Missing,
}

/// Ids of spans and runs have the form of W3C trace context.
fn forms(seen: &Seen, out: &mut Findings) {
    for (name, length) in [("run_id", 32), ("span_id", 16), ("parent_id", 16)] {
        let Some(value) = seen.payload.get(name) else { continue };
        let is_hex =
            |text: &str| text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !value.as_str().is_some_and(is_hex) {
            let what = format!("its {name} is {value}");
            out.add(seen.finding(Rule::Identity, what, format!("{length} hex digits in lower case")));
        }
    }
}

fn outcome(seen: &Seen, out: &mut Findings) {
    let outcome = seen.payload.get("outcome").unwrap_or(&Value::Null);
    if !outcome.as_str().is_some_and(|outcome| OUTCOMES.contains(&outcome)) {
        out.add(seen.finding(Rule::Outcome, format!("its outcome is {outcome}"), OUTCOMES.join(", ")));
    } else if ["error", "panicked", "cancelled"].contains(&outcome.as_str().unwrap_or_default())
        && !seen.payload.contains_key("error")
    {
        let what = format!("its outcome is {outcome}, but nothing says why");
        out.add(seen.finding(Rule::Outcome, what, "an `error`"));
    }
}

/// What the event says, in seconds.
fn duration(seen: &Seen, out: &mut Findings) -> Option<f64> {
    let value = seen.payload.get("duration");
    let seconds = value.and_then(Value::as_f64).filter(|seconds| *seconds >= 0.0);
    if seconds.is_none() {
        let what = format!("its duration is {}", value.unwrap_or(&Value::Null));
        out.add(seen.finding(Rule::Duration, what, "seconds"));
    }
    for key in DURATION_KEYS {
        if let Some(other) = seen.payload.get(key).filter(|other| value != Some(*other)) {
            let what = format!("its {key} is {other}");
            let expected = format!("{}, as its duration", value.unwrap_or(&Value::Null));
            out.add(seen.finding(Rule::Duration, what, expected));
        }
    }
    seconds
}

/// By the monotonic clock it lasted as long as by the timestamps, but for 2 ms and 1 %.
fn elapsed(start: &Mark, finish: &Finish, out: &mut Findings) {
    let (Some(from), Some(to), Some(seconds)) = (start.micros, finish.mark.micros, finish.seconds) else {
        return;
    };
    if to + SLACK_MICROS < from {
        let what = format!("its ts is before that of its started event {}", start.id);
        out.add(finish.mark.finding(Rule::Order, what, "an end after its start"));
        return;
    }
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a span")]
    let shown = (to - from) as f64 / 1e6;
    let allowed = 0.002 + 0.01 * seconds.max(shown);
    if (shown - seconds).abs() > allowed {
        let what = format!("it lasted {seconds} s, but {shown:.6} s by the timestamps");
        let expected = format!("a difference of at most {allowed:.3} s");
        out.add(finish.mark.finding(Rule::Duration, what, expected));
    }
}

pub(super) fn shown(text: Option<&str>) -> String {
    text.map_or_else(|| "absent".to_owned(), |text| format!("{text:?}"))
}

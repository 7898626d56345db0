//! Whether a run that is followed is over, and how it ended. Owns what is its root: the span without a parent, else the
//! first one that is heard of, as in a process that goes on with another's run.

use event_bridge::client::RunSummary;

use super::event::Shown;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Well,
    Failed,
    /// Its process gives no sign of life.
    Lost,
}

/// See the module's description.
#[derive(Debug)]
pub(super) struct RunEnd {
    pub(super) run: String,
    pub(super) end: Option<End>,
    root: Option<Root>,
    has_events: bool,
}

#[derive(Debug)]
struct Root {
    span: String,
    has_parent: bool,
}

impl RunEnd {
    pub(super) fn new(run: &str) -> Self {
        Self {
            run: run.to_owned(),
            end: None,
            root: None,
            has_events: false,
        }
    }

    /// There is something of it.
    pub(super) fn has_begun(&self) -> bool {
        self.has_events
    }

    pub(super) fn observe(&mut self, json: &str) {
        let event = Shown::read(json);
        if event.text("run_id") != Some(&self.run) {
            return;
        }
        self.has_events = true;
        let Some(span) = event.text("span_id") else { return };
        let has_parent = event.text("parent_id").is_some();
        if event.is_start() && self.root.as_ref().is_none_or(|root| root.has_parent && !has_parent) {
            self.root = Some(Root {
                span: span.to_owned(),
                has_parent,
            });
        }
        let is_root = !has_parent || self.root.as_ref().is_some_and(|root| root.span == span);
        if event.is_finish() && is_root {
            self.end = Some(if event.is_failure() { End::Failed } else { End::Well });
        }
    }

    /// What is known of the run elsewhere.
    pub(super) fn is_told(&mut self, summary: Option<&RunSummary>) {
        if summary.and_then(|summary| summary.status.as_deref()) == Some("lost") {
            self.end = Some(End::Lost);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(payloads: &[&str]) -> Option<End> {
        let mut end = RunEnd::new("r");
        for payload in payloads {
            end.observe(&format!(r#"{{"type":"a","payload":{payload}}}"#));
        }
        end.end
    }

    #[test]
    fn a_run_ends_with_its_root_and_as_that_does() {
        let root = r#"{"run_id":"r","span_id":"1"}"#;
        let inner = r#"{"run_id":"r","span_id":"2","parent_id":"1","outcome":"error","error":"x"}"#;
        assert_eq!(ended(&[root, inner]), None);
        for (outcome, end) in [("ok", End::Well), ("returned", End::Well), ("panicked", End::Failed)] {
            let finish = format!(r#"{{"run_id":"r","span_id":"1","outcome":"{outcome}"}}"#);
            assert_eq!(ended(&[root, inner, &finish]), Some(end));
        }
        let by_value = r#"{"run_id":"r","span_id":"1","outcome":"ok","success":false}"#;
        assert_eq!(ended(&[root, by_value]), Some(End::Failed));
        assert_eq!(ended(&[r#"{"run_id":"other","span_id":"1","outcome":"ok"}"#]), None);
    }

    #[test]
    fn a_run_that_came_from_another_process_ends_with_its_first_span() {
        let first = r#"{"run_id":"r","span_id":"1","parent_id":"9"}"#;
        let second = r#"{"run_id":"r","span_id":"2","parent_id":"1"}"#;
        let finish = |span| format!(r#"{{"run_id":"r","span_id":"{span}","parent_id":"9","outcome":"ok"}}"#);
        assert_eq!(ended(&[first, second, &finish(2)]), None);
        assert_eq!(ended(&[first, second, &finish(1)]), Some(End::Well));
    }
}

//! Which events a client wants. Owns the predicate over an event's keys; parsing a query is the routes' work.

use crate::entry::Keys;

/// How a call ends, in the words of the wire; `failed` are those that returned, and say by a value that it was for
/// nothing.
pub(crate) const OUTCOMES: [&str; 6] = ["ok", "error", "panicked", "cancelled", "returned", "failed"];

/// A repeated parameter means or, different parameters mean and; an empty list wants everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) types: Vec<String>,
    pub(crate) runs: Vec<String>,
    pub(crate) nodes: Vec<String>,
    pub(crate) outcomes: Vec<String>,
}

impl Filter {
    /// Every event passes.
    pub(crate) fn is_open(&self) -> bool {
        self == &Self::default()
    }

    pub(crate) fn matches(&self, keys: &Keys<'_>) -> bool {
        wants(&self.types, Some(&keys.kind))
            && wants(&self.runs, keys.run.as_deref())
            && wants(&self.nodes, keys.node.as_deref())
            && wants(&self.outcomes, keys.outcome.as_deref())
    }
}

fn wants(wanted: &[String], value: Option<&str>) -> bool {
    wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|wanted| wanted == value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys<'a>(kind: &'a str, outcome: Option<&'a str>) -> Keys<'a> {
        Keys {
            kind: kind.into(),
            outcome: outcome.map(Into::into),
            ..Keys::default()
        }
    }

    #[test]
    fn a_repeated_parameter_means_or_and_different_ones_mean_and() {
        let filter = Filter {
            types: vec!["a".into(), "b".into()],
            outcomes: vec!["ok".into()],
            ..Filter::default()
        };
        assert!(filter.matches(&keys("b", Some("ok"))));
        assert!(!filter.matches(&keys("b", Some("error"))));
        assert!(!filter.matches(&keys("b", None)));
        assert!(!filter.matches(&keys("c", Some("ok"))));
        assert!(Filter::default().matches(&keys("c", None)));
    }
}

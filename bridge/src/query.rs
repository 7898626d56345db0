//! What a client asks for in its query. Owns the parameters' names and forms, the same on every route.

use std::str::FromStr;

use event_core::log::{Cursor, EntryId};

use crate::feed::Start;
use crate::filter::{Filter, OUTCOMES};
use crate::runs::STATUSES;

/// The parameters of `/events`.
pub(crate) const LIVE: &[&str] = &[
    "after", "tail", "since", "framed", "credit", "type", "run", "node", "outcome",
];
/// The parameters of `/api/events`.
pub(crate) const HISTORY: &[&str] = &[
    "after", "tail", "since", "before", "until", "order", "limit", "type", "run", "node", "outcome",
];

/// How far back `tail` goes.
const MAX_TAIL: usize = 1_000_000;

/// The least window that leaves room for an event while another is on its way.
const MIN_CREDIT_BYTES: usize = 64 * 1024;
const CREDIT: &str = "a number of bytes, 65536 at least";
/// How many events a page of history holds at most.
const MAX_LIMIT: usize = 10_000;
const LIMITS: &str = "a number of events from 1 to 10000";
const UNIX_MS: &str = "a unix time in milliseconds, such as 1795000000000";

/// Which way a page of history reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// Older events first.
    #[default]
    Ascending,
    /// Newer events first.
    Descending,
}

/// A query, understood.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) start: Option<Start>,
    /// The entry before which a page of history ends.
    pub(crate) end: Option<Cursor>,
    pub(crate) order: Order,
    pub(crate) is_framed: bool,
    /// How much may be sent before the client says how far it has come, in bytes.
    pub(crate) credit: Option<usize>,
    pub(crate) limit: Option<usize>,
    pub(crate) filter: Filter,
}

/// What is not understood; says which parameter, and what it should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misunderstood(pub(crate) String);

impl Query {
    /// `pairs` as they were sent; `known` are the parameters of the route.
    pub(crate) fn parse(pairs: Vec<(String, String)>, known: &[&str]) -> Result<Self, Misunderstood> {
        let mut query = Self::default();
        let mut order = None;
        for (name, value) in pairs {
            if !known.contains(&name.as_str()) {
                return Err(Misunderstood(format!(
                    "{name}: not a parameter of this route; it has {}",
                    known.join(", ")
                )));
            }
            match name.as_str() {
                "order" => order = Some(self::order(&value)?),
                // What lies before an entry is asked for by who goes back.
                "before" if order.is_none() => query.order = Order::Descending,
                _ => {}
            }
            query.take(&name, value)?;
        }
        if query.credit.is_some() && !query.is_framed {
            return Err(Misunderstood(
                "credit: only with framed=1, since plain frames have no cursor to acknowledge".to_owned(),
            ));
        }
        query.order = order.unwrap_or(query.order);
        query.check()
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), Misunderstood> {
        match name {
            "after" => {
                let cursor: Cursor = value
                    .parse()
                    .map_err(|error| Misunderstood(format!("after: {error}")))?;
                self.start_with(Start::After(cursor))?;
            }
            "tail" => {
                let count: usize = number(name, &value, "a number of events, such as 100")?;
                self.start_with(Start::Last(count.min(MAX_TAIL)))?;
            }
            "since" => self.start_with(Start::Since(number(name, &value, UNIX_MS)?))?,
            "before" => {
                let cursor = value
                    .parse()
                    .map_err(|error| Misunderstood(format!("before: {error}")))?;
                self.end_with(cursor)?;
            }
            "until" => {
                let unix_ms: u64 = number(name, &value, UNIX_MS)?;
                self.end_with(Cursor::at(EntryId {
                    ms: unix_ms.saturating_add(1),
                    seq: 0,
                }))?;
            }
            "framed" => {
                self.is_framed = match value.as_str() {
                    "1" | "true" => true,
                    "0" | "false" => false,
                    _ => return Err(misunderstood(name, "1 or 0", &value)),
                }
            }
            "credit" => {
                let bytes = number(name, &value, CREDIT)?;
                if bytes < MIN_CREDIT_BYTES {
                    return Err(misunderstood(name, CREDIT, &value));
                }
                self.credit = Some(bytes);
            }
            "limit" => {
                let limit = number(name, &value, LIMITS)?;
                if limit == 0 || limit > MAX_LIMIT {
                    return Err(misunderstood(name, LIMITS, &value));
                }
                self.limit = Some(limit);
            }
            "order" => {}
            "type" => self.filter.types.push(value),
            "run" => self.filter.runs.push(value),
            "node" => self.filter.nodes.push(value),
            // All names that a route knows are above.
            _ => self.filter.outcomes.push(known_word(name, value, &OUTCOMES)?),
        }
        Ok(())
    }

    fn start_with(&mut self, start: Start) -> Result<(), Misunderstood> {
        if self.start.replace(start).is_some() {
            return Err(Misunderstood(
                "after, tail, since: only one of them can say where to begin".to_owned(),
            ));
        }
        Ok(())
    }

    fn end_with(&mut self, end: Cursor) -> Result<(), Misunderstood> {
        if self.end.replace(end).is_some() {
            return Err(Misunderstood(
                "before, until: only one of them can say where to end".to_owned(),
            ));
        }
        Ok(())
    }

    fn check(self) -> Result<Self, Misunderstood> {
        let is_range = self.end.is_some() || self.order == Order::Descending;
        if is_range && matches!(self.start, Some(Start::Last(_))) {
            return Err(Misunderstood(
                "tail: not together with before, until or order=desc; for the newest first say order=desc&limit=100"
                    .to_owned(),
            ));
        }
        Ok(self)
    }
}

/// What `/api/runs` is to list: the statuses wanted, all if there are none.
pub(crate) fn statuses(pairs: Vec<(String, String)>) -> Result<Vec<String>, Misunderstood> {
    let status = |(name, value): (String, String)| {
        if name != "status" {
            return Err(Misunderstood(format!(
                "{name}: not a parameter of this route; it has status"
            )));
        }
        known_word(&name, value, &STATUSES)
    };
    pairs.into_iter().map(status).collect()
}

fn order(value: &str) -> Result<Order, Misunderstood> {
    match value {
        "asc" => Ok(Order::Ascending),
        "desc" => Ok(Order::Descending),
        _ => Err(misunderstood(
            "order",
            "asc (oldest first) or desc (newest first)",
            value,
        )),
    }
}

/// A word that no event can have would be answered with nothing, which looks like there being nothing.
fn known_word(name: &str, value: String, known: &[&str]) -> Result<String, Misunderstood> {
    if known.contains(&value.as_str()) {
        return Ok(value);
    }
    Err(misunderstood(name, &format!("one of {}", known.join(", ")), &value))
}

fn number<T: FromStr>(name: &str, value: &str, expected: &str) -> Result<T, Misunderstood> {
    value.parse().map_err(|_| misunderstood(name, expected, value))
}

fn misunderstood(name: &str, expected: &str, got: &str) -> Misunderstood {
    Misunderstood(format!("{name}: expected {expected}, got {got:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)], known: &[&str]) -> Result<Query, Misunderstood> {
        Query::parse(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            known,
        )
    }

    #[test]
    fn a_full_query_is_understood() {
        let query = parse(
            &[
                ("after", "5-1@7"),
                ("framed", "1"),
                ("type", "a"),
                ("type", "b"),
                ("outcome", "ok"),
            ],
            LIVE,
        )
        .unwrap();
        assert!(matches!(
            query.start,
            Some(Start::After(Cursor { ordinal: Some(7), .. }))
        ));
        assert!(query.is_framed);
        assert_eq!((query.filter.types.len(), query.filter.outcomes.len()), (2, 1));
        assert_eq!(parse(&[("limit", "5")], HISTORY).unwrap().limit, Some(5));
    }

    #[test]
    fn what_is_not_understood_is_named_with_what_was_expected() {
        for (pairs, expected) in [
            (vec![("after", "$")], "after: not a cursor"),
            (vec![("tail", "-1")], "tail: expected a number of events"),
            (vec![("since", "now")], "since: expected a unix time"),
            (vec![("framed", "yes")], "framed: expected 1 or 0"),
            (
                vec![("typ", "x")],
                "typ: not a parameter of this route; it has after, tail",
            ),
            (vec![("limit", "5")], "limit: not a parameter"),
            (
                vec![("framed", "1"), ("credit", "100")],
                "credit: expected a number of bytes, 65536 at least",
            ),
            (vec![("credit", "65536")], "credit: only with framed=1"),
            (vec![("after", "0"), ("tail", "5")], "only one of them"),
        ] {
            let error = parse(&pairs, LIVE).unwrap_err();
            assert!(error.0.contains(expected), "{}", error.0);
        }
        for (pairs, expected) in [
            (
                vec![("limit", "0")],
                "limit: expected a number of events from 1 to 10000",
            ),
            (vec![("limit", "10001")], "limit: expected a number"),
            (
                vec![("outcome", "eror")],
                "outcome: expected one of ok, error, panicked",
            ),
            (vec![("order", "up")], "order: expected asc (oldest first) or desc"),
            (vec![("before", "x")], "before: not a cursor"),
            (vec![("until", "now")], "until: expected a unix time"),
            (vec![("before", "5-0"), ("until", "5")], "before, until: only one"),
            (vec![("tail", "5"), ("order", "desc")], "tail: not together with before"),
            (vec![("tail", "5"), ("until", "5")], "tail: not together with before"),
        ] {
            let error = parse(&pairs, HISTORY).unwrap_err();
            assert!(error.0.contains(expected), "{}", error.0);
        }
    }

    #[test]
    fn what_lies_before_an_entry_is_read_backwards_unless_an_order_says_otherwise() {
        let order = |pairs: &[(&str, &str)]| parse(pairs, HISTORY).unwrap().order;
        assert_eq!(order(&[("before", "5-0")]), Order::Descending);
        assert_eq!(order(&[("until", "5")]), Order::Ascending);
        for pairs in [
            [("order", "asc"), ("before", "5-0")],
            [("before", "5-0"), ("order", "asc")],
        ] {
            assert_eq!(order(&pairs), Order::Ascending);
        }
    }

    #[test]
    fn statuses_of_runs_are_known_words() {
        let pairs = |value: &str| vec![("status".to_owned(), value.to_owned())];
        assert_eq!(statuses(pairs("failed")).unwrap(), ["failed"]);
        let error = statuses(pairs("done")).unwrap_err().0;
        assert!(error.contains("status: expected one of running, lost, ok"), "{error}");
        assert!(statuses(vec![("state".to_owned(), "ok".to_owned())]).is_err());
    }
}

//! What a client asks for in its query. Owns the parameters' names and forms, the same on every route.

use std::str::FromStr;

use event_core::log::Cursor;

use crate::feed::Start;
use crate::filter::Filter;

/// The parameters of `/events`.
pub(crate) const LIVE: &[&str] = &[
    "after", "tail", "since", "framed", "credit", "type", "run", "node", "outcome",
];
/// The parameters of `/api/events`.
pub(crate) const HISTORY: &[&str] = &["after", "tail", "since", "limit", "type", "run", "node", "outcome"];

/// How far back `tail` goes.
const MAX_TAIL: usize = 1_000_000;

/// The least window that leaves room for an event while another is on its way.
const MIN_CREDIT_BYTES: usize = 64 * 1024;
const CREDIT: &str = "a number of bytes, 65536 at least";

/// A query, understood.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) start: Option<Start>,
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
        for (name, value) in pairs {
            if !known.contains(&name.as_str()) {
                return Err(Misunderstood(format!(
                    "{name}: not a parameter of this route; it has {}",
                    known.join(", ")
                )));
            }
            query.take(&name, value)?;
        }
        if query.credit.is_some() && !query.is_framed {
            return Err(Misunderstood(
                "credit: only with framed=1, since plain frames have no cursor to acknowledge".to_owned(),
            ));
        }
        Ok(query)
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
            "since" => {
                let unix_ms = number(name, &value, "a unix time in milliseconds, such as 1795000000000")?;
                self.start_with(Start::Since(unix_ms))?;
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
                let limit = number(name, &value, "a number of events from 1 to 10000")?;
                if limit == 0 {
                    return Err(misunderstood(name, "a number of events from 1 to 10000", &value));
                }
                self.limit = Some(limit);
            }
            "type" => self.filter.types.push(value),
            "run" => self.filter.runs.push(value),
            "node" => self.filter.nodes.push(value),
            // All names that a route knows are above.
            _ => self.filter.outcomes.push(value),
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
        assert!(parse(&[("limit", "0")], HISTORY).is_err());
    }
}

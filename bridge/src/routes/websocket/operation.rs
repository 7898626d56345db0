//! What a framed client asks for over the open socket: one JSON object in one text frame. Owns the form of these
//! operations; what they do is the session's business. A wrong one is answered with what was expected, and changes
//! nothing.

use event_core::log::Cursor;
use serde_json::{Map, Value};

use crate::feed::Start;
use crate::filter::Filter;
use crate::query::{Misunderstood, Query};

const FILTER: &[&str] = &["type", "run", "node", "outcome"];
const SEEK: &[&str] = &["after", "tail", "since"];
const EXPECTED: &str = "filter, seek, pause, resume or ack";

/// See the module's description.
#[derive(Debug)]
pub(super) enum Operation {
    /// From now on only what passes.
    Filter(Filter),
    /// From now on what comes after another place.
    Seek(Start),
    /// No events until `Resume`.
    Pause,
    Resume,
    /// The client has done with everything up to here.
    Acknowledge(Cursor),
}

/// An operation that is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// What it wanted to be.
    pub(super) op: Option<String>,
    /// What was expected.
    pub(super) why: String,
}

impl Operation {
    pub(super) fn parse(text: &str) -> Result<Self, Refused> {
        let refused = |why: String| Refused { op: None, why };
        let value: Value = serde_json::from_str(text).map_err(|error| {
            refused(format!(
                "expected one JSON object such as {{\"op\":\"pause\"}}, got no JSON: {error}"
            ))
        })?;
        let Value::Object(mut fields) = value else {
            return Err(refused(
                "expected one JSON object such as {\"op\":\"pause\"}, got other JSON".to_owned(),
            ));
        };
        let Some(Value::String(op)) = fields.remove("op") else {
            return Err(refused(format!("op: expected {EXPECTED}, as a string")));
        };
        Self::read(&op, &fields).map_err(|Misunderstood(why)| Refused { op: Some(op), why })
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Filter(_) => "filter",
            Self::Seek(_) => "seek",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Acknowledge(_) => "ack",
        }
    }

    fn read(op: &str, fields: &Map<String, Value>) -> Result<Self, Misunderstood> {
        match op {
            "filter" => Ok(Self::Filter(query(fields, FILTER)?.filter)),
            "seek" => {
                let start = query(fields, SEEK)?.start;
                let missing = || Misunderstood("seek: expected one of after, tail, since".to_owned());
                Ok(Self::Seek(start.ok_or_else(missing)?))
            }
            "pause" => query(fields, &[]).map(|_| Self::Pause),
            "resume" => query(fields, &[]).map(|_| Self::Resume),
            "ack" => {
                only(fields, &["cursor"])?;
                let Some(Value::String(cursor)) = fields.get("cursor") else {
                    return Err(Misunderstood(
                        "cursor: expected that of the last line you have done with, as a string".to_owned(),
                    ));
                };
                let cursor = cursor.parse();
                Ok(Self::Acknowledge(
                    cursor.map_err(|error| Misunderstood(format!("cursor: {error}")))?,
                ))
            }
            _ => Err(Misunderstood(format!("op: expected {EXPECTED}, got {op:?}"))),
        }
    }
}

/// The fields as what they would mean in the query of a new connection.
fn query(fields: &Map<String, Value>, known: &[&str]) -> Result<Query, Misunderstood> {
    only(fields, known)?;
    let mut pairs = Vec::new();
    for (name, value) in fields {
        match value {
            Value::Array(values) => {
                for value in values {
                    pairs.push((name.clone(), word(name, value)?));
                }
            }
            value => pairs.push((name.clone(), word(name, value)?)),
        }
    }
    Query::parse(pairs, known)
}

fn word(name: &str, value: &Value) -> Result<String, Misunderstood> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ if FILTER.contains(&name) => Err(Misunderstood(format!("{name}: expected a string, or an array of them"))),
        _ => Err(Misunderstood(format!("{name}: expected a string or a number"))),
    }
}

fn only(fields: &Map<String, Value>, known: &[&str]) -> Result<(), Misunderstood> {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) if known.is_empty() => Err(Misunderstood(format!("{name}: expected nothing but op"))),
        Some(name) => Err(Misunderstood(format!("{name}: expected {}", known.join(", ")))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Refused {
        Operation::parse(text).unwrap_err()
    }

    #[test]
    fn each_operation_is_understood() {
        let filter = Operation::parse(r#"{"op":"filter","type":["a","b"],"outcome":"ok"}"#).unwrap();
        let Operation::Filter(filter) = filter else { panic!() };
        assert_eq!(
            (filter.types, filter.outcomes),
            (vec!["a".into(), "b".into()], vec!["ok".into()])
        );
        let Operation::Filter(open) = Operation::parse(r#"{"op":"filter"}"#).unwrap() else {
            panic!()
        };
        assert!(open.is_open());
        for (text, expected) in [
            (r#"{"op":"seek","tail":100}"#, "Seek(Last(100))"),
            (r#"{"op":"seek","since":"17"}"#, "Seek(Since(17))"),
            (r#"{"op":"pause"}"#, "Pause"),
            (r#"{"op":"resume"}"#, "Resume"),
        ] {
            assert_eq!(format!("{:?}", Operation::parse(text).unwrap()), expected);
        }
        let ack = Operation::parse(r#"{"op":"ack","cursor":"5-1@7"}"#).unwrap();
        assert!(matches!(ack, Operation::Acknowledge(Cursor { ordinal: Some(7), .. })));
        let seek = Operation::parse(r#"{"op":"seek","after":"0"}"#).unwrap();
        assert!(matches!(
            seek,
            Operation::Seek(Start::After(Cursor { ordinal: Some(0), .. }))
        ));
    }

    #[test]
    fn what_is_no_operation_is_told_what_was_expected() {
        for (text, op, expected) in [
            ("hello", None, "expected one JSON object"),
            ("[]", None, "got other JSON"),
            ("{}", None, "op: expected filter, seek"),
            (r#"{"op":"stop"}"#, Some("stop"), "got \"stop\""),
            (
                r#"{"op":"pause","for":5}"#,
                Some("pause"),
                "for: expected nothing but op",
            ),
            (
                r#"{"op":"filter","types":["a"]}"#,
                Some("filter"),
                "types: expected type, run, node, outcome",
            ),
            (
                r#"{"op":"filter","type":{}}"#,
                Some("filter"),
                "type: expected a string, or an array",
            ),
            (r#"{"op":"seek"}"#, Some("seek"), "one of after, tail, since"),
            (
                r#"{"op":"seek","after":"0","tail":1}"#,
                Some("seek"),
                "only one of them",
            ),
            (
                r#"{"op":"seek","tail":-1}"#,
                Some("seek"),
                "tail: expected a number of events",
            ),
            (
                r#"{"op":"seek","after":null}"#,
                Some("seek"),
                "after: expected a string or a number",
            ),
            (r#"{"op":"ack"}"#, Some("ack"), "cursor: expected that of the last line"),
            (r#"{"op":"ack","cursor":"$"}"#, Some("ack"), "cursor: not a cursor"),
        ] {
            let refused = refused(text);
            assert_eq!(refused.op.as_deref(), op, "{text}");
            assert!(refused.why.contains(expected), "{text}: {}", refused.why);
        }
    }
}

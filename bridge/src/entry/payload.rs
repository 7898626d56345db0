//! What is in an event, as far as the bridge looks: a few fields, each of whatever JSON type its producer chose. Owns
//! their names, the guide's other words for them, and what they say of success.

use std::borrow::Cow;
use std::fmt;

use event_core::catalog::ALIASES;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::text;

/// The fields that the bridge knows.
macro_rules! fields {
    ($($field:ident = $name:literal,)*) => {
        #[derive(Clone, Copy)]
        pub(super) enum Field {
            $($field,)*
        }

        impl Field {
            const COUNT: usize = [$($name),*].len();

            #[cfg(test)]
            pub(super) const NAMES: [&str; Self::COUNT] = [$($name),*];

            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$field),)*
                    _ => None,
                }
            }
        }
    };
}

fields! {
    Run = "run_id",
    Span = "span_id",
    Parent = "parent_id",
    Node = "node_id",
    // The guide's other word for `node_id`.
    OtherNode = "node",
    Outcome = "outcome",
    Function = "function",
    Name = "name",
    Question = "question",
    Duration = "duration",
    Cost = "cost_estimate",
    TokenUsage = "token_usage",
    // The guide's other word for `token_usage.total_tokens`.
    Tokens = "tokens",
    Producer = "producer_id",
    Success = "success",
    // The guide's other way to tell a tool's `success`.
    State = "state",
    Error = "error",
    ErrorChain = "error_chain",
    // The guide's other word for `error`.
    Exception = "exception",
}

/// The known fields of a payload, as they are written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Payload<'a>([Option<&'a str>; Field::COUNT]);

/// A payload that is an object; nothing else is.
impl<'de> Deserialize<'de> for Payload<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PayloadVisitor)
    }
}

struct PayloadVisitor;

impl<'de> Visitor<'de> for PayloadVisitor {
    type Value = Payload<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Payload<'de>, A::Error> {
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

        let mut payload = Payload::default();
        while let Some(Name(name)) = map.next_key()? {
            let Some(field) = Field::named(&name) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = map.next_value::<&RawValue>()?.get();
            let is_first = payload.set(field, value).is_some();
            if !is_first {
                return Err(Error::custom(format_args!("duplicate field `{name}`")));
            }
        }
        Ok(payload)
    }
}

#[derive(Deserialize)]
struct TokenUsage<'a> {
    #[serde(borrow)]
    total_tokens: Option<&'a RawValue>,
}

impl<'a> Payload<'a> {
    /// None if it is set already.
    pub(super) fn set(&mut self, field: Field, value: &'a str) -> Option<()> {
        match self.0[field as usize].replace(value) {
            None => Some(()),
            Some(_) => None,
        }
    }

    fn raw(&self, field: Field) -> Option<&'a str> {
        self.0[field as usize].filter(|value| *value != "null")
    }

    fn text(&self, field: Field) -> Option<Cow<'a, str>> {
        text(self.raw(field))
    }

    pub(crate) fn run(&self) -> Option<Cow<'a, str>> {
        self.text(Field::Run)
    }

    pub(crate) fn span(&self) -> Option<Cow<'a, str>> {
        self.text(Field::Span)
    }

    pub(crate) fn parent(&self) -> Option<Cow<'a, str>> {
        self.text(Field::Parent)
    }

    pub(crate) fn outcome(&self) -> Option<Cow<'a, str>> {
        self.text(Field::Outcome)
    }

    pub(crate) fn function(&self) -> Option<Cow<'a, str>> {
        self.text(Field::Function)
    }

    pub(crate) fn name(&self) -> Option<Cow<'a, str>> {
        self.text(Field::Name)
    }

    pub(crate) fn question(&self) -> Option<Cow<'a, str>> {
        self.text(Field::Question)
    }

    /// Seconds.
    pub(crate) fn duration(&self) -> Option<f64> {
        number(self.raw(Field::Duration))
    }

    /// US dollars.
    pub(crate) fn cost(&self) -> Option<f64> {
        number(self.raw(Field::Cost))
    }

    /// Of a completed call of a model.
    pub(crate) fn tokens(&self) -> Option<f64> {
        let usage = self.raw(Field::TokenUsage);
        let usage = usage.and_then(|usage| serde_json::from_str::<TokenUsage<'a>>(usage).ok());
        let total = usage.and_then(|usage| usage.total_tokens).map(RawValue::get);
        number(total).or_else(|| number(self.raw(Field::Tokens)))
    }

    /// The process it comes from, if it says so.
    pub(crate) fn producer(&self) -> Option<Cow<'a, str>> {
        self.text(Field::Producer)
    }

    pub(crate) fn node(&self, kind: &str) -> Option<Cow<'a, str>> {
        self.text(Field::Node).or_else(|| {
            self.text(Field::OtherNode)
                .filter(|_| is_alias(kind, "node", "node_id"))
        })
    }

    pub(super) fn error(&self, kind: &str) -> Option<&'a str> {
        let exception = || {
            self.raw(Field::Exception)
                .filter(|_| is_alias(kind, "exception", "error"))
        };
        self.raw(Field::Error).or_else(exception)
    }

    pub(super) fn error_chain(&self) -> Vec<Cow<'a, str>> {
        let chain = self.raw(Field::ErrorChain);
        chain
            .and_then(|chain| serde_json::from_str(chain).ok())
            .unwrap_or_default()
    }

    pub(super) fn is_of_a_call(&self) -> bool {
        self.raw(Field::Span).is_some()
    }

    /// A call that ended failed: with an outcome that says so, or by value, as tools do that return in good order and
    /// say in `success` or `error` that it was for nothing. Outside of spans the values alone are enough.
    pub(super) fn is_failure(&self, kind: &str) -> bool {
        match self.outcome().as_deref() {
            Some("error" | "panicked" | "failed") => true,
            Some("ok" | "returned") => self.says_failure(kind),
            None if !self.is_of_a_call() => self.says_failure(kind),
            _ => false,
        }
    }

    pub(super) fn says_failure(&self, kind: &str) -> bool {
        let is_success = match self.raw(Field::Success) {
            Some(success) => success != "false",
            None if kind == "tool_returned" => self
                .text(Field::State)
                .is_none_or(|state| state.eq_ignore_ascii_case("success")),
            None => true,
        };
        !is_success || text(self.error(kind)).is_some_and(|error| !error.is_empty())
    }
}

/// The catalogue's table says under which other names a field may come, and in which events.
pub(super) fn is_alias(kind: &str, alias: &str, canonical: &str) -> bool {
    let mut known = ALIASES
        .iter()
        .filter(|known| known.alias == alias && known.canonical == canonical);
    known.any(|known| known.types.contains(&kind))
}

fn number(raw: Option<&str>) -> Option<f64> {
    raw?.parse().ok()
}

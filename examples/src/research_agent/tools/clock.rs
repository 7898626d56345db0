//! The tool `clock`. It is stopped at a date, so that a report that reckons with today can be repeated.

use serde_json::Value;

use super::{ActionReturn, Tool, ToolFuture};

/// A clock that always shows the same date.
pub struct Clock {
    date: String,
}

impl Clock {
    /// A clock that shows `date`, as `YYYY-MM-DD`.
    pub fn stopped_at(date: impl Into<String>) -> Self {
        Self { date: date.into() }
    }
}

impl Tool for Clock {
    fn name(&self) -> &'static str {
        "clock"
    }

    fn run<'a>(&'a self, api: &'a str, _args: &'a Value) -> ToolFuture<'a> {
        Box::pin(async move {
            match api {
                "today" => ActionReturn::success(Value::from(self.date.as_str()), &self.date),
                _ => ActionReturn::unknown_api(self.name(), api),
            }
        })
    }
}

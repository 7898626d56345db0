//! Tools and the executor that calls them. A tool's failure is a value, never an error of the agent: whoever called
//! decides what it is worth. The executor knows no tool by name.

mod browser;
mod calculator;
mod clock;
mod faulty;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

use event_core::{ToolInvoked, ToolReturned, emits};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use self::browser::Browser;
pub use self::calculator::Calculator;
pub use self::clock::Clock;
pub use self::faulty::Faulty;
use super::summary_of;

/// What [`Tool::run`] returns.
pub type ToolFuture<'a> = Pin<Box<dyn Future<Output = ActionReturn> + Send + 'a>>;

/// Something an agent can have done, under one or more names of an API.
pub trait Tool: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Calls one of its APIs.
    fn run<'a>(&'a self, api: &'a str, args: &'a Value) -> ToolFuture<'a>;
}

/// How a call of a tool ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionState {
    /// It has a result.
    Success,
    /// What it wanted to load did not load.
    HttpError,
    /// The arguments are not what the API takes.
    ArgsError,
    /// The tool has no such API, or the API failed.
    ApiError,
    /// There is no such tool.
    InvalidAction,
}

impl ActionState {
    /// Whether there is a result.
    pub fn is_success(self) -> bool {
        self == Self::Success
    }

    /// The name events use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::HttpError => "HTTP_ERROR",
            Self::ArgsError => "ARGS_ERROR",
            Self::ApiError => "API_ERROR",
            Self::InvalidAction => "INVALID_ACTION",
        }
    }
}

/// What a tool gave back.
#[derive(Clone, Debug)]
pub struct ActionReturn {
    /// How it ended.
    pub state: ActionState,
    /// The result; null unless it succeeded.
    pub result: Value,
    /// What went wrong, unless it succeeded.
    pub error: Option<String>,
    /// The result in a few words.
    pub summary: String,
}

impl ActionReturn {
    /// A result.
    pub fn success(result: Value, summary: impl Into<String>) -> Self {
        Self {
            state: ActionState::Success,
            result,
            error: None,
            summary: summary.into(),
        }
    }

    /// A failure.
    pub fn failure(state: ActionState, error: impl Into<String>) -> Self {
        Self {
            state,
            result: Value::Null,
            error: Some(error.into()),
            summary: String::new(),
        }
    }

    /// The failure of a tool that has no API of that name.
    pub fn unknown_api(tool: &str, api: &str) -> Self {
        Self::failure(ActionState::ApiError, format!("{tool} has no API {api:?}"))
    }
}

/// Arguments as the type an API takes, or the failure to return.
fn read_args<T: DeserializeOwned>(args: &Value) -> Result<T, ActionReturn> {
    T::deserialize(args).map_err(|error| ActionReturn::failure(ActionState::ArgsError, format!("arguments: {error}")))
}

/// A call to be made: `tool.api` and its arguments.
#[derive(Clone, Debug)]
pub struct ToolCall {
    name: String,
    args: Value,
}

impl ToolCall {
    /// A call of `name`, which is `tool.api`, or `tool` for its API `run`.
    pub fn new(name: impl Into<String>, args: Value) -> Self {
        Self {
            name: name.into(),
            args,
        }
    }

    /// The whole name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tool's part of the name.
    pub fn tool(&self) -> &str {
        self.name.split_once('.').map_or(&self.name, |(tool, _)| tool)
    }

    /// The API's part of the name.
    pub fn api(&self) -> &str {
        self.name.split_once('.').map_or("run", |(_, api)| api)
    }

    /// The arguments as JSON.
    pub fn args(&self) -> String {
        self.args.to_string()
    }

    /// A hash of the arguments: equal calls have equal hashes.
    pub fn args_hash(&self) -> String {
        event_core::hash(self.args())
    }
}

/// The tools of a run, and the one way to call them.
pub struct Executor {
    tools: BTreeMap<&'static str, Box<dyn Tool>>,
    calls: AtomicU64,
}

impl Executor {
    /// An executor of these tools.
    pub fn new(tools: Vec<Box<dyn Tool>>) -> Self {
        let tools = tools.into_iter().map(|tool| (tool.name(), tool)).collect();
        Self {
            tools,
            calls: AtomicU64::new(0),
        }
    }

    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Seam 4: calls a tool. A tool that does not exist is one that failed.
    #[emits(
        ToolInvoked {
            tool_name: call.tool(),
            api_name: call.api(),
            args_hash: &call.args_hash(),
            args_preview: Some(summary_of(&call.args())),
        },
        |returned| ToolReturned {
            success: returned.state.is_success(),
            state: Some(returned.state.name()),
            result_summary: Some(summary_of(&returned.summary)),
            truncated: Some(summary_of(&returned.summary).len() < returned.summary.len()),
            error: returned.error.as_deref(),
        }
    )]
    pub async fn call(&self, call: &ToolCall) -> ActionReturn {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let Some(tool) = self.tools.get(call.tool()) else {
            let known: Vec<_> = self.tools.keys().copied().collect();
            let error = format!("there is no tool {:?}, only {}", call.tool(), known.join(", "));
            return ActionReturn::failure(ActionState::InvalidAction, error);
        };
        tool.run(call.api(), &call.args).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn state_of(name: &str, args: Value) -> ActionState {
        let executor = Executor::new(vec![Box::new(Calculator), Box::new(Clock::stopped_at("2025-06-30"))]);
        let returned = executor.call(&ToolCall::new(name, args)).await;
        assert_eq!(returned.error.is_none(), returned.state.is_success());
        returned.state
    }

    #[tokio::test]
    async fn whatever_goes_wrong_in_a_tool_is_a_value() {
        assert_eq!(
            state_of("calculator", json!({"expression": "1+1"})).await,
            ActionState::Success
        );
        assert_eq!(state_of("clock.today", json!({})).await, ActionState::Success);
        assert_eq!(
            state_of("calculator.run", json!({"expression": "1/0"})).await,
            ActionState::ApiError
        );
        assert_eq!(
            state_of("calculator.run", json!({"sum": "1"})).await,
            ActionState::ArgsError
        );
        assert_eq!(state_of("calculator.plot", json!({})).await, ActionState::ApiError);
        assert_eq!(state_of("oracle.ask", json!({})).await, ActionState::InvalidAction);
    }
}

//! Lets a tool fail now and then, on purpose.

use serde_json::Value;

use super::{ActionReturn, ActionState, Tool, ToolFuture};
use crate::research_agent::chance::Faults;

/// A tool that fails for some arguments.
pub struct Faulty<T> {
    tool: T,
    faults: Faults,
}

impl<T: Tool> Faulty<T> {
    /// Around `tool`.
    pub fn new(tool: T, faults: Faults) -> Self {
        Self { tool, faults }
    }
}

impl<T: Tool> Tool for Faulty<T> {
    fn name(&self) -> &'static str {
        self.tool.name()
    }

    fn run<'a>(&'a self, api: &'a str, args: &'a Value) -> ToolFuture<'a> {
        match self.faults.strikes("tool", &format!("{}.{api} {args}", self.name())) {
            None => self.tool.run(api, args),
            Some(_) => Box::pin(async {
                ActionReturn::failure(ActionState::ApiError, format!("{} is out of order", self.name()))
            }),
        }
    }
}

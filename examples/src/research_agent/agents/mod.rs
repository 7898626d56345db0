//! The agents: who plans, searches, thinks and writes. Each builds prompts, reads answers, and calls tools through the
//! executor. None of them changes the tree or the memory; what they found goes back to the engine as a value.

mod planner;
mod searcher;
mod thinker;
mod writer;

use std::future::Future;
use std::sync::Arc;

use super::corpus::Corpus;
use super::llm::{Llm, LlmError};
use super::memory::{Finding, Source, View};
use super::plan::{Plan, TaskType};
use super::tools::Executor;

/// What the engine needs done. A trait, so that an engine can be run with other agents than ours.
pub trait Team: Send + Sync {
    /// Divides a node's task, or finds that it needs no division.
    fn plan(&self, view: View<'_>) -> impl Future<Output = Result<Plan, AgentError>> + Send;

    /// Does the work of a node that is not divided.
    fn execute(&self, view: View<'_>) -> impl Future<Output = Result<Work, AgentError>> + Send;
}

/// What a worker gives back.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// The result. It cites [`Work::sources`] by their place there, if there are any, else by the run's numbers.
    pub text: String,
    /// Pages that are used for the first time.
    pub sources: Vec<Source>,
    /// The text belongs into the report.
    pub is_report_text: bool,
}

/// Why an agent gave up.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// A model gave no usable answer.
    #[error(transparent)]
    Llm(#[from] LlmError),
    /// A search found nothing that helps.
    #[error("no page in the corpus answers {goal:?}; ask a wider question or add articles with --corpus")]
    NothingFound {
        /// What was searched for.
        goal: String,
    },
    /// A tool answered in a form its caller does not know.
    #[error("tool {tool} answered in an unknown form: {reason}")]
    Tool {
        /// The tool.
        tool: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// The agents of the research run.
pub struct Researchers {
    llm: Arc<Llm>,
    tools: Executor,
    corpus: Arc<Corpus>,
}

impl Researchers {
    /// Agents that ask `llm`, use `tools` and know what `corpus` has.
    pub fn new(llm: Arc<Llm>, tools: Executor, corpus: Arc<Corpus>) -> Self {
        Self { llm, tools, corpus }
    }

    /// The tools, for their totals.
    pub fn tools(&self) -> &Executor {
        &self.tools
    }
}

impl Team for Researchers {
    async fn plan(&self, view: View<'_>) -> Result<Plan, AgentError> {
        self.plan_task(view).await
    }

    async fn execute(&self, view: View<'_>) -> Result<Work, AgentError> {
        match view.node().task {
            TaskType::Search => self.search(view).await,
            TaskType::Think => self.think(view).await,
            TaskType::Write => self.write(view).await,
        }
    }
}

/// Findings as a section of a prompt: a heading for each goal, then its lines.
fn material(findings: &[Finding<'_>]) -> String {
    let parts: Vec<String> = findings
        .iter()
        .map(|finding| format!("# {}\n{}", finding.goal, finding.text.trim()))
        .collect();
    parts.join("\n\n")
}

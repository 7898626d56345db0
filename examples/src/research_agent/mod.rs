//! A recursive research agent, written to be watched.
//!
//! It answers a question with a report: plans the work as a tree of tasks, searches, thinks and writes, and divides what
//! is too large for one worker again. The way of working is that of `WriteHERE`; nothing of its code is used.
//!
//! ```text
//! question ──► engine ──► team ──► llm ──► model (offline, or any ChatModel)
//!                │          └────► tools ──► search ──► corpus
//!                └──► tree, memory ──► report
//! ```
//!
//! Five seams publish events: [`Engine`] its steps, a node every change of its status, [`Llm`] every call of a model,
//! [`tools::Executor`] every call of a tool, [`search::Search`] every round. Each is one attribute on one function. What
//! the agent does is the same with and without them.

mod agents;
mod chance;
mod citation;
mod corpus;
mod engine;
mod llm;
mod memory;
pub mod model;
mod node;
mod offline;
mod pace;
mod plan;
mod prompt;
mod report;
pub mod search;
mod status;
mod text;
pub mod tools;
mod tree;

use std::sync::Arc;

use event_core::{RunFinished, RunStarted, TokenUsage, emits};
use serde_json::{Value, json};

pub use self::agents::{AgentError, Researchers, Team, Work};
pub use self::chance::Faults;
pub use self::corpus::{Article, Corpus, CorpusError};
pub use self::engine::{Engine, EngineError, StepReport};
pub use self::llm::{Answer, Llm, LlmError, Reply};
pub use self::memory::{Finding, Memory, Source, View};
pub use self::node::{Node, NodeIndex};
pub use self::offline::OfflineModel;
pub use self::pace::Pace;
pub use self::plan::{Plan, PlanError, Task, TaskType};
pub use self::prompt::Prompt;
pub use self::report::Report;
pub use self::status::{Action, Cause, NodeKind, Status, transitions};
pub use self::tree::Tree;

use self::model::{ChatModel, Price};
use self::search::Search;
use self::tools::{Browser, Calculator, Clock, Executor, Faulty};

/// How much of a result a summary shows, in bytes.
const SUMMARY_BYTES: usize = 160;

/// What is to be researched, and how.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The question.
    pub question: String,
    /// How long the report is to become, about.
    pub words: u32,
    /// Where the ids of nodes and the variation of waiting times come from.
    pub seed: u64,
    /// How fast the offline parts pretend to be; see [`Pace::new`].
    pub speed: f64,
    /// How many nodes are worked on at once, if so many are due. The report is the same.
    pub parallel: usize,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// What tokens cost, if that is known.
    pub price: Option<Price>,
}

impl Assignment {
    /// How the run is set up, for who watches it.
    fn config(&self, model: &str) -> Value {
        json!({
            "model": model,
            "words": self.words,
            "seed": self.seed,
            "speed": self.speed,
            "parallel": self.parallel,
            "faults": self.faults.share(),
            "priced_as": self.price.as_ref().map(|price| &price.model),
        })
    }
}

/// What a run used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Totals {
    /// Steps of the engine.
    pub steps: u64,
    /// Nodes of the tree.
    pub nodes: u64,
    /// Calls of a model.
    pub llm_calls: u64,
    /// Calls of tools.
    pub tool_calls: u64,
    /// Tokens of all calls of a model.
    pub token_usage: TokenUsage,
    /// The tokens of some calls were estimated, not counted.
    pub is_estimated: bool,
    /// What they cost, in US dollars, if a price is known.
    pub cost: Option<f64>,
}

/// Researches a question with a model over a corpus. The whole run is one span.
#[emits(
    RunStarted {
        name: "research-agent",
        question: Some(&assignment.question),
        config: Some(assignment.config(model.name())),
        ..Default::default()
    },
    |report| RunFinished {
        total_steps: Some(report.totals.steps),
        total_nodes: Some(report.totals.nodes),
        total_llm_calls: Some(report.totals.llm_calls),
        total_tool_calls: Some(report.totals.tool_calls),
        total_cost: report.totals.cost,
        token_usage: Some(report.totals.token_usage),
    }
)]
pub async fn research(
    assignment: &Assignment,
    model: Arc<dyn ChatModel>,
    corpus: Arc<Corpus>,
    on_step: impl FnMut(&StepReport<'_>) + Send,
) -> Result<Report, EngineError> {
    let pace = Pace::new(assignment.speed, assignment.seed);
    let llm = Arc::new(Llm::new(model, assignment.price.clone()));
    let faults = assignment.faults;
    let search = Arc::new(Search::new(Arc::clone(&corpus), Arc::clone(&llm), pace, faults));
    let tools = Executor::new(vec![
        Box::new(Browser::new(search)),
        Box::new(Faulty::new(Calculator, faults)),
        Box::new(Clock::stopped_at(corpus.newest())),
    ]);
    let tree = Tree::new(&assignment.question, assignment.words, assignment.seed);
    let team = Researchers::new(Arc::clone(&llm), tools, corpus);
    let mut engine = Engine::new(tree, team, pace).parallel(assignment.parallel);
    let steps = engine.run(on_step).await?;
    let totals = Totals {
        steps,
        nodes: u64::try_from(engine.tree().nodes().len()).unwrap_or(u64::MAX),
        llm_calls: llm.calls(),
        tool_calls: engine.team().tools().calls(),
        token_usage: llm.usage(),
        is_estimated: llm.is_estimated(),
        cost: llm.cost(),
    };
    Ok(Report::new(assignment, engine.tree(), engine.memory(), totals))
}

/// The beginning of a text, for events and the terminal.
fn summary_of(text: &str) -> &str {
    event_core::truncate(text, SUMMARY_BYTES)
}

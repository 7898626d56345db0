//! The engine: takes the node that is due, has its action done, commits what came of it, examines the tree, and again.
//!
//! A step has two phases. The action only looks (`&self`) and may take its time; the commit changes the tree and the
//! memory at once, in the order of the steps. So what is written never depends on how long anything took.
//!
//! When an action fails, its node has failed and the run goes on: nodes that depended on it go on without it, a plan of
//! which nothing is left has failed too, and a run whose root failed ends with an error.

use event_core::{StepFinished, StepStarted, emits};

use super::agents::{AgentError, Team, Work};
use super::memory::{Memory, View};
use super::node::{Node, NodeIndex};
use super::pace::Pace;
use super::plan::{Plan, TaskType};
use super::status::{Action, Cause, Status};
use super::summary_of;
use super::tree::Tree;

/// No run takes more steps: a planner that never comes to an end is stopped here.
const MAX_STEPS: u64 = 3000;

/// What an action came to, before it is committed.
enum Outcome {
    /// Nothing that is kept.
    Noted,
    /// A plan for the node.
    Planned(Plan),
    /// A worker's result.
    Done(Work),
    /// The results of the node's plan, put together.
    Gathered(String),
}

/// What a step did, for whoever watches the terminal.
pub struct StepReport<'a> {
    /// Its number, from 0.
    pub step: u64,
    /// The node's number in the plan.
    pub nid: &'a str,
    /// The node's goal.
    pub goal: &'a str,
    /// How deep the node is.
    pub layer: u32,
    /// What was done.
    pub action: Action,
    /// What came of it, in a few words, if anything is kept of it.
    pub outcome: Result<Option<&'a str>, &'a AgentError>,
}

/// What a committed step has to say.
pub(super) struct Committed {
    /// The beginning of its result; none if the step only kept the books.
    summary: Option<String>,
    is_truncated: bool,
}

impl Committed {
    fn with(result: &str) -> Self {
        let summary = summary_of(result);
        Self {
            summary: Some(summary.to_owned()),
            is_truncated: summary.len() < result.len(),
        }
    }
}

/// Why a run did not reach its end.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The bound on steps was reached.
    #[error("the run was stopped after {MAX_STEPS} steps: its plan does not come to an end")]
    OutOfSteps,
    /// Nothing of the root's plan was left.
    #[error("no part of the plan succeeded; the last failure was: {last}")]
    Failed {
        /// The last failure of a node.
        last: String,
    },
    /// Nodes wait for something that will not happen.
    #[error("the run stopped at step {step} with the root still {status}", status = status.name())]
    Stuck {
        /// The step that could not be taken.
        step: u64,
        /// Where the root was.
        status: Status,
    },
}

/// A run in progress.
pub struct Engine<T> {
    tree: Tree,
    memory: Memory,
    team: T,
    pace: Pace,
}

impl<T: Team> Engine<T> {
    /// A run of `team` over a new tree.
    pub fn new(tree: Tree, team: T, pace: Pace) -> Self {
        Self {
            tree,
            memory: Memory::default(),
            team,
            pace,
        }
    }

    /// The nodes.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What the run knows.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The agents.
    pub fn team(&self) -> &T {
        &self.team
    }

    /// Takes steps until no action is due; returns how many there were.
    pub async fn run(&mut self, mut on_step: impl FnMut(&StepReport<'_>) + Send) -> Result<u64, EngineError> {
        let mut last_failure = None;
        self.tree.start();
        for step in 0..MAX_STEPS {
            let Some((index, action)) = self.due() else {
                return self.end(step, last_failure);
            };
            if action.is_bookkeeping() {
                self.pace.bookkeeping().await;
            }
            let result = self.run_step(step, index, action).await;
            self.tree.exam();
            on_step(&self.report(step, index, action, &result));
            last_failure = result.err().or(last_failure);
        }
        Err(EngineError::OutOfSteps)
    }

    fn due(&self) -> Option<(NodeIndex, Action)> {
        let index = self.tree.due()?;
        Some((index, self.tree[index].due_action()?))
    }

    fn end(&self, step: u64, last_failure: Option<AgentError>) -> Result<u64, EngineError> {
        match self.tree[self.tree.root()].status() {
            Status::Finish => Ok(step),
            Status::Failed => Err(EngineError::Failed {
                last: last_failure.map(|error| error.to_string()).unwrap_or_default(),
            }),
            status => Err(EngineError::Stuck { step, status }),
        }
    }

    fn report<'a>(
        &'a self,
        step: u64,
        index: NodeIndex,
        action: Action,
        result: &'a Result<Committed, AgentError>,
    ) -> StepReport<'a> {
        let node = &self.tree[index];
        let outcome = result.as_ref().map(|committed| committed.summary.as_deref());
        StepReport {
            step,
            nid: &node.nid,
            goal: &node.goal,
            layer: node.layer,
            action,
            outcome,
        }
    }

    /// Seam 1: one action on one node, chosen before, and its commit.
    #[emits(
        StepStarted {
            step,
            node_id: &self.tree[index].id,
            root_id: &self.tree[self.tree.root()].id,
            action_name: Some(action.name()),
            goal: Some(&self.tree[index].goal),
            layer: Some(self.tree[index].layer),
        },
        |committed| StepFinished {
            result_summary: committed.summary.as_deref(),
            truncated: Some(committed.is_truncated),
        }
    )]
    async fn run_step(&mut self, step: u64, index: NodeIndex, action: Action) -> Result<Committed, AgentError> {
        match self.act(index, action).await {
            Ok(outcome) => Ok(self.commit(index, action, outcome)),
            Err(error) => {
                self.tree[index].set_status(Status::Failed, Cause::Failure(action));
                Err(error)
            }
        }
    }

    /// The first phase: looks, asks, waits, and changes nothing.
    async fn act(&self, index: NodeIndex, action: Action) -> Result<Outcome, AgentError> {
        let view = View::new(&self.tree, &self.memory, index);
        Ok(match action {
            Action::Plan => Outcome::Planned(self.team.plan(view).await?),
            Action::Execute => Outcome::Done(self.team.execute(view).await?),
            Action::FinalAggregate => Outcome::Gathered(self.gather(index)),
            Action::Update | Action::PriorReflect | Action::PlanningPostReflect | Action::ExecutePostReflect => {
                Outcome::Noted
            }
        })
    }

    /// The results of a node's plan, in order; that of a single worker is its own. A text is made of the texts in its
    /// plan: searches and thoughts were there to feed them.
    fn gather(&self, index: NodeIndex) -> String {
        let node = &self.tree[index];
        let results: Vec<&str> = node
            .inner
            .iter()
            .map(|inner| &self.tree[*inner])
            .filter(|inner| node.task != TaskType::Write || inner.task == TaskType::Write)
            .map(Node::result)
            .filter(|text| !text.is_empty())
            .collect();
        results.join("\n\n")
    }

    /// The second phase: changes tree and memory, and waits for nothing.
    fn commit(&mut self, index: NodeIndex, action: Action, outcome: Outcome) -> Committed {
        let committed = match outcome {
            Outcome::Noted => Committed {
                summary: None,
                is_truncated: false,
            },
            Outcome::Planned(plan) => self.commit_plan(index, plan),
            Outcome::Done(work) => self.commit_work(index, action, &work),
            Outcome::Gathered(text) => self.keep(index, action, text),
        };
        if let Some(new) = self.tree[index].status_after_action() {
            self.tree[index].set_status(new, Cause::Action(action));
        }
        committed
    }

    fn commit_plan(&mut self, index: NodeIndex, plan: Plan) -> Committed {
        let summary = match plan.tasks.len() {
            0 => "needs no division".to_owned(),
            tasks => format!("divided into {tasks} tasks"),
        };
        self.tree[index].receive(&plan);
        self.tree.plant(index, plan);
        Committed::with(&summary)
    }

    fn commit_work(&mut self, index: NodeIndex, action: Action, work: &Work) -> Committed {
        let text = self.memory.number(&work.text, &work.sources);
        if work.is_report_text {
            self.memory.write(&text);
        }
        self.keep(index, action, text)
    }

    fn keep(&mut self, index: NodeIndex, action: Action, text: String) -> Committed {
        let committed = Committed::with(&text);
        self.tree[index].keep(action, text);
        committed
    }
}

//! The engine: takes the nodes that are due, has their actions done, commits what came of them, examines the tree, and
//! again.
//!
//! When an action fails, its node has failed and the run goes on: nodes that depended on it go on without it, a plan of
//! which nothing is left has failed too, and a run whose root failed ends with an error.

mod round;

use super::agents::{AgentError, Team};
use super::memory::Memory;
use super::pace::Pace;
use super::status::{Action, Status};
use super::tree::Tree;

use self::round::{Committed, Due, Round};

/// No run takes more steps: a planner that never comes to an end is stopped here.
const MAX_STEPS: u64 = 3000;

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

impl<'a> StepReport<'a> {
    fn new(due: &'a Due, result: &'a Result<Committed, AgentError>) -> Self {
        Self {
            step: due.step,
            nid: &due.nid,
            goal: &due.goal,
            layer: due.layer,
            action: due.action,
            outcome: result.as_ref().map(|committed| committed.summary.as_deref()),
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

/// What a run has made so far.
struct State {
    tree: Tree,
    memory: Memory,
}

/// A run in progress.
pub struct Engine<T> {
    state: State,
    team: T,
    pace: Pace,
    parallel: usize,
}

impl<T: Team> Engine<T> {
    /// A run of `team` over a new tree, one step after the other.
    pub fn new(tree: Tree, team: T, pace: Pace) -> Self {
        let memory = Memory::default();
        Self {
            state: State { tree, memory },
            team,
            pace,
            parallel: 1,
        }
    }

    /// Works on up to `parallel` nodes at once, if so many are due. What is written stays the same.
    #[must_use]
    pub fn parallel(mut self, parallel: usize) -> Self {
        self.parallel = parallel.max(1);
        self
    }

    /// The nodes.
    pub fn tree(&self) -> &Tree {
        &self.state.tree
    }

    /// What the run knows.
    pub fn memory(&self) -> &Memory {
        &self.state.memory
    }

    /// The agents.
    pub fn team(&self) -> &T {
        &self.team
    }

    /// Takes steps until no action is due; returns how many there were.
    pub async fn run(&mut self, mut on_step: impl FnMut(&StepReport<'_>) + Send) -> Result<u64, EngineError> {
        let mut last_failure = None;
        let mut step = 0;
        self.state.tree.start();
        while step < MAX_STEPS {
            let due = self.due(step);
            if due.is_empty() {
                return self.end(step, last_failure);
            }
            if due.iter().any(|due| due.action.is_bookkeeping()) {
                self.pace.bookkeeping().await;
            }
            let results = Round::new(&mut self.state, &self.team, due.len()).run(&due).await;
            self.state.tree.exam();
            for (due, result) in due.iter().zip(results) {
                on_step(&StepReport::new(due, &result));
                last_failure = result.err().or(last_failure);
                step += 1;
            }
        }
        Err(EngineError::OutOfSteps)
    }

    /// The steps of the next round, numbered from `step`.
    fn due(&self, step: u64) -> Vec<Due> {
        let tree = self.tree();
        let due = tree.due().filter_map(|index| Some((index, tree[index].due_action()?)));
        (step..)
            .zip(due.take(self.parallel))
            .map(|(step, (index, action))| Due::new(step, index, action, &tree[index]))
            .collect()
    }

    fn end(&self, step: u64, last_failure: Option<AgentError>) -> Result<u64, EngineError> {
        match self.tree()[self.tree().root()].status() {
            Status::Finish => Ok(step),
            Status::Failed => Err(EngineError::Failed {
                last: last_failure.map(|error| error.to_string()).unwrap_or_default(),
            }),
            status => Err(EngineError::Stuck { step, status }),
        }
    }
}

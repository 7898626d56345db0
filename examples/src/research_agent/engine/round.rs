//! The steps that are taken at once. A step has two phases: the action only looks, and may take its time; the commit
//! changes the tree and the memory. No step of a round is committed before every action of it has ended, and then in the
//! order of the steps: so what is written never depends on how long anything took.

use event_core::{StepFinished, StepStarted, emits};
use futures_util::future::join_all;
use tokio::sync::{Barrier, RwLock, watch};

use super::State;
use crate::research_agent::agents::{AgentError, Team, Work};
use crate::research_agent::memory::View;
use crate::research_agent::node::{Node, NodeIndex};
use crate::research_agent::plan::{Plan, TaskType};
use crate::research_agent::status::{Action, Cause, Status};
use crate::research_agent::summary_of;

/// A step to be taken.
pub(super) struct Due {
    /// Its number, from 0.
    pub(super) step: u64,
    pub(super) action: Action,
    pub(super) nid: String,
    pub(super) goal: String,
    pub(super) layer: u32,
    index: NodeIndex,
    node_id: String,
}

impl Due {
    pub(super) fn new(step: u64, index: NodeIndex, action: Action, node: &Node) -> Self {
        Self {
            step,
            action,
            nid: node.nid.clone(),
            goal: node.goal.clone(),
            layer: node.layer,
            index,
            node_id: node.id.clone(),
        }
    }
}

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

/// What a committed step has to say.
pub(super) struct Committed {
    /// The beginning of its result; none if the step only kept the books.
    pub(super) summary: Option<String>,
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

/// See the module's description.
pub(super) struct Round<'e, T> {
    state: RwLock<&'e mut State>,
    team: &'e T,
    root_id: String,
    /// Every action of the round has ended.
    acted: Barrier,
    /// The place of the step that may be committed.
    turn: watch::Sender<usize>,
}

impl<'e, T: Team> Round<'e, T> {
    pub(super) fn new(state: &'e mut State, team: &'e T, steps: usize) -> Self {
        Self {
            root_id: state.tree[state.tree.root()].id.clone(),
            state: RwLock::new(state),
            team,
            acted: Barrier::new(steps),
            turn: watch::Sender::new(0),
        }
    }

    /// Takes the steps; what they came to is in their order.
    pub(super) async fn run(&self, due: &[Due]) -> Vec<Result<Committed, AgentError>> {
        let steps = due.iter().enumerate().map(|(place, due)| self.run_step(due, place));
        join_all(steps).await
    }

    /// Seam 1: one action on one node, chosen before, and its commit.
    #[emits(
        StepStarted {
            step: due.step,
            node_id: &due.node_id,
            root_id: &self.root_id,
            action_name: Some(due.action.name()),
            goal: Some(&due.goal),
            layer: Some(due.layer),
        },
        |committed| StepFinished {
            result_summary: committed.summary.as_deref(),
            truncated: Some(committed.is_truncated),
        }
    )]
    async fn run_step(&self, due: &Due, place: usize) -> Result<Committed, AgentError> {
        let outcome = self.act(due).await;
        self.turn_of(place).await;
        let committed = self.state.write().await.commit(due, outcome);
        self.turn.send_replace(place + 1);
        committed
    }

    /// The first phase: looks, asks, waits, and changes nothing.
    async fn act(&self, due: &Due) -> Result<Outcome, AgentError> {
        let state = self.state.read().await;
        let view = View::new(&state.tree, &state.memory, due.index);
        Ok(match due.action {
            Action::Plan => Outcome::Planned(self.team.plan(view).await?),
            Action::Execute => Outcome::Done(self.team.execute(view).await?),
            Action::FinalAggregate => Outcome::Gathered(state.gather(due.index)),
            Action::Update | Action::PriorReflect | Action::PlanningPostReflect | Action::ExecutePostReflect => {
                Outcome::Noted
            }
        })
    }

    async fn turn_of(&self, place: usize) {
        self.acted.wait().await;
        // The sender is in this round, which outlives its steps.
        let _ = self.turn.subscribe().wait_for(|turn| *turn == place).await;
    }
}

impl State {
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
    fn commit(&mut self, due: &Due, outcome: Result<Outcome, AgentError>) -> Result<Committed, AgentError> {
        let (index, action) = (due.index, due.action);
        let committed = match outcome {
            Ok(Outcome::Noted) => Committed {
                summary: None,
                is_truncated: false,
            },
            Ok(Outcome::Planned(plan)) => self.commit_plan(index, plan),
            Ok(Outcome::Done(work)) => self.commit_work(index, action, &work),
            Ok(Outcome::Gathered(text)) => self.keep(index, action, text),
            Err(error) => {
                self.tree[index].set_status(Status::Failed, Cause::Failure(action));
                return Err(error);
            }
        };
        if let Some(new) = self.tree[index].status_after_action() {
            self.tree[index].set_status(new, Cause::Action(action));
        }
        Ok(committed)
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

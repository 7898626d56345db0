//! A node of the task tree. Its status is private to this file: [`Node::set_status`] is the only writer, so nothing
//! changes unseen.

use event_core::{Event as _, NodeCreated, NodeResultAvailable, NodeStatusChanged, PlanReceived, emits};
use serde_json::Value;

use super::plan::{Plan, TaskType};
use super::status::{self, Action, Cause, NodeKind, Status, Surroundings};
use super::summary_of;

/// A node's place in the [`Tree`](super::tree::Tree).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIndex(pub(super) usize);

/// One task of the tree.
pub struct Node {
    /// Unique in the tree, and the same in every run with the same seed and question.
    pub id: String,
    /// The planner's own number for it; the worker inside a plan node has its number with a star.
    pub nid: String,
    /// Divides work, or does it.
    pub kind: NodeKind,
    /// What kind of work.
    pub task: TaskType,
    /// What is to be reached.
    pub goal: String,
    /// How long a text is to become.
    pub words: Option<u32>,
    /// How deep: the root is 0.
    pub layer: u32,
    /// The plan node around it.
    pub outer: Option<NodeIndex>,
    /// The nodes of the same plan it depends on.
    pub parents: Vec<NodeIndex>,
    /// Their ids, as events name them.
    pub parent_ids: Vec<String>,
    /// The nodes of its own plan, in an order in which they can be worked on.
    pub inner: Vec<NodeIndex>,
    /// Its plan as it was received.
    pub plan: Option<Value>,
    /// What its actions gave.
    pub results: Vec<(Action, String)>,
    status: Status,
}

/// What a new node is made of; the rest is empty.
pub(super) struct Seedling {
    pub(super) id: String,
    pub(super) nid: String,
    pub(super) kind: NodeKind,
    pub(super) task: TaskType,
    pub(super) goal: String,
    pub(super) words: Option<u32>,
}

impl Node {
    /// A node that waits. `outer` is the plan node around it and its place.
    pub(super) fn new(seedling: Seedling, outer: Option<(NodeIndex, &Self)>) -> Self {
        Self {
            id: seedling.id,
            nid: seedling.nid,
            kind: seedling.kind,
            task: seedling.task,
            goal: seedling.goal,
            words: seedling.words,
            layer: outer.map_or(0, |(_, node)| node.layer + 1),
            outer: outer.map(|(index, _)| index),
            parents: Vec::new(),
            parent_ids: Vec::new(),
            inner: Vec::new(),
            plan: None,
            results: Vec::new(),
            status: Status::NotReady,
        }
    }

    /// Where the node is in its life.
    pub fn status(&self) -> Status {
        self.status
    }

    /// What a step would do now; `None` for a node that waits or is settled.
    pub fn due_action(&self) -> Option<Action> {
        Some(status::after_action(self.status, self.kind)?.0)
    }

    /// The status after the action that is due.
    pub(super) fn status_after_action(&self) -> Option<Status> {
        Some(status::after_action(self.status, self.kind)?.1)
    }

    /// The status a waiting node gets, if what it waits for has come true.
    pub(super) fn status_after_exam(&self, around: &Surroundings) -> Option<Status> {
        status::after_exam(self.status, around)
    }

    /// The newest result; empty while there is none.
    pub fn result(&self) -> &str {
        self.results.last().map(|(_, text)| text.as_str()).unwrap_or_default()
    }

    /// Keeps the node's plan, as it was received.
    #[emits(PlanReceived { node_id: &self.id, plan: plan.to_json() })]
    pub(super) fn receive(&mut self, plan: &Plan) {
        self.plan = Some(plan.to_json());
    }

    /// Keeps what an action gave.
    #[emits(NodeResultAvailable {
        node_id: &self.id,
        action_name: action.name(),
        result_summary: summary_of(&result),
        truncated: summary_of(&result).len() < result.len(),
    })]
    pub(super) fn keep(&mut self, action: Action, result: String) {
        self.results.push((action, result));
    }

    /// Tells that the node exists. `outer` is the id of the plan node around it.
    pub(super) fn announce(&self, outer: Option<&str>) {
        NodeCreated {
            node_id: &self.id,
            nid: &self.nid,
            node_type: self.kind.name(),
            task_type: self.task.name(),
            task_goal: &self.goal,
            layer: self.layer,
            outer_node_id: outer,
            parents: &self.parent_ids,
            status: self.status.name(),
        }
        .publish();
    }

    /// Seam 2: every change of a status, by the engine, an action or an exam, is made here.
    #[emits(NodeStatusChanged {
        node_id: &self.id,
        old_status: self.status.name(),
        new_status: new.name(),
        layer: self.layer,
        parents: &self.parent_ids,
        cause: Some(&cause.to_string()),
        task_type: Some(self.task.name()),
        goal: Some(&self.goal),
    })]
    pub(super) fn set_status(&mut self, new: Status, cause: Cause) {
        self.status = new;
    }
}

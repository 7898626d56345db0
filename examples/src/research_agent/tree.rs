//! The tree of nodes: planting plans into it, finding the node that is due, and the exam that lets waiting nodes go on.
//! It decides what happens next and does none of it: no model, tool or text is known here.

use std::collections::{BTreeMap, VecDeque};
use std::ops::{Index, IndexMut};

use super::node::{Node, NodeIndex, Seedling};
use super::plan::{Plan, Task, TaskType};
use super::status::{Cause, NodeKind, Status, Surroundings};

/// All nodes of a run. Nodes are added and never removed.
pub struct Tree {
    nodes: Vec<Node>,
    /// Makes the ids of this run's nodes its own.
    namespace: String,
}

impl Tree {
    /// A tree whose root is to write about `question`.
    pub fn new(question: &str, words: u32, seed: u64) -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            namespace: format!("{seed}\n{question}"),
        };
        let root = Seedling {
            id: tree.id_of("root"),
            nid: "root".to_owned(),
            kind: NodeKind::Plan,
            task: TaskType::Write,
            goal: question.to_owned(),
            words: Some(words),
        };
        tree.nodes.push(Node::new(root, None));
        tree
    }

    /// The root's place.
    pub fn root(&self) -> NodeIndex {
        NodeIndex(0)
    }

    /// Every node, in the order of creation.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Sets the root going: nothing around it could.
    pub(super) fn start(&mut self) {
        let root = self.root();
        self[root].announce(None);
        self[root].set_status(Status::Ready, Cause::Start);
    }

    /// The nodes with an action due: breadth first, so that shallow nodes come before deep ones and siblings take turns.
    pub(super) fn due(&self) -> impl Iterator<Item = NodeIndex> {
        let mut queue = VecDeque::from([self.root()]);
        std::iter::from_fn(move || {
            loop {
                let index = queue.pop_front()?;
                let node = &self[index];
                if node.due_action().is_some() {
                    return Some(index);
                }
                if node.status().is_waiting() {
                    queue.extend(&node.inner);
                }
            }
        })
    }

    /// Plants a plan inside a node, in the plan's order; an empty one becomes a single worker.
    pub(super) fn plant(&mut self, outer: NodeIndex, plan: Plan) {
        let mut planted = BTreeMap::new();
        if plan.tasks.is_empty() {
            let task = self.worker_task(outer, plan.goal);
            self.add(outer, NodeKind::Execute, &task, &planted);
        }
        for task in plan.tasks {
            let index = self.add(outer, NodeKind::Plan, &task, &planted);
            planted.insert(task.id, index);
        }
    }

    fn worker_task(&self, outer: NodeIndex, goal: Option<String>) -> Task {
        let node = &self[outer];
        Task {
            id: format!("{}*", node.nid),
            goal: goal.unwrap_or_else(|| node.goal.clone()),
            task_type: node.task,
            length: node.words,
            dependency: Vec::new(),
        }
    }

    fn add(
        &mut self,
        outer: NodeIndex,
        kind: NodeKind,
        task: &Task,
        planted: &BTreeMap<String, NodeIndex>,
    ) -> NodeIndex {
        let seedling = Seedling {
            id: self.id_of(&format!("{}/{}", self[outer].id, task.id)),
            nid: task.id.clone(),
            kind,
            task: task.task_type,
            goal: task.goal.clone(),
            words: task.length,
        };
        let mut node = Node::new(seedling, Some((outer, &self[outer])));
        node.parents = task
            .dependency
            .iter()
            .filter_map(|id| planted.get(id).copied())
            .collect();
        node.parent_ids = node.parents.iter().map(|parent| self[*parent].id.clone()).collect();
        node.announce(Some(&self[outer].id));
        let index = NodeIndex(self.nodes.len());
        self.nodes.push(node);
        self[outer].inner.push(index);
        index
    }

    /// Lets every waiting node go on whose time has come: inner nodes first, so that one exam carries the end of the
    /// deepest worker as far up as it reaches.
    pub(super) fn exam(&mut self) {
        self.exam_node(self.root());
    }

    fn exam_node(&mut self, index: NodeIndex) {
        if !self[index].status().is_waiting() {
            return;
        }
        for inner in self[index].inner.clone() {
            self.exam_node(inner);
        }
        let around = self.surroundings(index);
        if let Some(new) = self[index].status_after_exam(&around) {
            self[index].set_status(new, Cause::Exam);
        }
    }

    fn surroundings(&self, index: NodeIndex) -> Surroundings {
        let statuses = |nodes: &[NodeIndex]| nodes.iter().map(|node| self[*node].status()).collect();
        let node = &self[index];
        Surroundings {
            is_outer_doing: node.outer.is_some_and(|outer| self[outer].status() == Status::Doing),
            parents: statuses(&node.parents),
            inner: statuses(&node.inner),
        }
    }

    /// The same place in the same question with the same seed has the same id.
    fn id_of(&self, path: &str) -> String {
        let hash = event_core::hash(format!("{}\n{path}", self.namespace));
        hash.rsplit(':').next().unwrap_or_default().chars().take(16).collect()
    }
}

impl Index<NodeIndex> for Tree {
    type Output = Node;

    fn index(&self, index: NodeIndex) -> &Node {
        &self.nodes[index.0]
    }
}

impl IndexMut<NodeIndex> for Tree {
    fn index_mut(&mut self, index: NodeIndex) -> &mut Node {
        &mut self.nodes[index.0]
    }
}

//! What a run knows: the report so far, the sources with their numbers, and, for a node, the findings it may build on.
//! Agents read it and never write it: what they found is added by the engine, in the order of its steps.

use super::citation;
use super::node::{Node, NodeIndex};
use super::plan::TaskType;
use super::status::{NodeKind, Status};
use super::tree::Tree;

/// How far back findings reach in the plans around a node's own.
const OUTER_DISTANCE: usize = 3;

/// A page that was used.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Source {
    /// Where it is.
    pub url: String,
    /// What it is called.
    pub title: String,
    /// When it was published, as `YYYY-MM-DD`.
    pub published: String,
}

/// The report so far and the sources of everything found.
#[derive(Default)]
pub struct Memory {
    article: String,
    sources: Vec<Source>,
}

impl Memory {
    /// The report so far.
    pub fn article(&self) -> &str {
        &self.article
    }

    /// All sources; the first has number 1.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The source with a number.
    pub fn source(&self, number: u32) -> Option<&Source> {
        self.sources.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// Adds a text to the report.
    pub(super) fn write(&mut self, text: &str) {
        if !self.article.is_empty() {
            self.article.push_str("\n\n");
        }
        self.article.push_str(text.trim());
    }

    /// Gives sources their numbers in this run and puts them in place of the numbers the text had of its own. A text
    /// without sources of its own cites by the run's numbers already.
    pub(super) fn number(&mut self, text: &str, sources: &[Source]) -> String {
        if sources.is_empty() {
            return text.to_owned();
        }
        let numbers: Vec<u32> = sources.iter().map(|source| self.number_of(source)).collect();
        citation::renumber(text, |own| {
            let place = usize::try_from(own).ok()?.checked_sub(1)?;
            numbers.get(place).copied()
        })
    }

    fn number_of(&mut self, source: &Source) -> u32 {
        let known = self.sources.iter().position(|other| other.url == source.url);
        let place = known.unwrap_or_else(|| {
            self.sources.push(source.clone());
            self.sources.len() - 1
        });
        u32::try_from(place + 1).unwrap_or(u32::MAX)
    }
}

/// What a node built on.
pub struct Finding<'a> {
    /// The goal it was found for.
    pub goal: &'a str,
    /// What was found.
    pub text: &'a str,
}

/// One node as its agent sees it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    tree: &'a Tree,
    memory: &'a Memory,
    node: &'a Node,
}

impl<'a> View<'a> {
    pub(super) fn new(tree: &'a Tree, memory: &'a Memory, index: NodeIndex) -> Self {
        Self {
            tree,
            memory,
            node: &tree[index],
        }
    }

    /// The node.
    pub fn node(self) -> &'a Node {
        self.node
    }

    /// The question of the run.
    pub fn question(self) -> &'a str {
        &self.tree[self.tree.root()].goal
    }

    /// What is known to the whole run.
    pub fn memory(self) -> &'a Memory {
        self.memory
    }

    /// Whether the task depends on others of its plan.
    pub fn has_parents(self) -> bool {
        !self.task_node().parents.is_empty()
    }

    /// A worker stands for the plan node around it.
    fn task_node(self) -> &'a Node {
        match (self.node.kind, self.node.outer) {
            (NodeKind::Execute, Some(outer)) => &self.tree[outer],
            _ => self.node,
        }
    }

    /// The results the node builds on, far ones first: all that its plan placed before it, and the nearest of what
    /// was placed before the nodes around it. Texts are left out: they travel in the report so far.
    pub fn findings(self) -> Vec<Finding<'a>> {
        let mut levels = Vec::new();
        let mut node = self.task_node();
        let mut distance = usize::MAX;
        loop {
            levels.push(self.before(node, distance));
            let Some(outer) = node.outer else { break };
            node = &self.tree[outer];
            distance = OUTER_DISTANCE;
        }
        levels
            .into_iter()
            .rev()
            .flatten()
            .filter(|node| node.task != TaskType::Write && node.status() == Status::Finish)
            .map(|node| Finding {
                goal: &node.goal,
                text: node.result(),
            })
            .collect()
    }

    /// The nodes of the same plan that `node` depends on, over at most `distance` steps, far ones first.
    fn before(self, node: &'a Node, distance: usize) -> Vec<&'a Node> {
        let mut seen: Vec<NodeIndex> = Vec::new();
        let mut edge: Vec<NodeIndex> = node.parents.clone();
        for _ in 0..distance {
            edge.retain(|index| !seen.contains(index));
            if edge.is_empty() {
                break;
            }
            let next = edge
                .iter()
                .flat_map(|index| self.tree[*index].parents.clone())
                .collect();
            seen.extend(std::mem::replace(&mut edge, next));
        }
        // Creation order is an order of dependency: what is far came first.
        seen.sort_unstable();
        seen.dedup();
        seen.into_iter().map(|index| &self.tree[index]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(url: &str) -> Source {
        Source {
            url: url.to_owned(),
            title: url.to_owned(),
            published: "2020-01-01".to_owned(),
        }
    }

    #[test]
    fn a_page_found_twice_keeps_its_number() {
        let mut memory = Memory::default();
        let first = memory.number("A [reference:1] b [reference:2]", &[source("x"), source("y")]);
        let second = memory.number("C [reference:1] d [reference:2]", &[source("y"), source("z")]);
        assert_eq!(first, "A [reference:1] b [reference:2]");
        assert_eq!(second, "C [reference:2] d [reference:3]");
        assert_eq!(memory.number("E [reference:3]", &[]), "E [reference:3]");
        assert_eq!(memory.source(3).unwrap().url, "z");
        assert!(memory.source(0).is_none() && memory.source(4).is_none());
    }
}

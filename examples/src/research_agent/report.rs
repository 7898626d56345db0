//! What a run leaves behind: the report with its references, the tree of nodes, and the totals. It holds no time and no
//! path, so that two runs of one question with one seed leave the same bytes.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::memory::{Memory, Source};
use super::model::Price;
use super::node::NodeIndex;
use super::tree::Tree;
use super::{Assignment, Totals, citation};

/// The end of a run.
pub struct Report {
    /// The report, in Markdown.
    pub markdown: String,
    /// The tree of nodes with their results.
    pub nodes: Value,
    /// The totals.
    pub totals: Totals,
    assignment: Assignment,
}

impl Report {
    pub(super) fn new(assignment: &Assignment, tree: &Tree, memory: &Memory, totals: Totals) -> Self {
        Self {
            markdown: markdown(&assignment.question, memory),
            nodes: node_json(tree, tree.root()),
            totals,
            assignment: assignment.clone(),
        }
    }

    /// What the tokens were priced at, if a price was known.
    pub fn price(&self) -> Option<&Price> {
        self.assignment.price.as_ref()
    }

    /// The totals with what they were reached for.
    pub fn summary(&self) -> Value {
        let totals = self.totals;
        json!({
            "question": self.assignment.question,
            "seed": self.assignment.seed,
            "steps": totals.steps,
            "nodes": totals.nodes,
            "llm_calls": totals.llm_calls,
            "tool_calls": totals.tool_calls,
            "token_usage": totals.token_usage,
            "tokens_are_estimated": totals.is_estimated,
            "cost_estimate_usd": totals.cost,
            "priced_as": self.assignment.price.as_ref().map(|price| &price.model),
        })
    }

    /// Writes `report.md`, `nodes.json` and `summary.json` into a folder, which is made if need be.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("report.md"), &self.markdown)?;
        fs::write(folder.join("nodes.json"), format!("{:#}\n", self.nodes))?;
        fs::write(folder.join("summary.json"), format!("{:#}\n", self.summary()))
    }
}

/// The article under its question, its citations numbered as they appear, and the list of what they cite.
fn markdown(question: &str, memory: &Memory) -> String {
    let mut cited: Vec<&Source> = Vec::new();
    let article = citation::renumber(memory.article(), |number| {
        let source = memory.source(number)?;
        let place = cited
            .iter()
            .position(|known| known.url == source.url)
            .unwrap_or_else(|| {
                cited.push(source);
                cited.len() - 1
            });
        u32::try_from(place + 1).ok()
    });
    let references: Vec<String> = (1..)
        .zip(&cited)
        .map(|(number, source): (u32, _)| format!("{number}. {}, {}, <{}>", source.title, source.published, source.url))
        .collect();
    format!(
        "# {question}\n\n{article}\n\n## References\n\n{}\n",
        references.join("\n")
    )
}

fn node_json(tree: &Tree, index: NodeIndex) -> Value {
    let node = &tree[index];
    let results: Value = node
        .results
        .iter()
        .map(|(action, text)| json!({ "action": action.name(), "result": text }))
        .collect();
    json!({
        "id": node.id,
        "nid": node.nid,
        "node_type": node.kind.name(),
        "task_type": node.task.name(),
        "goal": node.goal,
        "words": node.words,
        "layer": node.layer,
        "parents": node.parent_ids,
        "status": node.status().name(),
        "plan": node.plan,
        "results": results,
        "inner": node.inner.iter().map(|inner| node_json(tree, *inner)).collect::<Value>(),
    })
}

//! Answers to the writer: a heading, and the statements that belong under it, a paragraph for each source.

use std::collections::{BTreeMap, BTreeSet};

use super::facet::subject;
use super::planning::{CONCLUDE, OPEN};
use super::statement::{Group, Statement, groups, merged};
use super::{Answer, section, text};
use crate::research_agent::citation;

/// A group of findings belongs to a section if it has this share of its subject.
const BELONGS: f64 = 0.5;
/// Sentences of one source that make a paragraph.
const SENTENCES_PER_PARAGRAPH: usize = 5;
/// What stands in a section for which no search brought anything: silence would look like an answer.
const NOTHING: &str = "Nothing was found on this: the search for it failed, and the report goes on without it.";

pub(super) fn write(prompt: &str) -> Answer {
    let goal = section(prompt, "goal");
    let wanted = text::term_set(&subject(goal));
    let budget: usize = section(prompt, "words").parse().unwrap_or_default();
    let fitting = without_said(candidates(prompt, goal, &wanted), section(prompt, "report so far"));
    let available = fitting.len();
    let chosen = within(fitting, budget, &wanted);
    let think = format!("{} of {available} statements fit into {budget} words.", chosen.len());
    let paragraphs = if chosen.is_empty() {
        vec![NOTHING.to_owned()]
    } else if goal.starts_with(CONCLUDE) {
        vec![joined(&chosen)]
    } else {
        paragraphs(&chosen)
    };
    let text = [vec![heading(prompt, goal)], paragraphs].concat().join("\n\n");
    vec![("think", think), ("result", text)]
}

fn heading(prompt: &str, goal: &str) -> String {
    let level: usize = section(prompt, "heading level").parse().unwrap_or(2);
    if goal.starts_with(CONCLUDE) {
        return format!("{} Conclusion", "#".repeat(level));
    }
    // An opening stands above the parts it opens, in the same plan.
    let level = if goal.starts_with(OPEN) { level - 1 } else { level };
    format!("{} {}", "#".repeat(level.max(1)), text::capitalised(&subject(goal)))
}

/// The statements that may go under the heading: conclusions of thoughts, else findings on the subject.
fn candidates(prompt: &str, goal: &str, wanted: &BTreeSet<String>) -> Vec<Statement> {
    let groups = groups(section(prompt, "material"));
    let (thoughts, findings): (Vec<Group>, Vec<Group>) =
        groups.into_iter().partition(|group| group.goal.starts_with("Compare"));
    let belongs = |group: &Group| text::coverage(wanted, &text::term_set(&subject(&group.goal))) >= BELONGS;
    if goal.starts_with(CONCLUDE) {
        return merged(thoughts.into_iter().flat_map(|group| group.statements));
    }
    merged(findings.into_iter().filter(belongs).flat_map(|group| group.statements))
}

fn worth(statement: &Statement, wanted: &BTreeSet<String>) -> f64 {
    let figures = if statement.has_figures() { 0.5 } else { 0.0 };
    text::coverage(wanted, &statement.terms) + figures
}

/// The statements that the report does not have yet.
fn without_said(statements: Vec<Statement>, report: &str) -> Vec<Statement> {
    let said: Vec<Statement> = text::sentences(&citation::plain(report))
        .iter()
        .map(|sentence| Statement::new(sentence))
        .collect();
    statements
        .into_iter()
        .filter(|statement| !said.iter().any(|known| known.repeats(statement)))
        .collect()
}

/// As many of the best statements as there are words for, in the order they came; at least one, so that no section is
/// empty.
fn within(mut statements: Vec<Statement>, budget: usize, wanted: &BTreeSet<String>) -> Vec<Statement> {
    let mut ranked: Vec<usize> = (0..statements.len()).collect();
    // Stable: equal ones keep the order in which they were found.
    ranked.sort_by(|one, other| worth(&statements[*other], wanted).total_cmp(&worth(&statements[*one], wanted)));
    let mut used = 0;
    let mut chosen = BTreeSet::new();
    for place in ranked {
        let length = statements[place].length();
        if chosen.is_empty() || used + length <= budget {
            used += length;
            chosen.insert(place);
        }
    }
    let mut places = 0..;
    statements.retain(|_| places.next().is_some_and(|place| chosen.contains(&place)));
    statements
}

/// Statements of one source together, the sources in the order of their numbers.
fn paragraphs(statements: &[Statement]) -> Vec<String> {
    let mut by_source: BTreeMap<u32, Vec<Statement>> = BTreeMap::new();
    for statement in statements {
        let source = statement.sources.first().copied().unwrap_or_default();
        by_source.entry(source).or_default().push(statement.clone());
    }
    by_source
        .values()
        .flat_map(|statements| statements.chunks(SENTENCES_PER_PARAGRAPH).map(joined))
        .collect()
}

fn joined(statements: &[Statement]) -> String {
    let lines: Vec<String> = statements.iter().map(Statement::line).collect();
    lines.join(" ")
}

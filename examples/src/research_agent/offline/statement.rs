//! Statements: single sentences with the sources they cite, and when two of them say the same or contradict.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::text;
use crate::research_agent::citation;

/// Sentences with the same figures and this much in common say the same.
const SAME: f64 = 0.6;
/// Sentences with other figures and this much in common speak of the same thing.
const SAME_SUBJECT: f64 = 0.5;

/// A sentence and its sources.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) sentence: String,
    pub(super) sources: Vec<u32>,
    pub(super) terms: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl Statement {
    /// Reads a sentence with its citations.
    pub(super) fn new(line: &str) -> Self {
        let sentence = citation::plain(line).trim().to_owned();
        let numbers = text::numbers(&sentence);
        let terms = text::term_set(&sentence).difference(&numbers).cloned().collect();
        Self {
            sources: citation::cited(line),
            sentence,
            terms,
            numbers,
        }
    }

    /// Whether both say the same: alike in words and equal in figures.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        self.numbers == other.numbers && text::similarity(&self.terms, &other.terms) >= SAME
    }

    /// Whether both speak of the same thing and give other figures for it.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        text::similarity(&self.terms, &other.terms) >= SAME_SUBJECT
            && !self.numbers.is_subset(&other.numbers)
            && !other.numbers.is_subset(&self.numbers)
            && self.sources.iter().all(|source| !other.sources.contains(source))
    }

    pub(super) fn has_figures(&self) -> bool {
        !self.numbers.is_empty()
    }

    pub(super) fn length(&self) -> usize {
        text::words(&self.sentence).count()
    }

    /// The sentence with its citations.
    pub(super) fn line(&self) -> String {
        let mut line = self.sentence.clone();
        for (place, source) in self.sources.iter().enumerate() {
            let space = if place == 0 { " " } else { "" };
            let _ = write!(line, "{space}{}", citation::cite(*source));
        }
        line
    }
}

/// Statements found for one goal.
pub(super) struct Group {
    pub(super) goal: String,
    pub(super) statements: Vec<Statement>,
}

/// Reads material: headings `# goal`, and statements, one a line.
pub(super) fn groups(material: &str) -> Vec<Group> {
    let mut groups = Vec::new();
    for line in material.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(goal) = line.strip_prefix("# ") {
            groups.push(Group {
                goal: goal.to_owned(),
                statements: Vec::new(),
            });
        } else if let Some(group) = groups.last_mut() {
            group.statements.push(Statement::new(line));
        }
    }
    groups
}

/// The statements without repetitions; what repeats one lends it its sources.
pub(super) fn merged(statements: impl IntoIterator<Item = Statement>) -> Vec<Statement> {
    let mut kept: Vec<Statement> = Vec::new();
    for statement in statements {
        let Some(known) = kept.iter_mut().find(|known| known.repeats(&statement)) else {
            kept.push(statement);
            continue;
        };
        let new: Vec<u32> = statement
            .sources
            .into_iter()
            .filter(|source| !known.sources.contains(source))
            .collect();
        known.sources.extend(new);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_said_twice_is_kept_once_with_both_sources() {
        let lines = [
            "The cable of 1858 carried its first message in August. [reference:1]",
            "The cable of 1858 carried the first message in August. [reference:2]",
        ];
        let kept = merged(lines.map(Statement::new));
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].sources, [1, 2]);
        assert!(kept[0].line().ends_with("August. [reference:1][reference:2]"));
    }

    #[test]
    fn other_figures_for_the_same_thing_are_a_contradiction() {
        let one = Statement::new("The message of the Queen took 16 hours. [reference:1]");
        let other = Statement::new("The message of the Queen took 17 hours. [reference:2]");
        let unrelated = Statement::new("The line to Lille had 15 stations. [reference:2]");
        assert!(one.contradicts(&other) && !one.repeats(&other));
        assert!(!one.contradicts(&unrelated));
    }
}

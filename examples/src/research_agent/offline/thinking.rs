//! Answers to the thinker: which sums to do, which statements contradict others, and what follows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::facet::subject;
use super::statement::{Group, Statement, groups};
use super::{Answer, section, text};
use crate::research_agent::citation;

/// Contradictions that are followed up.
const MOST_CONTRADICTIONS: usize = 2;

/// A statement with this share of a subject's words is about it.
const ON_SUBJECT: f64 = 0.5;

/// The oldest date found for a goal.
struct Beginning {
    subject: String,
    year: i64,
    cite: String,
}

/// Where each group begins, oldest first.
fn beginnings(groups: &[Group]) -> Vec<Beginning> {
    let mut found: Vec<Beginning> = groups
        .iter()
        .filter_map(|group| {
            let wanted = text::term_set(&subject(&group.goal));
            let on_subject = |statement: &&Statement| text::coverage(&wanted, &statement.terms) >= ON_SUBJECT;
            let dated = group.statements.iter().filter(on_subject).flat_map(|statement| {
                text::years(&statement.sentence)
                    .into_iter()
                    .map(move |year| (year, statement))
            });
            let (year, statement) = dated.min_by_key(|(year, _)| *year)?;
            let cite = statement
                .sources
                .first()
                .map(|source| citation::cite(*source))
                .unwrap_or_default();
            Some(Beginning {
                subject: subject(&group.goal),
                year,
                cite,
            })
        })
        .collect();
    found.sort_by_key(|beginning| beginning.year);
    found
}

fn contradictions(groups: &[Group]) -> Vec<(&Statement, &Statement)> {
    let all: Vec<&Statement> = groups.iter().flat_map(|group| &group.statements).collect();
    let mut found: Vec<(&Statement, &Statement)> = Vec::new();
    for (place, one) in all.iter().enumerate() {
        for other in &all[place + 1..] {
            let is_known = found.iter().any(|pair| pair.0.repeats(one) || pair.1.repeats(one));
            if one.contradicts(other) && !is_known {
                found.push((one, other));
            }
        }
    }
    found.truncate(MOST_CONTRADICTIONS);
    found
}

pub(super) fn examine(prompt: &str) -> Answer {
    let groups = groups(section(prompt, "material"));
    let mut sums: Vec<String> = beginnings(&groups)
        .windows(2)
        .map(|pair| format!("{} - {}", pair[1].year, pair[0].year))
        .collect();
    if let (Some(first), Some(today)) = (beginnings(&groups).first(), this_year(prompt)) {
        sums.push(format!("{today} - {}", first.year));
    }
    let doubts: Vec<Value> = contradictions(&groups)
        .into_iter()
        .flat_map(|(one, other)| [one, other])
        .filter_map(|statement| Some(json!({ "source": statement.sources.first()?, "claim": statement.sentence })))
        .collect();
    let think = format!(
        "{} sums would show distances; {} statements are in doubt.",
        sums.len(),
        doubts.len()
    );
    vec![
        ("think", think),
        ("calculations", Value::from(sums).to_string()),
        ("check", Value::Array(doubts).to_string()),
    ]
}

fn this_year(prompt: &str) -> Option<i64> {
    section(prompt, "today").split('-').next()?.parse().ok()
}

pub(super) fn conclude(prompt: &str) -> Answer {
    let groups = groups(section(prompt, "material"));
    let sums: BTreeMap<&str, &str> = section(prompt, "calculations")
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .collect();
    let beginnings = beginnings(&groups);
    let mut lines: Vec<String> = beginnings
        .windows(2)
        .filter_map(|pair| {
            let (from, to) = (&pair[0], &pair[1]);
            let years = sums.get(format!("{} - {}", to.year, from.year).as_str())?;
            Some(format!(
                "From the first date on {} ({}) to the first on {} ({}) it is {years} years. {}{}",
                from.subject, from.year, to.subject, to.year, from.cite, to.cite
            ))
        })
        .collect();
    lines.extend(whole_span(prompt, &beginnings, &sums));
    lines.extend(
        contradictions(&groups)
            .into_iter()
            .map(|pair| disagreement(prompt, pair)),
    );
    if lines.is_empty() {
        lines.push("The material allows no comparison: it has too few dates and no contradictions.".to_owned());
    }
    let think = format!("{} statements follow from {} searches.", lines.len(), groups.len());
    vec![("think", think), ("result", lines.join("\n"))]
}

fn whole_span(prompt: &str, beginnings: &[Beginning], sums: &BTreeMap<&str, &str>) -> Option<String> {
    let first = beginnings.first()?;
    let today = this_year(prompt)?;
    let years = sums.get(format!("{today} - {}", first.year).as_str())?;
    Some(format!(
        "The newest source is {years} years younger than the oldest date in the material, {}. {}",
        first.year, first.cite
    ))
}

/// Both statements with the dates of their sources, and whether each was found in its source once more.
fn disagreement(prompt: &str, (one, other): (&Statement, &Statement)) -> String {
    let again: Vec<Statement> = section(prompt, "read again").lines().map(Statement::new).collect();
    let is_confirmed = [one, other]
        .iter()
        .all(|claim| again.iter().any(|line| line.repeats(claim)));
    let checked = if is_confirmed {
        "each source says so when read again"
    } else {
        "a second reading did not settle it"
    };
    let dates = [one, other].map(|claim| published(prompt, claim).unwrap_or("an unknown date"));
    format!(
        "Sources differ: “{}” (published {}) against “{}” (published {}); {checked}. {}{}",
        one.sentence,
        dates[0],
        other.sentence,
        dates[1],
        cites(one),
        cites(other)
    )
}

fn cites(statement: &Statement) -> String {
    statement
        .sources
        .first()
        .map(|source| citation::cite(*source))
        .unwrap_or_default()
}

fn published<'p>(prompt: &'p str, statement: &Statement) -> Option<&'p str> {
    let head = format!("{} ", citation::cite(*statement.sources.first()?));
    section(prompt, "sources")
        .lines()
        .find_map(|line| line.strip_prefix(&head))?
        .split(" | ")
        .next()
}

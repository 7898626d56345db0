//! Answers to the planner: atomic or complex, which tasks, and what an earlier search has left open.

use serde_json::{Value, json};

use super::facet::{in_library, named, subject};
use super::{Answer, section, text};

/// What one writer writes at once.
const WORDS_OF_ONE_WRITER: u32 = 250;
/// The share of a conclusion in a report, and of an opening in a divided section.
const SHARE_OF_CONCLUSION: u32 = 7;
const SHARE_OF_OPENING: u32 = 8;
/// How goals of sections begin. The writer's answers know them.
pub(super) const OPEN: &str = "Open the section on";
pub(super) const CONCLUDE: &str = "Conclude on";

fn facets(prompt: &str) -> Vec<String> {
    let goal = section(prompt, "goal");
    let named = named(goal);
    match named.len() {
        0 => in_library(goal, section(prompt, "what the library has on it")),
        _ => named,
    }
}

fn words(prompt: &str) -> u32 {
    section(prompt, "words").parse().unwrap_or_default()
}

pub(super) fn judge(prompt: &str) -> Answer {
    let facets = facets(prompt);
    let is_complex = words(prompt) > WORDS_OF_ONE_WRITER && facets.len() > 1;
    let think = format!(
        "{} words on {} side(s): {}. One writer manages {WORDS_OF_ONE_WRITER} words.",
        words(prompt),
        facets.len(),
        facets.join("; ")
    );
    let decision = if is_complex { "complex" } else { "atomic" };
    vec![("think", think), ("decision", decision.to_owned())]
}

pub(super) fn plan(prompt: &str) -> Answer {
    let facets = facets(prompt);
    let mut draft = Draft {
        prefix: prefix(section(prompt, "number")),
        tasks: Vec::new(),
    };
    if section(prompt, "layer") == "0" {
        plan_report(&mut draft, &facets, words(prompt));
    } else {
        plan_section(&mut draft, &facets, &subject(section(prompt, "goal")), words(prompt));
    }
    let think = format!(
        "The sides are {}; each needs a search and a section of its own.",
        facets.join("; ")
    );
    vec![("think", think), ("plan", Value::Array(draft.tasks).to_string())]
}

/// A search for every side, one thought over all of them, a section for every side, a conclusion.
fn plan_report(draft: &mut Draft, facets: &[String], words: u32) {
    let searches: Vec<String> = facets
        .iter()
        .map(|facet| {
            draft.task(
                "search",
                &format!("Find out when and how “{facet}” came about"),
                None,
                &[],
            )
        })
        .collect();
    let all = quoted(facets);
    let thought = draft.task("think", &format!("Compare {all}"), None, &searches);
    let conclusion = words / SHARE_OF_CONCLUSION;
    for (facet, length) in facets.iter().zip(shares(facets, words - conclusion)) {
        draft.task(
            "write",
            &format!("Write the section on “{facet}”"),
            Some(length),
            std::slice::from_ref(&thought),
        );
    }
    draft.task("write", &format!("{CONCLUDE} {all}"), Some(conclusion), &[thought]);
}

/// A search for every side, each building on the one before, an opening, and a part for every side.
fn plan_section(draft: &mut Draft, facets: &[String], subject: &str, words: u32) {
    let mut searches: Vec<String> = Vec::new();
    for facet in facets {
        let goal = format!("Find out how “{facet}” work and who uses them");
        let before = searches.last().cloned();
        searches.push(draft.task("search", &goal, None, before.as_slice()));
    }
    let opening = words / SHARE_OF_OPENING;
    draft.task("write", &format!("{OPEN} “{subject}”"), Some(opening), &searches);
    for ((facet, length), search) in facets.iter().zip(shares(facets, words - opening)).zip(&searches) {
        let goal = format!("Write the part on “{facet}”");
        draft.task("write", &goal, Some(length), std::slice::from_ref(search));
    }
}

/// A plan in the making.
struct Draft {
    prefix: String,
    tasks: Vec<Value>,
}

impl Draft {
    fn task(&mut self, kind: &str, goal: &str, length: Option<u32>, dependency: &[String]) -> String {
        let id = format!("{}{}", self.prefix, self.tasks.len() + 1);
        let mut task = json!({ "id": id, "goal": goal, "task_type": kind, "dependency": dependency });
        if let (Some(length), Some(fields)) = (length, task.as_object_mut()) {
            fields.insert("length".to_owned(), length.into());
        }
        self.tasks.push(task);
        id
    }
}

fn prefix(number: &str) -> String {
    match number {
        "root" => String::new(),
        number => format!("{number}."),
    }
}

fn quoted(facets: &[String]) -> String {
    let quoted: Vec<String> = facets.iter().map(|facet| format!("“{facet}”")).collect();
    quoted.join(", ")
}

/// Words for each side: one that names two things gets twice as many.
fn shares(facets: &[String], words: u32) -> Vec<u32> {
    let weights: Vec<u32> = facets
        .iter()
        .map(|facet| u32::try_from(named(&format!("“{facet}”")).len()).unwrap_or(1).max(1))
        .collect();
    let all: u32 = weights.iter().sum();
    weights.into_iter().map(|weight| words * weight / all.max(1)).collect()
}

/// The goal again, with the words that are frequent in the material as what to go beyond.
pub(super) fn sharpen(prompt: &str) -> Answer {
    let goal = section(prompt, "goal");
    let known = text::term_set(section(prompt, "material"));
    let subject = subject(goal);
    let missing: Vec<&str> = text::words(&subject)
        .filter(|word| text::is_content_word(word) && text::terms(word).iter().all(|term| !known.contains(term)))
        .collect();
    let (think, sharper) = if missing.is_empty() {
        let think = "Earlier searches touched every word of the subject; dates and figures can still be added.";
        (think.to_owned(), "with dates and figures")
    } else {
        (
            format!("Earlier searches say nothing of {}.", missing.join(", ")),
            "from the beginning",
        )
    };
    vec![("think", think), ("goal", format!("{goal}, {sharper}"))]
}

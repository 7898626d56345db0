//! Answers to the searcher: next queries, grades of pages, summaries, and the merged statements.

use std::collections::{BTreeMap, BTreeSet};

use super::facet::subject;
use super::statement::{groups, merged};
use super::{Answer, section, text};

/// Material with this many statements is enough, once two rounds were searched.
const ENOUGH_STATEMENTS: usize = 8;
/// Words taken from the material into new queries.
const FEEDBACK_WORDS: usize = 3;
/// Subjects of more words than this may lack some on a page.
const SHORT_SUBJECT: usize = 2;
/// The share of a long subject's words that a page must have.
const NEEDED_COVERAGE: f64 = 0.6;
/// Sentences of a page that are kept.
const SENTENCES_PER_PAGE: usize = 6;
/// How long a sentence worth keeping is, in words.
const SENTENCE_WORDS: std::ops::RangeInclusive<usize> = 6..=45;

pub(super) fn queries(prompt: &str) -> Answer {
    let goal = section(prompt, "goal");
    let subject = subject(goal);
    let so_far = section(prompt, "queries so far");
    let material = section(prompt, "material");
    let found: usize = groups(material).iter().map(|group| group.statements.len()).sum();
    if so_far.is_empty() {
        let around: Vec<&str> = text::words(goal)
            .filter(|word| text::is_content_word(word) && !subject.contains(word))
            .collect();
        let queries = [subject.clone(), format!("{subject} {}", around.join(" "))];
        return answer("Nothing was searched for yet.", &queries);
    }
    let is_last = section(prompt, "rounds left") == "1";
    if found == 0 || is_last && found >= ENOUGH_STATEMENTS {
        return answer(&format!("{found} statements; more of the same would add little."), &[]);
    }
    let feedback = frequent_words(material, so_far);
    let queries: Vec<String> = feedback.iter().map(|word| format!("{subject} {word}")).collect();
    answer(
        &format!("{found} statements; {} may lead further.", feedback.join(", ")),
        &queries,
    )
}

fn answer(missing: &str, queries: &[String]) -> Answer {
    let list = serde_json::Value::from(queries.to_vec()).to_string();
    vec![
        ("think", missing.to_owned()),
        ("missing_info", missing.to_owned()),
        ("queries", list),
    ]
}

/// The words that pages on the subject use most and that no query had: what leads to pages that use other words.
fn frequent_words(material: &str, so_far: &str) -> Vec<String> {
    let asked = text::term_set(so_far);
    let mut counts: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let sentences = groups(material).into_iter().flat_map(|group| group.statements);
    for statement in sentences {
        for word in text::words(&statement.sentence).filter(|word| text::is_content_word(word)) {
            let is_name = word.starts_with(char::is_alphabetic);
            if let Some(term) = text::terms(word).pop().filter(|term| is_name && !asked.contains(term)) {
                counts.entry(term).or_insert((0, word.to_lowercase())).0 += 1;
            }
        }
    }
    let mut ranked: Vec<(usize, String)> = counts.into_values().collect();
    ranked.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    ranked.into_iter().take(FEEDBACK_WORDS).map(|(_, word)| word).collect()
}

pub(super) fn select(prompt: &str) -> Answer {
    let grade = grade(prompt);
    let think = format!("{:?} against the purpose: {grade}.", section(prompt, "title"));
    vec![("think", think), ("grade", grade.to_string())]
}

/// How much of the subject is in title and page: 0 when a part of a short subject, or much of a long one, is missing.
fn grade(prompt: &str) -> u8 {
    let wanted = text::term_set(&subject(section(prompt, "purpose")));
    let title = text::term_set(section(prompt, "title"));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for term in text::terms(section(prompt, "page"))
        .into_iter()
        .chain(title.iter().cloned())
    {
        *counts.entry(term).or_default() += 1;
    }
    let page: BTreeSet<String> = counts.keys().cloned().collect();
    let coverage = text::coverage(&wanted, &page);
    let needed = if wanted.len() > SHORT_SUBJECT {
        NEEDED_COVERAGE
    } else {
        1.0
    };
    if coverage < needed {
        return 0;
    }
    let often = wanted
        .iter()
        .filter(|term| counts.get(*term).is_some_and(|count| *count > 2))
        .count();
    match (often == wanted.len(), wanted.is_disjoint(&title)) {
        (true, false) => 3,
        (true, true) | (false, false) => 2,
        (false, true) => 1,
    }
}

pub(super) fn summarise(prompt: &str) -> Answer {
    if grade(prompt) == 0 {
        let think = "The page does not speak of the subject.".to_owned();
        return vec![("think", think), ("summary", "no content".to_owned())];
    }
    let wanted = text::term_set(&subject(section(prompt, "purpose")));
    let title = text::term_set(section(prompt, "title"));
    let sentences = text::sentences(section(prompt, "page"));
    let mut ranked: Vec<(usize, f64)> = sentences
        .iter()
        .enumerate()
        .filter(|(_, sentence)| SENTENCE_WORDS.contains(&text::words(sentence).count()) && text::stands_alone(sentence))
        .map(|(place, sentence)| (place, worth(sentence, &wanted, &title)))
        .collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let mut places: Vec<usize> = ranked
        .into_iter()
        .take(SENTENCES_PER_PAGE)
        .map(|(place, _)| place)
        .collect();
    places.sort_unstable();
    let think = format!(
        "{} of {} sentences say something of their own.",
        places.len(),
        sentences.len()
    );
    let summary: Vec<&str> = places.into_iter().map(|place| sentences[place].as_str()).collect();
    vec![("think", think), ("summary", summary.join("\n"))]
}

/// What a sentence is worth: the subject counts most, then the page's own subject, then a figure.
fn worth(sentence: &str, wanted: &BTreeSet<String>, title: &BTreeSet<String>) -> f64 {
    let terms = text::term_set(sentence);
    let figures = if text::numbers(sentence).is_empty() { 0.0 } else { 0.5 };
    text::coverage(wanted, &terms) + 0.5 * text::coverage(title, &terms) + figures
}

pub(super) fn merge(prompt: &str) -> Answer {
    let all: Vec<_> = groups(section(prompt, "material"))
        .into_iter()
        .flat_map(|group| group.statements)
        .collect();
    let before = all.len();
    let kept = merged(all);
    let think = format!("{} of {before} statements are left without repetitions.", kept.len());
    let lines: Vec<String> = kept.iter().map(super::statement::Statement::line).collect();
    vec![("think", think), ("result", lines.join("\n"))]
}

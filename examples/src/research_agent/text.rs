//! Words, terms and sentences of English prose: what the index and the offline model both count with.
//! It knows nothing of prompts, pages or nodes.

use std::collections::BTreeSet;

/// Words that say nothing about a subject.
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "been", "before", "between",
    "both", "but", "by", "can", "could", "did", "do", "does", "each", "for", "from", "had", "has", "have", "he", "her",
    "his", "how", "i", "if", "in", "into", "is", "it", "its", "may", "more", "most", "no", "not", "of", "on", "one",
    "only", "or", "other", "out", "over", "she", "so", "some", "such", "than", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "to", "under", "until", "up", "was", "we", "were", "what", "when",
    "where", "which", "while", "who", "why", "will", "with", "would", "you",
];

/// Words a sentence cannot open with and still be understood away from its neighbours.
const DANGLING_OPENINGS: &[&str] = &[
    "also", "both", "but", "each", "either", "he", "her", "his", "however", "it", "its", "nor", "one", "or", "she",
    "so", "that", "their", "then", "there", "they", "those", "yet",
];

/// Words that point to a neighbour from anywhere in a sentence.
const POINTING_WORDS: &[&str] = &["such", "then", "these", "this"];

/// Abbreviations whose full stop ends no sentence.
const ABBREVIATIONS: &[&str] = &["mr", "mrs", "dr", "st", "no", "vs", "c", "ca"];

/// Tokens a word is taken for.
const TOKENS_PER_WORD: (u64, u64) = (13, 10);

/// About how many tokens a model makes of a text.
pub(super) fn estimated_tokens(text: &str) -> u64 {
    let words = u64::try_from(words(text).count()).unwrap_or(u64::MAX);
    words.saturating_mul(TOKENS_PER_WORD.0) / TOKENS_PER_WORD.1
}

/// A count as a number to divide with.
pub(super) fn count(items: usize) -> f64 {
    f64::from(u32::try_from(items).unwrap_or(u32::MAX))
}

/// Runs of letters and digits, as written.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Whether a word says something about a subject.
pub(super) fn is_content_word(word: &str) -> bool {
    word.chars().count() > 1 && !STOP_WORDS.contains(&word.to_lowercase().as_str())
}

/// What two texts are compared by: content words, lower case, without their endings.
pub(super) fn terms(text: &str) -> Vec<String> {
    words(text).filter(|word| is_content_word(word)).map(stem).collect()
}

/// The [`terms`] of a text, each once.
pub(super) fn term_set(text: &str) -> BTreeSet<String> {
    terms(text).into_iter().collect()
}

/// A light stemmer: enough to make `queues` and `queueing` meet, too weak to make different words meet.
fn stem(word: &str) -> String {
    let mut word = word.to_lowercase();
    if let Some(short) = word.strip_suffix("ies").filter(|short| short.len() > 2) {
        word = format!("{short}y");
    } else if word.ends_with('s') && !word.ends_with("ss") && word.len() > 3 {
        word.pop();
    }
    for ending in ["ing", "ed"] {
        let bare = word.strip_suffix(ending).filter(|short| short.len() > 3);
        if let Some(short) = bare.map(str::to_owned) {
            word = short;
            break;
        }
    }
    if word.len() > 3 && word.ends_with('e') {
        word.pop();
    }
    word
}

/// Share of terms two texts have in common (Jaccard index), 0 when both are empty.
pub(super) fn similarity(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let shared = one.intersection(other).count();
    let all = one.len() + other.len() - shared;
    if all == 0 { 0.0 } else { count(shared) / count(all) }
}

/// Share of `wanted` that is in `text`, 0 when nothing is wanted.
pub(super) fn coverage(wanted: &BTreeSet<String>, text: &BTreeSet<String>) -> f64 {
    if wanted.is_empty() {
        return 0.0;
    }
    count(wanted.intersection(text).count()) / count(wanted.len())
}

/// The numbers in a text, as written (`1,024` and `9.6` are one number each).
pub(super) fn numbers(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !(letter.is_ascii_digit() || letter == '.' || letter == ','))
        .map(|number| number.trim_matches(['.', ',']))
        .filter(|number| number.starts_with(|first: char| first.is_ascii_digit()))
        .map(|number| number.replace(',', ""))
        .collect()
}

/// Numbers that can only be meant as years.
pub(super) fn years(text: &str) -> Vec<i64> {
    words(text)
        .filter(|word| word.len() == 4)
        .filter_map(|word| word.parse().ok())
        .filter(|year| (1700..2100).contains(year))
        .collect()
}

/// The sentences of Markdown prose, line breaks removed; headings are left out.
pub(super) fn sentences(text: &str) -> Vec<String> {
    text.split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.starts_with('#'))
        .flat_map(|paragraph| split_paragraph(&paragraph.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect()
}

fn split_paragraph(paragraph: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = 0;
    for (place, letter) in paragraph.char_indices() {
        let after = &paragraph[place + letter.len_utf8()..];
        if matches!(letter, '.' | '?' | '!') && ends_sentence(&paragraph[start..place], after) {
            found.push(paragraph[start..=place].trim().to_owned());
            start = place + 1;
        }
    }
    let rest = paragraph[start..].trim();
    if !rest.is_empty() {
        found.push(rest.to_owned());
    }
    found
}

fn ends_sentence(before: &str, after: &str) -> bool {
    let last = words(before).last().unwrap_or_default();
    let is_abbreviation = last.chars().count() == 1 && last.chars().all(char::is_uppercase)
        || ABBREVIATIONS.contains(&last.to_lowercase().as_str());
    let opens_next = after.is_empty()
        || after
            .strip_prefix(' ')
            .is_some_and(|next| next.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit()));
    opens_next && !is_abbreviation
}

/// Whether a sentence can be read without the one before it.
pub(super) fn stands_alone(sentence: &str) -> bool {
    let opens_alone = words(sentence)
        .next()
        .is_some_and(|first| !DANGLING_OPENINGS.contains(&first.to_lowercase().as_str()));
    opens_alone && words(sentence).all(|word| !POINTING_WORDS.contains(&word.to_lowercase().as_str()))
}

/// The text with a capital first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_do_not_keep_words_apart() {
        assert_eq!(terms("queues"), terms("Queue"));
        assert_eq!(terms("stored messages"), terms("store message"));
        assert_ne!(terms("log"), terms("long"));
    }

    #[test]
    fn sentences_do_not_end_at_initials_or_in_figures() {
        let text = "Samuel F. B. Morse sent it in 1844. The line\nwas 64.4 km long! Did it last?\n\n## Heading\n\nNo.";
        let found = sentences(text);
        assert_eq!(found[0], "Samuel F. B. Morse sent it in 1844.");
        assert_eq!(found[1], "The line was 64.4 km long!");
        assert_eq!(found[2], "Did it last?");
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn numbers_ignore_how_thousands_are_written() {
        assert!(numbers("sent 1,024 bits.").contains("1024"));
        assert_eq!(years("from 1844 to 1969, over 1,200 lines"), [1844, 1969]);
    }
}

//! What a goal is about, and the sides it has.

use std::collections::BTreeSet;

use super::text;

/// A goal has no more sides than this.
const MOST_FACETS: usize = 4;
/// Titles more alike than this are about one side.
const ALIKE: f64 = 0.2;

/// What stands in “quotes” in a goal, or the goal itself.
pub(super) fn subject(goal: &str) -> String {
    let quoted: Vec<&str> = goal
        .split('“')
        .skip(1)
        .filter_map(|rest| rest.split_once('”').map(|(inside, _)| inside))
        .collect();
    if quoted.is_empty() {
        goal.to_owned()
    } else {
        quoted.join(", ")
    }
}

/// The sides a goal names by itself: what is listed behind a colon, or in its quoted subject.
pub(super) fn named(goal: &str) -> Vec<String> {
    let subject = subject(goal);
    let list = match subject.split_once(':') {
        Some((_, list)) => list,
        None if subject == goal => return Vec::new(),
        None => &subject,
    };
    let mut items: Vec<&str> = list.split([',', ';']).map(str::trim).collect();
    if let Some(last) = items.pop() {
        match (last.strip_prefix("and "), last.rsplit_once(" and ")) {
            (Some(item), _) => items.push(item),
            (None, Some((one, other))) => items.extend([one, other]),
            (None, None) => items.push(last),
        }
    }
    items
        .into_iter()
        .map(|item| item.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned())
        .filter(|item| !item.is_empty())
        .take(MOST_FACETS)
        .collect()
}

/// The sides a goal has in a library, from `title | first sentence` lines, best first: titles unlike each other.
pub(super) fn in_library(goal: &str, outline: &str) -> Vec<String> {
    let wanted = text::term_set(&subject(goal));
    let mut picked: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in outline.lines() {
        let terms = text::term_set(line);
        let is_new = picked.iter().all(|(_, other)| text::similarity(&terms, other) < ALIKE);
        if picked.len() < MOST_FACETS && is_new && !terms.is_disjoint(&wanted) {
            let title = line.split(['|', ':', ',']).next().unwrap_or(line).trim();
            picked.push((title.to_owned(), terms));
        }
    }
    picked.into_iter().map(|(title, _)| title).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_what_a_goal_lists() {
        let question = "How did messages travel: the telegraph, packet switching, queues and logs, and browser push?";
        assert_eq!(
            named(question),
            ["the telegraph", "packet switching", "queues and logs", "browser push"]
        );
        assert_eq!(named("Write about “queues and logs” at length"), ["queues", "logs"]);
        assert_eq!(named("Why do birds sing and fly?"), Vec::<String>::new());
    }

    #[test]
    fn a_goal_that_lists_nothing_has_the_sides_the_library_has() {
        let outline = "Telegraph lines | The telegraph came first.\nTelegraph line costs | The telegraph came first.\n\
                       Radio | A telegraph without wires.\nBread | Flour.";
        assert_eq!(
            in_library("Who paid for the telegraph?", outline),
            ["Telegraph lines", "Radio"]
        );
    }
}

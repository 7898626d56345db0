//! Citations in text, written `[reference:n]`: finding them, renumbering them, taking them out.
//! It never decides which number a source has.

const OPEN: &str = "[reference:";

/// The citation of source `number`.
pub(super) fn cite(number: u32) -> String {
    format!("{OPEN}{number}]")
}

/// The numbers cited, in order, repeated ones repeated.
pub(super) fn cited(text: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    renumber(text, |number| {
        numbers.push(number);
        None
    });
    numbers
}

/// The text with every citation renumbered; one for which `new_number` has no answer is removed.
pub(super) fn renumber(text: &str, mut new_number: impl FnMut(u32) -> Option<u32>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        out.push_str(before);
        let citation = after
            .split_once(']')
            .and_then(|(number, tail)| Some((number.parse().ok()?, tail)));
        let Some((number, tail)) = citation else {
            out.push_str(OPEN);
            rest = after;
            continue;
        };
        match new_number(number) {
            Some(number) => out.push_str(&cite(number)),
            // A removed citation takes its space along.
            None => out.truncate(out.trim_end_matches(' ').len()),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The text without citations.
pub(super) fn plain(text: &str) -> String {
    renumber(text, |_| None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_citations_are_removed_and_others_renumbered() {
        let text = "One. [reference:7] Two. [reference:9][reference:7] [reference:x]";
        let renumbered = renumber(text, |number| (number == 7).then_some(1));
        assert_eq!(renumbered, "One. [reference:1] Two.[reference:1] [reference:x]");
        assert_eq!(cited(text), [7, 9, 7]);
    }
}

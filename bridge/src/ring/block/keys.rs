//! What filters look at, of all entries of a block. Owns where the texts lie: together, so that an entry needs no memory
//! of its own, and once where an entry says the same as the one before it, as those of one run do.

use std::borrow::Cow;

use crate::entry::Keys;

/// The texts of a block's keys.
#[derive(Debug, Default)]
pub(super) struct Texts(String);

/// Where the keys of an entry lie among the texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    kind: Place,
    run: Option<Place>,
    node: Option<Place>,
    outcome: Option<Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    end: u32,
}

impl Texts {
    /// Adds the keys of an entry that follows the one at `before`.
    pub(super) fn push(&mut self, keys: &Keys<'_>, before: Option<&Places>) -> Places {
        let mut add =
            |text: &Option<Cow<'_, str>>, before: Option<Place>| text.as_deref().map(|text| self.place(text, before));
        Places {
            run: add(&keys.run, before.and_then(|before| before.run)),
            node: add(&keys.node, before.and_then(|before| before.node)),
            outcome: add(&keys.outcome, before.and_then(|before| before.outcome)),
            kind: self.place(&keys.kind, before.map(|before| before.kind)),
        }
    }

    fn place(&mut self, text: &str, before: Option<Place>) -> Place {
        if let Some(before) = before
            && self.at(before) == text
        {
            return before;
        }
        let start = self.here();
        self.0.push_str(text);
        Place {
            start,
            end: self.here(),
        }
    }

    fn here(&self) -> u32 {
        // The events of a block are far from four gigabytes.
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn get(&self, places: &Places) -> Keys<'_> {
        let text = |place: Place| Cow::Borrowed(self.at(place));
        Keys {
            kind: text(places.kind),
            run: places.run.map(text),
            node: places.node.map(text),
            outcome: places.outcome.map(text),
        }
    }

    fn at(&self, place: Place) -> &str {
        self.0.get(place.start as usize..place.end as usize).unwrap_or_default()
    }

    /// Nothing will be added.
    pub(super) fn finish(&mut self) {
        self.0.shrink_to_fit();
    }

    /// What it holds in memory.
    pub(super) fn bytes(&self) -> usize {
        self.0.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys<'a>(kind: &'a str, run: &'a str) -> Keys<'a> {
        Keys {
            kind: kind.into(),
            run: Some(run.into()),
            ..Keys::default()
        }
    }

    #[test]
    fn what_the_next_entry_says_as_well_is_kept_once() {
        let mut texts = Texts::default();
        let first = texts.push(&keys("a", "of one run"), None);
        let second = texts.push(&keys("b", "of one run"), Some(&first));
        let third = texts.push(&keys("b", "other"), Some(&second));
        assert_eq!(texts.0.len(), "of one runabother".len());
        for (places, wanted) in [
            (first, keys("a", "of one run")),
            (second, keys("b", "of one run")),
            (third, keys("b", "other")),
        ] {
            assert_eq!(texts.get(&places), wanted);
        }
    }
}

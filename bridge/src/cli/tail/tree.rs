//! How deep an event lies among spans. Owns that of the spans that are open; what is told of one that ended is at the
//! depth of what is around it, as far as that is known.

use std::collections::HashMap;

use super::event::Shown;

/// See the module's description.
#[derive(Default)]
pub(super) struct Tree {
    open: HashMap<String, usize>,
}

impl Tree {
    /// The depth of an event, which opens or closes its span.
    pub(super) fn depth(&mut self, event: &Shown) -> usize {
        let inside = || match event.text("parent_id") {
            // Its parent has ended, or began before we came.
            Some(parent) => self.open.get(parent).map_or(1, |depth| depth + 1),
            None => 0,
        };
        let Some(span) = event.text("span_id") else {
            return inside();
        };
        if event.is_finish() {
            let known = self.open.get(span).copied();
            let depth = known.unwrap_or_else(inside);
            self.open.remove(span);
            return depth;
        }
        let depth = inside();
        self.open.insert(span.to_owned(), depth);
        depth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_is_deeper_and_an_end_stands_below_its_start() {
        let mut tree = Tree::default();
        let mut depth = |payload: &str| tree.depth(&Shown::read(&format!(r#"{{"type":"a","payload":{payload}}}"#)));
        assert_eq!(depth(r#"{"span_id":"1"}"#), 0);
        assert_eq!(depth(r#"{"span_id":"2","parent_id":"1"}"#), 1);
        assert_eq!(depth(r#"{"parent_id":"2"}"#), 2);
        assert_eq!(depth(r#"{"span_id":"2","parent_id":"1","outcome":"ok"}"#), 1);
        assert_eq!(depth(r#"{"parent_id":"2"}"#), 1);
        assert_eq!(depth(r#"{"span_id":"1","outcome":"ok"}"#), 0);
        assert_eq!(depth("{}"), 0);
    }
}

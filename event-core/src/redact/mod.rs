//! Masks secrets in the texts of events, on the writer's thread, before anything leaves the process. Owns what a mask
//! looks like and whose masks are applied; what a secret looks like is its submodules' business. It never fails.

mod link;
mod pem;
mod token;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A text that is shorter holds no secret: the shortest there is would be `a://:b@c`.
const MIN_TEXT: usize = 8;
/// What stands in the place of what is hidden.
const MASK: &str = "…[redacted]";

/// A mask of a user's: the text to show instead, or nothing if the text may be seen.
type OwnMask = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Masks secrets in all texts of an event: of its payload, at any depth, keys included, and of errors.
///
/// A bus has one by default, which knows the shapes of API keys (`sk-…`, `sk-ant-…`, `AKIA…`, `ghp_…`, `xoxb-…`,
/// `AIza…`, `hf_…` and others), `Bearer` tokens, JSON Web Tokens, passwords in URLs and private keys in PEM. A token
/// counts as a secret if it stands at the start of a word and goes on for 16 characters that are not plainly words, so
/// that prose survives:
///
/// ```
/// let redactor = event_core::Redactor::default();
/// assert_eq!(redactor.redact("key: sk-4hT9sKq0ZzXw81mPq2Lr"), "key: sk-…[redacted]");
/// assert_eq!(redactor.redact("redis://agent:hunter2@cache"), "redis://agent:…[redacted]@cache");
/// assert_eq!(redactor.redact("sk-learn, a bearer of news"), "sk-learn, a bearer of news");
/// ```
///
/// It is a net with meshes, for what slips in by mistake. What must not be seen is better not put into an event.
#[derive(Clone)]
pub struct Redactor {
    knows_shapes: bool,
    own: Vec<Arc<OwnMask>>,
}

impl Default for Redactor {
    /// Masks well-known secrets.
    fn default() -> Self {
        Self {
            knows_shapes: true,
            own: Vec::new(),
        }
    }
}

impl Redactor {
    /// Masks nothing.
    pub fn off() -> Self {
        Self {
            knows_shapes: false,
            own: Vec::new(),
        }
    }

    /// Masks by a rule of your own as well: it is given each text, and returns what is to be seen instead, if anything.
    /// It runs on the writer's thread, for every text of every event.
    ///
    /// ```
    /// use event_core::Redactor;
    ///
    /// let redactor = Redactor::default().and(|text| text.contains("ACME-").then(|| "[an order]".to_owned()));
    /// assert_eq!(redactor.redact("ACME-2024-17"), "[an order]");
    /// ```
    pub fn and(mut self, mask: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.own.push(Arc::new(mask));
        self
    }

    /// The text as it may be seen.
    #[inline]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if text.len() < MIN_TEXT && self.own.is_empty() {
            return Cow::Borrowed(text);
        }
        self.look_through(text)
    }

    /// Whether something in there was masked already.
    pub(crate) fn is_masked(text: &str) -> bool {
        text.len() >= MASK.len() && text.contains(MASK)
    }

    fn look_through<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut shown = if self.knows_shapes {
            mask(text)
        } else {
            Cow::Borrowed(text)
        };
        for own in &self.own {
            match catch_unwind(AssertUnwindSafe(|| own(&shown))) {
                Ok(None) => {}
                Ok(Some(masked)) => shown = Cow::Owned(masked),
                // Nobody knows what it would have hidden.
                Err(_) => return Cow::Borrowed("[redacted: the mask of it panicked]"),
            }
        }
        shown
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor")
            .field("knows_shapes", &self.knows_shapes)
            .field("own", &self.own.len())
            .finish()
    }
}

/// Hides what has the shape of a secret.
fn mask(text: &str) -> Cow<'_, str> {
    // Most texts hold none, and are looked through once.
    let mut hidden: Vec<Range<usize>> = Vec::new();
    link::find(text.as_bytes(), &mut hidden);
    if token::find(text.as_bytes(), &mut hidden) && text.len() >= pem::MIN_TEXT {
        pem::find(text.as_bytes(), &mut hidden);
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    hidden.sort_unstable_by_key(|range| range.start);
    Cow::Owned(without(text, &hidden))
}

/// Ranges in the order of their starts; one within another counts as one.
fn without(text: &str, hidden: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut end = 0;
    for range in hidden {
        if range.start >= end {
            shown.push_str(text.get(end..range.start).unwrap_or_default());
            shown.push_str(MASK);
        }
        end = end.max(range.end);
    }
    shown.push_str(text.get(end..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests;

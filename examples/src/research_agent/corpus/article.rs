//! One article: what is read from a file of Markdown, plain text or HTML.

use std::path::Path;

use crate::research_agent::memory::Source;
use crate::research_agent::text;

/// One article.
pub struct Article {
    /// Where it is, what it is called, when it was published.
    pub source: Source,
    /// Its text, in Markdown.
    pub body: String,
    /// Why it does not load, if it does not: some pages of the shipped corpus answer like a closed door, on purpose.
    pub unavailable: Option<String>,
}

impl Article {
    /// Reads a file's text; `name` is its path in the corpus, without the ending.
    pub(super) fn read(path: &Path, name: &str, text: &str) -> Self {
        if is_html(path) {
            Self::from_html(name, text)
        } else {
            Self::from_markdown(name, text)
        }
    }

    /// Reads front matter (`title`, `url`, `published`, `unavailable`) and text. What is missing comes from the first
    /// heading and the file's name.
    pub(super) fn from_markdown(name: &str, text: &str) -> Self {
        let (front, body) = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .unwrap_or(("", text));
        let field = |name: &str| {
            front
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(key, _)| key.trim() == name)
                .map(|(_, value)| value.trim().to_owned())
        };
        let heading = body.lines().find_map(|line| line.strip_prefix("# ")).map(str::to_owned);
        Self {
            source: Source {
                url: field("url").unwrap_or_else(|| format!("corpus://{name}")),
                title: field("title").or(heading).unwrap_or_else(|| name.to_owned()),
                published: field("published").unwrap_or_default(),
            },
            body: body.trim().to_owned(),
            unavailable: field("unavailable"),
        }
    }

    fn from_html(name: &str, html: &str) -> Self {
        let title = between(html, "<title>", "</title>").map(nanohtml2text::html2text);
        let body = nanohtml2text::html2text(html).replace("\r\n", "\n");
        Self {
            source: Source {
                url: format!("corpus://{name}"),
                title: title.map_or_else(|| name.to_owned(), |title| title.trim().to_owned()),
                published: String::new(),
            },
            body: body.trim().to_owned(),
            unavailable: None,
        }
    }

    /// Its first sentence.
    pub fn lead(&self) -> String {
        text::sentences(&self.body).into_iter().next().unwrap_or_default()
    }
}

fn is_html(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("html") || ending.eq_ignore_ascii_case("htm")
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_is_read_and_may_be_missing() {
        let full = Article::from_markdown(
            "a",
            "---\ntitle: On: logs\nurl: corpus://x\npublished: 2020-02-03\n---\nA log. B.",
        );
        assert_eq!(
            (full.source.title.as_str(), full.source.url.as_str()),
            ("On: logs", "corpus://x")
        );
        assert_eq!(full.lead(), "A log.");
        let bare = Article::from_markdown("notes", "# Heading\n\nText.");
        assert_eq!(
            (bare.source.title.as_str(), bare.source.url.as_str()),
            ("Heading", "corpus://notes")
        );
        assert_eq!(bare.unavailable, None);
    }

    #[test]
    fn of_html_only_the_text_is_read() {
        let html = "<html><head><title>Signals &amp; flags</title><style>p { color: red }</style></head>\
                    <body><script>alert(1)</script><h1>Flags</h1><p>A flag is a <b>signal</b>.</p></body></html>";
        let article = Article::read(Path::new("flags.HTML"), "flags", html);
        assert_eq!(article.source.title, "Signals & flags");
        assert_eq!(article.body, "Flags\n\nA flag is a signal.");
    }
}

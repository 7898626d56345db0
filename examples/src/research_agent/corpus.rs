//! The articles a run can read: a folder of Markdown files with front matter, and a BM25 index over them.
//! It only finds and hands out; which page is worth reading is for the agents to say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::memory::Source;
use super::text;

/// How fast further occurrences of a term count for less.
const SATURATION: f64 = 1.2;
/// How much long articles are held back.
const LENGTH_WEIGHT: f64 = 0.75;
/// A term in the title counts as this many in the text.
const TITLE_WEIGHT: usize = 3;

/// One article.
pub struct Article {
    /// Where it is, what it is called, when it was published.
    pub source: Source,
    /// Its text, in Markdown.
    pub body: String,
    /// Why it does not load, if it does not: some pages of the shipped corpus answer like a closed door, on purpose.
    pub unavailable: Option<String>,
}

/// Why a folder is no corpus.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The folder or a file cannot be read.
    #[error("cannot read {}: {reason}; name a folder of .md files with --corpus", path.display())]
    Unreadable {
        /// What cannot be read.
        path: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// There is no article in it.
    #[error("{} has no .md file; name a folder of articles with --corpus", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

/// All articles and their index.
pub struct Corpus {
    articles: Vec<Article>,
    /// For every term, the articles it is in and how often.
    postings: BTreeMap<String, BTreeMap<usize, f64>>,
    lengths: Vec<f64>,
}

impl Corpus {
    /// Reads every `.md` file of a folder, in the order of their names.
    pub fn load(folder: &Path) -> Result<Self, CorpusError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |reason| CorpusError::Unreadable { path, reason }
        };
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            paths.push(entry.map_err(unreadable(folder))?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
        paths.sort();
        let mut articles = Vec::new();
        for path in &paths {
            let text = fs::read_to_string(path).map_err(unreadable(path))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            articles.push(Article::parse(&name, &text));
        }
        if articles.is_empty() {
            return Err(CorpusError::Empty {
                path: folder.to_owned(),
            });
        }
        Ok(Self::new(articles))
    }

    /// Indexes articles.
    pub fn new(articles: Vec<Article>) -> Self {
        let mut postings: BTreeMap<String, BTreeMap<usize, f64>> = BTreeMap::new();
        let mut lengths = Vec::new();
        for (place, article) in articles.iter().enumerate() {
            let title = std::iter::repeat_n(text::terms(&article.source.title), TITLE_WEIGHT);
            let terms: Vec<String> = title.flatten().chain(text::terms(&article.body)).collect();
            lengths.push(text::count(terms.len()));
            for term in terms {
                *postings.entry(term).or_default().entry(place).or_default() += 1.0;
            }
        }
        Self {
            articles,
            postings,
            lengths,
        }
    }

    /// The best `limit` articles for a query, best first; equal ones in the order of the folder.
    pub fn search(&self, query: &str, limit: usize) -> Vec<&Article> {
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for term in text::term_set(query) {
            let Some(places) = self.postings.get(&term) else {
                continue;
            };
            for (place, occurrences) in places {
                *scores.entry(*place).or_default() += self.weight(places.len()) * self.saturated(*place, *occurrences);
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        ranked.truncate(limit);
        ranked.into_iter().map(|(place, _)| &self.articles[place]).collect()
    }

    /// A term that is in few articles says more.
    fn weight(&self, articles_with_term: usize) -> f64 {
        let with = text::count(articles_with_term);
        let without = text::count(self.articles.len()) - with;
        ((without + 0.5) / (with + 0.5)).ln_1p()
    }

    fn saturated(&self, place: usize, occurrences: f64) -> f64 {
        let mean = self.lengths.iter().sum::<f64>() / text::count(self.lengths.len());
        let relative = 1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * self.lengths[place] / mean;
        occurrences * (SATURATION + 1.0) / (occurrences + SATURATION * relative)
    }

    /// The article at a URL.
    pub fn article(&self, url: &str) -> Option<&Article> {
        self.articles.iter().find(|article| article.source.url == url)
    }

    /// The date of the newest article: what counts as today in a run that can be repeated.
    pub fn newest(&self) -> &str {
        self.articles
            .iter()
            .map(|article| article.source.published.as_str())
            .max()
            .unwrap_or_default()
    }
}

impl Article {
    /// Reads front matter (`title`, `url`, `published`, `unavailable`) and text. What is missing comes from the first
    /// heading and the file's name.
    fn parse(name: &str, text: &str) -> Self {
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

    /// Its first sentence.
    pub fn lead(&self) -> String {
        text::sentences(&self.body).into_iter().next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_is_read_and_may_be_missing() {
        let full = Article::parse(
            "a",
            "---\ntitle: On: logs\nurl: corpus://x\npublished: 2020-02-03\n---\nA log. B.",
        );
        assert_eq!(
            (full.source.title.as_str(), full.source.url.as_str()),
            ("On: logs", "corpus://x")
        );
        assert_eq!(full.lead(), "A log.");
        let bare = Article::parse("notes", "# Heading\n\nText.");
        assert_eq!(
            (bare.source.title.as_str(), bare.source.url.as_str()),
            ("Heading", "corpus://notes")
        );
        assert_eq!(bare.unavailable, None);
    }

    #[test]
    fn the_article_about_a_subject_comes_before_one_that_mentions_it() {
        let article = |name: &str, text: &str| Article::parse(name, text);
        let corpus = Corpus::new(vec![
            article("pigeons", "# Pigeons\n\nPigeons fly. A telegraph does not."),
            article(
                "telegraph",
                "# The telegraph\n\nThe telegraph sent telegraphed words. Telegraphs spread.",
            ),
            article("bread", "# Bread\n\nFlour and water."),
        ]);
        let found: Vec<&str> = corpus
            .search("telegraphs", 5)
            .iter()
            .map(|a| a.source.title.as_str())
            .collect();
        assert_eq!(found, ["The telegraph", "Pigeons"]);
    }
}

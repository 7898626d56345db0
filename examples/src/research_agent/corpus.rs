//! The articles a run can read: a folder of Markdown, text and HTML files, and a BM25 index over them.
//! It only finds and hands out; which page is worth reading is for the agents to say.

mod article;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub use self::article::Article;
use super::text;

/// The endings of files that are read.
const ENDINGS: [&str; 5] = ["md", "markdown", "txt", "html", "htm"];
/// Folders in folders are read to this depth: a link that leads back up must come to an end.
const DEEPEST_FOLDER: usize = 16;

/// How fast further occurrences of a term count for less.
const SATURATION: f64 = 1.2;
/// How much long articles are held back.
const LENGTH_WEIGHT: f64 = 0.75;
/// A term in the title counts as this many in the text.
const TITLE_WEIGHT: usize = 3;

/// Why a folder is no corpus.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The folder or a file cannot be read.
    #[error("cannot read {}: {reason}; name a folder of .md, .txt or .html files with --corpus", path.display())]
    Unreadable {
        /// What cannot be read.
        path: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// There is no article in it.
    #[error("{} has no .md, .txt or .html file; name a folder of articles with --corpus", path.display())]
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
    /// Reads every file with text in a folder and the folders in it, in the order of their names.
    pub fn load(folder: &Path) -> Result<Self, CorpusError> {
        let mut articles = Vec::new();
        for path in files(folder, DEEPEST_FOLDER)? {
            let bytes = fs::read(&path).map_err(unreadable(&path))?;
            let name = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            articles.push(Article::read(&path, &name.to_string_lossy(), &text));
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

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> CorpusError {
    let path = path.to_owned();
    move |reason| CorpusError::Unreadable { path, reason }
}

/// The files with text, by name. What begins with a dot is passed over.
fn files(folder: &Path, depth: usize) -> Result<Vec<PathBuf>, CorpusError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        paths.push(entry.map_err(unreadable(folder))?.path());
    }
    paths.retain(|path| !path.file_name().unwrap_or_default().to_string_lossy().starts_with('.'));
    paths.sort();
    let mut files_in_order = Vec::new();
    for path in paths {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_dir() && depth > 0 {
            files_in_order.extend(files(&path, depth - 1)?);
        } else if path.is_file() && ENDINGS.contains(&ending.as_str()) {
            files_in_order.push(path);
        }
    }
    Ok(files_in_order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_article_about_a_subject_comes_before_one_that_mentions_it() {
        let article = |name: &str, text: &str| Article::from_markdown(name, text);
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

    #[test]
    fn a_folder_of_text_markdown_and_html_is_read_to_its_depths() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        write("b.txt", b"Plain text, not all of it UTF-8: \xff.");
        write("a/deep/c.md", b"# Deep\r\n\r\nText.");
        write("page.htm", b"<title>Page</title><p>Text.</p>");
        write("image.png", b"no text");
        write(".git/HEAD.md", b"no article");
        let corpus = Corpus::load(folder.path()).unwrap();
        let found: Vec<&str> = corpus
            .articles
            .iter()
            .map(|article| article.source.url.as_str())
            .collect();
        assert_eq!(found, ["corpus://a/deep/c", "corpus://b", "corpus://page"]);
        assert_eq!(corpus.articles[0].source.title, "Deep");
    }
}

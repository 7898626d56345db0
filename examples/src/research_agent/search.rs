//! One round of searching, from queries to statements: find, load, select, summarise.
//!
//! ```text
//! queries ──find──► pages ──load──► texts ──select──► the best ──summarise──► statements
//!          (index)        (fan out)       (fan out, LLM)       (fan out, LLM)
//! ```
//!
//! A page that cannot be loaded or judged is left out; it never costs the round. What a fan-out returns has the order
//! of its jobs, whichever ended first.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use event_core::{Context, SearchRoundCompleted, emits};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::chance::Faults;
use super::corpus::{Article, Corpus};
use super::llm::{Llm, LlmError};
use super::memory::Source;
use super::pace::Pace;
use super::prompt::Prompt;

/// How many pages a query may bring.
const PAGES_PER_QUERY: usize = 6;
/// How many pages a round looks at.
const PAGES_PER_ROUND: usize = 6;
/// How many of them it keeps.
const KEPT_PER_ROUND: usize = 3;
/// How many pages are loaded or read at once.
const LANES: usize = 3;
/// What the summariser answers for a page that turns out to have nothing.
const NO_CONTENT: &str = "no content";

/// What a round brought.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Round {
    /// What was asked.
    pub queries: Vec<String>,
    /// How many pages were found and looked at.
    pub found: u32,
    /// The pages kept, best first.
    pub pages: Vec<ReadPage>,
    /// URLs of pages that did not load.
    pub lost: Vec<String>,
}

/// A page and what it says to the purpose.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadPage {
    /// The page.
    pub source: Source,
    /// Its statements, one a line.
    pub summary: String,
}

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Nothing is known at the address.
    #[error("{url}: no such page")]
    Unknown {
        /// The address.
        url: String,
    },
    /// The page did not load.
    #[error("{url}: {reason}")]
    NotLoaded {
        /// The address.
        url: String,
        /// What came instead.
        reason: String,
    },
    /// The page says nothing to the purpose.
    #[error("{url}: nothing to the purpose")]
    NothingToThePurpose {
        /// The address.
        url: String,
    },
    /// A model gave no usable answer.
    #[error(transparent)]
    Llm(#[from] LlmError),
}

/// A page that was loaded.
#[derive(Clone)]
struct Page {
    source: Source,
    body: String,
}

/// Searching in a corpus, with a model that selects and summarises.
pub struct Search {
    corpus: Arc<Corpus>,
    llm: Arc<Llm>,
    pace: Pace,
    faults: Faults,
}

impl Search {
    /// A search of `corpus` with `llm`. Pages load at `pace`, and some of them not.
    pub fn new(corpus: Arc<Corpus>, llm: Arc<Llm>, pace: Pace, faults: Faults) -> Self {
        Self {
            corpus,
            llm,
            pace,
            faults,
        }
    }

    /// Seam 5: one round, however it ends.
    #[emits(_, |round| SearchRoundCompleted {
        query_terms: &round.queries,
        page_count: round.found,
        selected_count: u32::try_from(round.pages.len()).unwrap_or(u32::MAX),
        cached: Some(false),
    })]
    pub async fn full_pipeline_search(self: &Arc<Self>, queries: &[String], purpose: &str, seen: &[String]) -> Round {
        let urls = match self.faults.strikes("search", purpose) {
            None => self.find(queries, seen),
            Some(_) => Vec::new(),
        };
        let found = u32::try_from(urls.len()).unwrap_or(u32::MAX);
        let (loaded, lost) = self.load_all(urls).await;
        let selected = self.select(loaded, purpose).await;
        let pages = self.summarise_all(selected, purpose).await;
        Round {
            queries: queries.to_vec(),
            found,
            pages,
            lost,
        }
    }

    /// Loads one page and says what is in it to the purpose.
    pub async fn read_page(&self, url: &str, purpose: &str) -> Result<ReadPage, SearchError> {
        let page = self.load(url, "alone").await?;
        self.summarise(page, purpose).await
    }

    /// The best pages of each query in turn, none twice and none that was seen before.
    fn find(&self, queries: &[String], seen: &[String]) -> Vec<String> {
        let hits: Vec<Vec<&Article>> = queries
            .iter()
            .map(|query| self.corpus.search(query, PAGES_PER_QUERY))
            .collect();
        let mut known: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
        (0..PAGES_PER_QUERY)
            .flat_map(|rank| hits.iter().filter_map(move |articles| articles.get(rank)))
            .map(|article| article.source.url.as_str())
            .filter(|url| known.insert(url))
            .take(PAGES_PER_ROUND)
            .map(str::to_owned)
            .collect()
    }

    /// `how` it is loaded makes another fault, but no other page.
    async fn load(&self, url: &str, how: &str) -> Result<Page, SearchError> {
        let article = self
            .corpus
            .article(url)
            .ok_or_else(|| SearchError::Unknown { url: url.to_owned() })?;
        self.pace.page(url).await;
        let fault = self.faults.strikes("page", &format!("{how} {url}"));
        let fault = fault.map(|kind| if kind < 0.5 { "403 Forbidden" } else { "timed out" }.to_owned());
        match article.unavailable.clone().or(fault) {
            Some(reason) => Err(SearchError::NotLoaded {
                url: url.to_owned(),
                reason,
            }),
            None => Ok(Page {
                source: article.source.clone(),
                body: article.body.clone(),
            }),
        }
    }

    async fn load_all(self: &Arc<Self>, urls: Vec<String>) -> (Vec<Page>, Vec<String>) {
        let jobs = urls.into_iter().map(|url| {
            let search = Arc::clone(self);
            async move { search.load(&url, "with others").await.map_err(|_| url) }
        });
        let mut loaded = Vec::new();
        let mut lost = Vec::new();
        for page in fan_out(jobs).await {
            match page {
                Ok(page) => loaded.push(page),
                Err(url) => lost.push(url),
            }
        }
        (loaded, lost)
    }

    /// The pages with the best grades, in the order they were found among equals.
    async fn select(self: &Arc<Self>, pages: Vec<Page>, purpose: &str) -> Vec<Page> {
        let jobs = pages.into_iter().map(|page| {
            let (search, purpose) = (Arc::clone(self), purpose.to_owned());
            async move { (search.grade(&page, &purpose).await, page) }
        });
        let mut graded = fan_out(jobs).await;
        graded.retain(|(grade, _)| *grade > 0);
        graded.sort_by_key(|(grade, _)| std::cmp::Reverse(*grade));
        graded.truncate(KEPT_PER_ROUND);
        graded.into_iter().map(|(_, page)| page).collect()
    }

    /// 3 for a page full of what is wanted, 0 for one that has nothing, or that no grade could be had for.
    async fn grade(&self, page: &Page, purpose: &str) -> u8 {
        let prompt = Prompt::new(
            "PageSelector",
            "select",
            "Grade how much this page helps with the purpose: 3 rich, 2 enough, 1 a little, 0 nothing.",
            &["grade"],
        )
        .section("purpose", purpose)
        .section("title", &page.source.title)
        .section("page", &page.body);
        self.llm
            .ask_until(&prompt, |reply| match reply.tag("grade").parse() {
                Ok(grade @ 0..=3) => Ok(grade),
                _ => Err(format!("the grade {:?} is not one of 0, 1, 2, 3", reply.tag("grade"))),
            })
            .await
            .unwrap_or(0)
    }

    async fn summarise_all(self: &Arc<Self>, pages: Vec<Page>, purpose: &str) -> Vec<ReadPage> {
        let jobs = pages.into_iter().map(|page| {
            let (search, purpose) = (Arc::clone(self), purpose.to_owned());
            async move { search.summarise(page, &purpose).await }
        });
        fan_out(jobs).await.into_iter().filter_map(Result::ok).collect()
    }

    async fn summarise(&self, page: Page, purpose: &str) -> Result<ReadPage, SearchError> {
        let prompt = Prompt::new(
            "PageSummariser",
            "summarise",
            "Say what this page says to the purpose, in whole sentences that can stand alone, one a line. Answer \
             \"no content\" if it says nothing.",
            &["summary"],
        )
        .section("purpose", purpose)
        .section("title", &page.source.title)
        .section("page", &page.body);
        let summary = self
            .llm
            .ask_until(&prompt, |reply| Ok(reply.tag("summary").to_owned()))
            .await?;
        if summary == NO_CONTENT {
            return Err(SearchError::NothingToThePurpose { url: page.source.url });
        }
        Ok(ReadPage {
            source: page.source,
            summary,
        })
    }
}

/// Runs jobs as tasks, a few at a time, and returns what they gave in the order of the jobs.
///
/// A task starts outside of every span; the context carried along keeps it inside the step that started it. Dropping
/// the future ends the tasks.
async fn fan_out<J>(jobs: impl Iterator<Item = J>) -> Vec<J::Output>
where
    J: Future<Output: Send> + Send + 'static,
{
    let context = Context::current();
    let lanes = Arc::new(Semaphore::new(LANES));
    let mut tasks = JoinSet::new();
    for (place, job) in jobs.enumerate() {
        let lanes = Arc::clone(&lanes);
        tasks.spawn(context.clone().wrap(async move {
            // The semaphore is never closed, so there is always a permit to wait for.
            let _permit = lanes.acquire_owned().await;
            (place, job.await)
        }));
    }
    let mut done = Vec::with_capacity(tasks.len());
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(result) => done.push(result),
            // A job that panicked is a bug, and ends the run like a bug anywhere else.
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => {}
        }
    }
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, output)| output).collect()
}

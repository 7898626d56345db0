//! The tool `browser`: a whole search round, or one page read for a purpose. The work is in [`Search`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ActionReturn, ActionState, Tool, ToolFuture, read_args};
use crate::research_agent::search::{Search, SearchError};

/// Searches and reads.
pub struct Browser {
    search: Arc<Search>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchArgs {
    queries: Vec<String>,
    purpose: String,
    seen: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageArgs {
    url: String,
    purpose: String,
}

impl Browser {
    /// A browser over `search`.
    pub fn new(search: Arc<Search>) -> Self {
        Self { search }
    }

    async fn search_round(&self, args: &Value) -> ActionReturn {
        let args: SearchArgs = match read_args(args) {
            Ok(args) => args,
            Err(failure) => return failure,
        };
        let round = self
            .search
            .full_pipeline_search(&args.queries, &args.purpose, &args.seen)
            .await;
        let summary = format!(
            "{} pages found, {} kept, {} lost",
            round.found,
            round.pages.len(),
            round.lost.len()
        );
        returned(&round, summary)
    }

    async fn read_page(&self, args: &Value) -> ActionReturn {
        let args: PageArgs = match read_args(args) {
            Ok(args) => args,
            Err(failure) => return failure,
        };
        match self.search.read_page(&args.url, &args.purpose).await {
            Ok(page) => returned(&page, page.source.title.clone()),
            Err(error @ SearchError::NotLoaded { .. }) => {
                ActionReturn::failure(ActionState::HttpError, error.to_string())
            }
            Err(error) => ActionReturn::failure(ActionState::ApiError, error.to_string()),
        }
    }
}

fn returned(result: &impl Serialize, summary: String) -> ActionReturn {
    match serde_json::to_value(result) {
        Ok(value) => ActionReturn::success(value, summary),
        Err(error) => ActionReturn::failure(ActionState::ApiError, error.to_string()),
    }
}

impl Tool for Browser {
    fn name(&self) -> &'static str {
        "browser"
    }

    fn run<'a>(&'a self, api: &'a str, args: &'a Value) -> ToolFuture<'a> {
        Box::pin(async move {
            match api {
                "full_pipeline_search" => self.search_round(args).await,
                "read_page" => self.read_page(args).await,
                _ => ActionReturn::unknown_api(self.name(), api),
            }
        })
    }
}

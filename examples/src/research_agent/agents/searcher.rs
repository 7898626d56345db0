//! The searcher: asks, reads what came back, asks again for what is missing, and merges what the pages say.

use std::fmt::Write as _;

use serde_json::json;

use super::{AgentError, Researchers, Work};
use crate::research_agent::citation;
use crate::research_agent::llm::Reply;
use crate::research_agent::memory::View;
use crate::research_agent::prompt::Prompt;
use crate::research_agent::search::{ReadPage, Round};
use crate::research_agent::tools::{ActionReturn, ToolCall};

/// How many rounds of queries a search has at most.
const MAX_ROUNDS: usize = 3;

const AGENT: &str = "Searcher";

/// What the rounds of one search brought.
#[derive(Default)]
struct Notes {
    queries: Vec<String>,
    pages: Vec<ReadPage>,
    /// Pages that did not load, so that no round asks for them again.
    lost: Vec<String>,
}

impl Researchers {
    pub(super) async fn search(&self, view: View<'_>) -> Result<Work, AgentError> {
        let goal = &view.node().goal;
        let mut notes = Notes::default();
        for round in 0..MAX_ROUNDS {
            let queries = self.next_queries(goal, &notes, round).await?;
            if queries.is_empty() {
                break;
            }
            self.search_round(goal, queries, &mut notes).await?;
        }
        if notes.pages.is_empty() {
            return Err(AgentError::NothingFound { goal: goal.clone() });
        }
        let text = self.merge(goal, &notes).await?;
        let sources = notes.pages.into_iter().map(|page| page.source).collect();
        Ok(Work {
            text,
            sources,
            is_report_text: false,
        })
    }

    async fn next_queries(&self, goal: &str, notes: &Notes, round: usize) -> Result<Vec<String>, AgentError> {
        let prompt = Prompt::new(
            AGENT,
            "queries",
            "Say what is still missing to reach the goal and give the next queries, as a JSON list of strings. Give an \
             empty list when the material is enough.",
            &["missing_info", "queries"],
        )
        .section("goal", goal)
        .section("rounds left", &(MAX_ROUNDS - round).to_string())
        .section("queries so far", &notes.queries.join("\n"))
        .section("material", &notes.material());
        let read = |reply: &Reply| {
            serde_json::from_str::<Vec<String>>(reply.tag("queries")).map_err(|error| format!("the queries: {error}"))
        };
        Ok(self.llm.ask_until(&prompt, read).await?)
    }

    /// A tool that fails costs the round what it would have brought, not the search.
    async fn search_round(&self, goal: &str, queries: Vec<String>, notes: &mut Notes) -> Result<(), AgentError> {
        let seen: Vec<&str> = notes.pages.iter().map(|page| page.source.url.as_str()).collect();
        let seen = [seen, notes.lost.iter().map(String::as_str).collect()].concat();
        let call = ToolCall::new(
            "browser.full_pipeline_search",
            json!({ "queries": queries, "purpose": goal, "seen": seen }),
        );
        notes.queries.extend(queries);
        let returned = self.tools.call(&call).await;
        let Some(round) = read_result::<Round>(&call, returned)? else {
            return Ok(());
        };
        notes.pages.extend(round.pages);
        for url in round.lost {
            self.second_chance(goal, url, notes).await?;
        }
        Ok(())
    }

    /// A page that did not load in a crowd may load alone.
    async fn second_chance(&self, goal: &str, url: String, notes: &mut Notes) -> Result<(), AgentError> {
        let call = ToolCall::new("browser.read_page", json!({ "url": url, "purpose": goal }));
        let returned = self.tools.call(&call).await;
        match read_result::<ReadPage>(&call, returned)? {
            Some(page) => notes.pages.push(page),
            None => notes.lost.push(url),
        }
        Ok(())
    }

    async fn merge(&self, goal: &str, notes: &Notes) -> Result<String, AgentError> {
        let prompt = Prompt::new(
            AGENT,
            "merge",
            "Merge the statements below into one list, a statement a line. Say nothing twice, keep what contradicts, \
             and keep the [reference:n] of every statement.",
            &["result"],
        )
        .section("goal", goal)
        .section("material", &notes.material());
        Ok(self
            .llm
            .ask_until(&prompt, |reply| Ok(reply.tag("result").to_owned()))
            .await?)
    }
}

impl Notes {
    /// What the pages say, every statement with the place of its page.
    fn material(&self) -> String {
        let mut text = String::new();
        for (number, page) in (1..).zip(&self.pages) {
            let _ = writeln!(text, "# {} ({})", page.source.title, page.source.published);
            for statement in page.summary.lines() {
                let _ = writeln!(text, "{statement} {}", citation::cite(number));
            }
        }
        text
    }
}

/// The result of a call that succeeded, `None` of one that failed.
pub(super) fn read_result<T: serde::de::DeserializeOwned>(
    call: &ToolCall,
    returned: ActionReturn,
) -> Result<Option<T>, AgentError> {
    if !returned.state.is_success() {
        return Ok(None);
    }
    serde_json::from_value(returned.result)
        .map(Some)
        .map_err(|error| AgentError::Tool {
            tool: call.name().to_owned(),
            reason: error.to_string(),
        })
}

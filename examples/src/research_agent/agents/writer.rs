//! The writer: turns findings into a section of the report, after what is written already.

use super::{AgentError, Researchers, Work, material};
use crate::research_agent::memory::View;
use crate::research_agent::prompt::Prompt;

const AGENT: &str = "Writer";
/// Markdown has no deeper heading.
const DEEPEST_HEADING: u32 = 6;

impl Researchers {
    pub(super) async fn write(&self, view: View<'_>) -> Result<Work, AgentError> {
        let node = view.node();
        let prompt = Prompt::new(
            AGENT,
            "write",
            "Write the next section of the report: a Markdown heading, then paragraphs. Use the material only, keep \
             its [reference:n], and repeat nothing that the report says already.",
            &["result"],
        )
        .section("question", view.question())
        .section("goal", &node.goal)
        .section("words", &node.words.unwrap_or_default().to_string())
        .section("heading level", &node.layer.clamp(2, DEEPEST_HEADING).to_string())
        .section("report so far", view.memory().article())
        .section("material", &material(&view.findings()));
        let text = self
            .llm
            .ask_until(&prompt, |reply| Ok(reply.tag("result").to_owned()))
            .await?;
        Ok(Work {
            text,
            is_report_text: true,
            ..Work::default()
        })
    }
}

//! The planner: is a task small enough for one worker, and if not, into which tasks does it divide?

use super::{AgentError, Researchers, material};
use crate::research_agent::llm::Reply;
use crate::research_agent::memory::View;
use crate::research_agent::plan::{Plan, TaskType};
use crate::research_agent::prompt::Prompt;

/// Texts this deep are written, never divided.
const DEEPEST_DIVISION: u32 = 3;
/// How many titles the planner is shown.
const OUTLINE_LENGTH: usize = 12;

const AGENT: &str = "Planner";

impl Researchers {
    /// Searches and thoughts are never divided; a search that builds on others has its goal sharpened first.
    pub(super) async fn plan_task(&self, view: View<'_>) -> Result<Plan, AgentError> {
        match view.node().task {
            TaskType::Search if view.has_parents() => self.sharpen_goal(view).await,
            TaskType::Write if view.node().layer < DEEPEST_DIVISION => self.judge_and_divide(view).await,
            TaskType::Search | TaskType::Think | TaskType::Write => Ok(Plan::atomic()),
        }
    }

    async fn sharpen_goal(&self, view: View<'_>) -> Result<Plan, AgentError> {
        let prompt = Prompt::new(
            AGENT,
            "sharpen",
            "A search is about to start. Earlier searches found the material below. Say the goal of this search again, \
             so that it asks for what is still missing.",
            &["goal"],
        )
        .section("goal", &view.node().goal)
        .section("material", &material(&view.findings()));
        let goal = self
            .llm
            .ask_until(&prompt, |reply| Ok(reply.tag("goal").to_owned()))
            .await?;
        Ok(Plan {
            goal: Some(goal),
            ..Plan::atomic()
        })
    }

    async fn judge_and_divide(&self, view: View<'_>) -> Result<Plan, AgentError> {
        let judge = self.planning_prompt(
            view,
            "judge",
            "Judge whether one writer can reach the goal from the material at hand (atomic), or whether it has several \
             sides that need searches of their own (complex).",
            &["decision"],
        );
        let is_complex = self
            .llm
            .ask_until(&judge, |reply| match reply.tag("decision") {
                "atomic" => Ok(false),
                "complex" => Ok(true),
                other => Err(format!("the decision {other:?} is neither atomic nor complex")),
            })
            .await?;
        if !is_complex {
            return Ok(Plan::atomic());
        }
        let plan = self.planning_prompt(
            view,
            "plan",
            "Divide the goal into tasks, as a JSON list of {\"id\", \"goal\", \"task_type\": \"search\" | \"think\" | \
             \"write\", \"length\" (words, for writing), \"dependency\" (a list of ids)}. Each side of the goal needs a \
             search and a section; what needs several sides to be seen together needs a thought. Begin each id with \
             the number of this task and a dot, unless it is the root.",
            &["plan"],
        );
        let length = view.node().words;
        let read = |reply: &Reply| read_plan(reply, length);
        Ok(self.llm.ask_until(&plan, read).await?)
    }

    fn planning_prompt(&self, view: View<'_>, task: &str, instructions: &str, tags: &'static [&'static str]) -> Prompt {
        let node = view.node();
        let titles: Vec<String> = self
            .corpus
            .search(&node.goal, OUTLINE_LENGTH)
            .into_iter()
            .map(|article| format!("{} | {}", article.source.title, article.lead()))
            .collect();
        Prompt::new(AGENT, task, instructions, tags)
            .section("question", view.question())
            .section("number", &node.nid)
            .section("goal", &node.goal)
            .section("words", &node.words.unwrap_or_default().to_string())
            .section("layer", &node.layer.to_string())
            .section("what the library has on it", &titles.join("\n"))
    }
}

fn read_plan(reply: &Reply, length: Option<u32>) -> Result<Plan, String> {
    let plan = Plan::parse(reply.tag("plan"), length).map_err(|error| error.to_string())?;
    if plan.tasks.is_empty() {
        return Err("the plan is empty, but the task was judged complex".to_owned());
    }
    Ok(plan)
}

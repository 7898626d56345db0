//! A planner that makes a mistake is told so and asked again; nothing of the run is lost.

mod support;

use std::sync::Arc;

use event_core::testing::Capture;
use examples::research_agent::model::{ChatModel, Completion, ModelFuture, Request};
use examples::research_agent::{OfflineModel, Pace};
use serde_json::{Value, json};
use support::{QUESTION, block_on, demo, of_type, run, run_with, text};

type Spoil = fn(&mut Vec<Value>);

/// The offline model, whose first plan for the root is spoilt.
struct Careless {
    model: OfflineModel,
    spoil: Spoil,
}

impl Careless {
    fn spoilt(&self, answer: &str) -> String {
        let (before, rest) = answer.split_once("<plan>").unwrap();
        let (plan, after) = rest.split_once("</plan>").unwrap();
        let mut tasks: Vec<Value> = serde_json::from_str(plan).unwrap();
        (self.spoil)(&mut tasks);
        format!("{before}<plan>{}</plan>{after}", Value::from(tasks))
    }
}

impl ChatModel for Careless {
    fn name(&self) -> &'static str {
        "careless"
    }

    fn chat<'a>(&'a self, request: Request<'a>) -> ModelFuture<'a> {
        Box::pin(async move {
            let completion = self.model.chat(request).await?;
            let prompt = request.prompt;
            let is_first = prompt.contains("=== task ===\nplan\n")
                && prompt.contains("=== layer ===\n0\n")
                && !prompt.contains("=== your last answer ===");
            if !is_first {
                return Ok(completion);
            }
            Ok(Completion {
                text: self.spoilt(&completion.text),
                ..completion
            })
        })
    }
}

#[test]
fn cycles_and_duplicate_and_unknown_numbers_are_asked_for_again() {
    let expected = block_on(run(&demo(QUESTION)));
    let mistakes: [(Spoil, &str); 4] = [
        (|tasks| tasks[0]["dependency"] = json!(["10"]), "wait for each other"),
        (|tasks| tasks[1]["id"] = json!("1"), "two tasks with the number 1"),
        (
            |tasks| tasks[1]["dependency"] = json!(["99"]),
            "depends on 99, which is no task of the plan",
        ),
        (Vec::clear, "the plan is empty"),
    ];
    for (spoil, complaint) in mistakes {
        let model = Careless {
            model: OfflineModel::new(Pace::new(0.0, 1)),
            spoil,
        };
        let capture = Capture::start();
        let report = block_on(run_with(&demo(QUESTION), Arc::new(model)));
        assert_eq!(report.markdown, expected.markdown, "after: {complaint}");
        assert_eq!(report.totals.llm_calls, expected.totals.llm_calls + 1);
        let events = capture.events();
        let planner = of_type(&events, "llm_call_started")
            .into_iter()
            .filter(|call| text(call, "agent_class") == "Planner")
            .count();
        assert!(planner > 2, "{planner}");
    }
}

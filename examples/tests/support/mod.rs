//! What the tests of the agent share: agents that follow a script, and questions asked of captured events.
#![allow(dead_code, reason = "each test file uses its part")]

#[path = "../../../event-core/tests/support/redis_server.rs"]
pub(crate) mod redis_server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use event_core::Envelope;
use event_core::testing::{Capture, Events};
use examples::research_agent::model::{ChatModel, Faulty, ModelFuture, Prices, Request, Retrying};
use examples::research_agent::{
    AgentError, Assignment, Corpus, Engine, EngineError, Faults, OfflineModel, Pace, Plan, Report, Task, TaskType,
    Team, Tree, View, Work, research,
};

/// Agents that plan by script and whose work is their node's number.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// The plan of each node that has one, by its number.
    pub(crate) plans: BTreeMap<String, Vec<Task>>,
    /// Numbers of nodes whose worker fails.
    pub(crate) failing: BTreeSet<String>,
}

impl Team for Script {
    async fn plan(&self, view: View<'_>) -> Result<Plan, AgentError> {
        Ok(self.plans.get(&view.node().nid).map_or_else(Plan::atomic, |tasks| {
            Plan::new(tasks.clone(), view.node().words).expect("scripts have plans that can be worked on")
        }))
    }

    async fn execute(&self, view: View<'_>) -> Result<Work, AgentError> {
        let number = view.node().nid.trim_end_matches('*').to_owned();
        if self.failing.contains(&number) {
            return Err(AgentError::NothingFound { goal: number });
        }
        let is_report_text = view.node().task == TaskType::Write;
        Ok(Work {
            text: number,
            is_report_text,
            ..Work::default()
        })
    }
}

/// A task of a script.
pub(crate) fn task(id: &str, task_type: TaskType, dependency: &[&str]) -> Task {
    Task {
        id: id.to_owned(),
        goal: format!("goal of {id}"),
        task_type,
        length: None,
        dependency: dependency.iter().map(|id| (*id).to_owned()).collect(),
    }
}

/// Runs a script to its end and returns how it ended and what was published.
pub(crate) fn play(script: Script) -> (Result<u64, EngineError>, Events) {
    play_at_once(script, 1)
}

/// The same with up to so many nodes at once.
pub(crate) fn play_at_once(script: Script, parallel: usize) -> (Result<u64, EngineError>, Events) {
    let capture = Capture::start();
    let tree = Tree::new("the question", 900, 1);
    let mut engine = Engine::new(tree, script, Pace::new(0.0, 1)).parallel(parallel);
    let ended = block_on(engine.run(|_| {}));
    (ended, capture.events())
}

/// Runs a future on this thread, so that a capture of this thread sees what it publishes.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime needs no more than a test has")
        .block_on(future)
}

/// The assignment of the demo, without waiting.
pub(crate) fn demo(question: &str) -> Assignment {
    Assignment {
        question: question.to_owned(),
        words: 1200,
        seed: 1,
        speed: 0.0,
        parallel: 1,
        faults: Faults::default(),
        price: Some(Prices::shipped().unwrap().of("gpt-4o-mini").unwrap()),
    }
}

/// The question of the demo.
pub(crate) const QUESTION: &str = "How did messages come to reach the browser live: the telegraph, packet switching, message \
                            queues and logs, and browser push?";

/// The articles of this package.
pub(crate) fn corpus() -> Arc<Corpus> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    Arc::new(Corpus::load(&folder).expect("this package comes with a corpus"))
}

/// The assignment of `cargo demo`: what goes wrong there goes wrong here.
pub(crate) fn shipped_demo() -> Assignment {
    Assignment {
        seed: 9,
        parallel: 3,
        faults: Faults::new(0.08, 9),
        ..demo(QUESTION)
    }
}

/// The offline model that keeps what it was asked, and fails as the assignment says.
pub(crate) struct Recorded {
    model: OfflineModel,
    prompts: Mutex<Vec<String>>,
}

impl Recorded {
    pub(crate) fn new(assignment: &Assignment) -> Arc<Self> {
        Arc::new(Self {
            model: OfflineModel::new(Pace::new(assignment.speed, assignment.seed)),
            prompts: Mutex::default(),
        })
    }

    /// What it was asked, in order.
    pub(crate) fn prompts(&self) -> Vec<String> {
        self.prompts.lock().unwrap().clone()
    }
}

impl ChatModel for Recorded {
    fn name(&self) -> &'static str {
        "recorded"
    }

    fn chat<'a>(&'a self, request: Request<'a>) -> ModelFuture<'a> {
        self.prompts.lock().unwrap().push(request.prompt.to_owned());
        self.model.chat(request)
    }
}

/// Runs an assignment with the offline model over the shipped articles.
pub(crate) async fn run(assignment: &Assignment) -> Report {
    run_with(assignment, Recorded::new(assignment)).await
}

/// The same with a model of the test's own, which fails and is asked again as in the demo.
pub(crate) async fn run_with<M: ChatModel + 'static>(assignment: &Assignment, model: Arc<M>) -> Report {
    let pace = Pace::new(assignment.speed, assignment.seed);
    let model = Retrying::new(Faulty::new(model, assignment.faults), pace);
    research(assignment, Arc::new(model), corpus(), |_| {})
        .await
        .expect("the demo comes to its end")
}

/// Everything a report leaves behind, as bytes.
pub(crate) fn bytes(report: &Report) -> String {
    format!("{}\n{:#}\n{:#}", report.markdown, report.nodes, report.summary())
}

/// The events of one type.
pub(crate) fn of_type<'e>(events: &'e [Envelope], event_type: &str) -> Vec<&'e Envelope> {
    events.iter().filter(|event| event.event_type == event_type).collect()
}

/// A text of an event's payload, which must be there.
pub(crate) fn text<'e>(event: &'e Envelope, key: &str) -> &'e str {
    event.payload[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} of {event:?} is no text"))
}

/// A number of an event's payload, which must be there.
pub(crate) fn number(event: &Envelope, key: &str) -> u64 {
    event.payload[key]
        .as_u64()
        .unwrap_or_else(|| panic!("{key} of {event:?} is no whole number"))
}

/// The planner's number of each node, by its id.
pub(crate) fn numbers(events: &[Envelope]) -> BTreeMap<&str, &str> {
    of_type(events, "node_created")
        .into_iter()
        .map(|event| (text(event, "node_id"), text(event, "nid")))
        .collect()
}

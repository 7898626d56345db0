//! Nodes that are worked on at once change how long a run takes, and nothing of what comes of it.

mod support;

use std::sync::Arc;

use event_core::testing::Capture;
use examples::research_agent::Assignment;
use support::{QUESTION, Recorded, block_on, demo, of_type, run_with, shipped_demo, text};

struct Ran {
    report: String,
    nodes: String,
    prompts: Vec<String>,
}

fn ran(assignment: &Assignment) -> Ran {
    let model = Recorded::new(assignment);
    let report = block_on(run_with(assignment, Arc::clone(&model)));
    let mut prompts = model.prompts();
    prompts.sort_unstable();
    Ran {
        report: report.markdown,
        nodes: report.nodes.to_string(),
        prompts,
    }
}

fn assert_same_at_once(assignment: &Assignment) {
    let [one, four] = [1, 4].map(|parallel| {
        ran(&Assignment {
            parallel,
            ..assignment.clone()
        })
    });
    assert_eq!(one.report, four.report);
    assert_eq!(one.nodes, four.nodes);
    assert_eq!(one.prompts, four.prompts);
}

#[test]
fn report_nodes_and_prompts_are_the_same_whether_nodes_take_turns_or_not() {
    assert_same_at_once(&demo(QUESTION));
}

#[test]
fn what_goes_wrong_on_purpose_goes_wrong_the_same_way_whether_nodes_take_turns_or_not() {
    assert_same_at_once(&shipped_demo());
}

#[test]
fn searches_run_side_by_side_each_in_its_own_step() {
    let assignment = Assignment {
        parallel: 4,
        // Long enough for steps to meet, short enough for a test.
        speed: 200.0,
        ..demo(QUESTION)
    };
    let capture = Capture::start();
    block_on(run_with(&assignment, Recorded::new(&assignment)));
    let events = capture.events();
    let mut open = 0_i32;
    let mut most = 0;
    for event in &events {
        match event.event_type.as_str() {
            "step_started" => open += 1,
            "step_finished" => open -= 1,
            _ => {}
        }
        most = most.max(open);
    }
    assert_eq!(most, 4);
    for change in of_type(&events, "node_status_change") {
        let is_by_action = text(change, "cause").starts_with("action:");
        assert_eq!(change.payload.contains_key("step"), is_by_action, "{change:?}");
    }
}

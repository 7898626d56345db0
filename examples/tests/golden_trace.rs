//! The engine takes exactly the steps that the engine it follows takes, on a plan worked out by hand.

mod support;

use std::collections::BTreeMap;

use examples::research_agent::TaskType::{Search, Think, Write};
use support::{Script, number, numbers, of_type, play, task, text};

/// Every step: the node's number and the action. A star marks a worker.
const STEPS: &str = "\
root plan; root prior_reflect; 1 plan; 1 prior_reflect; 2 plan; 2 prior_reflect; 1* execute; 1* execute_post_reflect; \
1 final_aggregate; 1 planning_post_reflect; 2* execute; 2* execute_post_reflect; 2 final_aggregate; \
2 planning_post_reflect; 3 update; 3 plan; 3 prior_reflect; 3* execute; 3* execute_post_reflect; 3 final_aggregate; \
3 planning_post_reflect; 4 update; 4 plan; 4 prior_reflect; 4.1 plan; 4.1 prior_reflect; 4.1* execute; \
4.1* execute_post_reflect; 4.1 final_aggregate; 4.1 planning_post_reflect; 4.2 update; 4.2 plan; 4.2 prior_reflect; \
4.2* execute; 4.2* execute_post_reflect; 4.2 final_aggregate; 4.2 planning_post_reflect; 4 final_aggregate; \
4 planning_post_reflect; 5 update; 5 plan; 5 prior_reflect; 5* execute; 5* execute_post_reflect; 5 final_aggregate; \
5 planning_post_reflect; root final_aggregate; root planning_post_reflect";

/// The first changes of a status, and what made them.
const FIRST_CHANGES: &str = "\
root NOT_READY READY start; root READY PLAN_DONE action:plan; root PLAN_DONE DOING action:prior_reflect; \
1 NOT_READY READY exam; 2 NOT_READY READY exam; 1 READY PLAN_DONE action:plan; \
1 PLAN_DONE DOING action:prior_reflect; 1* NOT_READY READY exam; 2 READY PLAN_DONE action:plan";

fn script() -> Script {
    let root = vec![
        task("1", Search, &[]),
        task("2", Search, &[]),
        task("3", Think, &["1", "2"]),
        task("4", Write, &["3"]),
        task("5", Write, &["3"]),
    ];
    let four = vec![task("4.1", Search, &[]), task("4.2", Write, &["4.1"])];
    Script {
        plans: BTreeMap::from([("root".to_owned(), root), ("4".to_owned(), four)]),
        ..Script::default()
    }
}

#[test]
fn the_engine_takes_the_steps_of_the_golden_trace() {
    let (ended, events) = play(script());
    assert_eq!(ended.unwrap(), 48);
    let numbers = numbers(&events);
    let steps: Vec<String> = of_type(&events, "step_started")
        .into_iter()
        .map(|event| format!("{} {}", numbers[text(event, "node_id")], text(event, "action_name")))
        .collect();
    assert_eq!(steps.join("; "), STEPS);
    let counted: Vec<u64> = of_type(&events, "step_started")
        .iter()
        .map(|event| number(event, "step"))
        .collect();
    assert_eq!(counted, (0..48).collect::<Vec<u64>>());
}

#[test]
fn statuses_change_in_the_order_of_the_golden_trace() {
    let (_, events) = play(script());
    let numbers = numbers(&events);
    let changes: Vec<String> = of_type(&events, "node_status_change")
        .into_iter()
        .map(|event| {
            let [old, new, cause] = ["old_status", "new_status", "cause"].map(|key| text(event, key));
            format!("{} {old} {new} {cause}", numbers[text(event, "node_id")])
        })
        .collect();
    assert_eq!(changes.len(), 70);
    assert_eq!(changes[..9].join("; "), FIRST_CHANGES);
}

/// A change made by an action belongs to its step; one made by the exam after it belongs to none.
#[test]
fn exams_belong_to_no_step() {
    let (_, events) = play(script());
    for event in of_type(&events, "node_status_change") {
        let is_by_action = text(event, "cause").starts_with("action:");
        assert_eq!(event.payload.contains_key("step"), is_by_action, "{event:?}");
    }
}

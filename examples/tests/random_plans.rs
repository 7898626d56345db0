//! What holds for every plan: how many steps it takes, which changes of status there are, and that it comes to an end.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use event_core::Envelope;
use examples::research_agent::TaskType::{Search, Think, Write};
use examples::research_agent::{Task, TaskType};
use proptest::prelude::*;
use support::{Script, of_type, play, play_at_once, task, text};

/// The ten changes there are, and the two by which a node fails.
const CHANGES: [(&str, &str); 9] = [
    ("NOT_READY", "READY"),
    ("NOT_READY", "NEED_UPDATE"),
    ("NEED_UPDATE", "READY"),
    ("READY", "PLAN_DONE"),
    ("READY", "NEED_POST_REFLECT"),
    ("PLAN_DONE", "DOING"),
    ("DOING", "FINAL_TO_FINISH"),
    ("FINAL_TO_FINISH", "NEED_POST_REFLECT"),
    ("NEED_POST_REFLECT", "FINISH"),
];
const FAILURES: [(&str, &str); 2] = [("READY", "FAILED"), ("DOING", "FAILED")];

/// A node's plan: for each task its type, which earlier tasks it names, and its own plan (empty: none).
#[derive(Clone, Debug)]
struct Outline(Vec<(TaskType, Vec<bool>, Outline)>);

fn outlines() -> impl Strategy<Value = Outline> {
    let leaf = Just(Outline(Vec::new()));
    leaf.prop_recursive(3, 24, 5, |inner| {
        let kind = prop_oneof![Just(Search), Just(Think), Just(Write)];
        let task = (kind, prop::collection::vec(any::<bool>(), 5), inner);
        prop::collection::vec(task, 1..=5).prop_map(Outline)
    })
}

/// What an outline comes to.
#[derive(Debug, Default)]
struct Counted {
    plans: BTreeMap<String, Vec<Task>>,
    workers: BTreeSet<String>,
    plan_nodes: u64,
    /// Plan nodes that depend on others.
    bound: u64,
}

impl Counted {
    fn node(&mut self, number: &str, outline: &Outline) {
        self.plan_nodes += 1;
        if outline.0.is_empty() {
            self.workers.insert(number.to_owned());
            return;
        }
        let prefix = if number == "root" {
            String::new()
        } else {
            format!("{number}.")
        };
        let ids: Vec<String> = (1..=outline.0.len()).map(|place| format!("{prefix}{place}")).collect();
        let mut tasks = Vec::new();
        for (place, (kind, named, inner)) in outline.0.iter().enumerate() {
            let named: Vec<&str> = (0..place)
                .filter(|earlier| named[*earlier])
                .map(|it| ids[it].as_str())
                .collect();
            let has_earlier_kin = *kind != Search && outline.0[..place].iter().any(|(other, ..)| other == kind);
            self.bound += u64::from(has_earlier_kin || !named.is_empty());
            tasks.push(task(&ids[place], *kind, &named));
            self.node(&ids[place], inner);
        }
        self.plans.insert(number.to_owned(), tasks);
    }
}

fn counted(outline: &Outline) -> Counted {
    let mut counted = Counted::default();
    counted.node("root", outline);
    counted
}

fn change(event: &Envelope) -> (&str, &str) {
    (text(event, "old_status"), text(event, "new_status"))
}

/// Checks that each node's changes follow each other, and returns the statuses the nodes ended with.
fn followed(events: &[Envelope]) -> BTreeMap<&str, &str> {
    let mut now: BTreeMap<&str, &str> = of_type(events, "node_created")
        .iter()
        .map(|event| (text(event, "node_id"), text(event, "status")))
        .collect();
    for event in events {
        match event.event_type.as_str() {
            "node_status_change" => {
                let (old, new) = change(event);
                assert_eq!(now.insert(text(event, "node_id"), new), Some(old), "{event:?}");
            }
            "step_started" => assert_settled_parents(text(event, "node_id"), events, &now),
            _ => {}
        }
    }
    now
}

fn assert_settled_parents(node: &str, events: &[Envelope], now: &BTreeMap<&str, &str>) {
    let created = of_type(events, "node_created");
    let created = created
        .iter()
        .find(|event| text(event, "node_id") == node)
        .expect("a step has a node");
    for parent in created.payload["parents"].as_array().expect("parents are a list") {
        let status = now[parent.as_str().expect("parents are ids")];
        assert!(
            ["FINISH", "FAILED"].contains(&status),
            "{node} goes on while a parent is {status}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn steps_and_changes_follow_from_the_shape_of_the_plan(outline in outlines()) {
        let counted = counted(&outline);
        let (p, u, e) = (counted.plan_nodes, counted.bound, counted.workers.len() as u64);
        let (ended, events) = play(Script { plans: counted.plans, ..Script::default() });
        prop_assert_eq!(ended.expect("a plan without a cycle comes to its end"), 4 * p + u + 2 * e);
        let changes = of_type(&events, "node_status_change");
        prop_assert_eq!(changes.len() as u64, 6 * p + u + 3 * e);
        for event in changes {
            prop_assert!(CHANGES.contains(&change(event)), "{:?}", event);
        }
        prop_assert!(followed(&events).values().all(|status| *status == "FINISH"));
    }

    #[test]
    fn as_many_steps_and_changes_are_there_when_nodes_are_worked_on_at_once(outline in outlines(), parallel in 2_usize..6) {
        let counted = counted(&outline);
        let (p, u, e) = (counted.plan_nodes, counted.bound, counted.workers.len() as u64);
        let (ended, events) = play_at_once(Script { plans: counted.plans, ..Script::default() }, parallel);
        prop_assert_eq!(ended.expect("a plan without a cycle comes to its end"), 4 * p + u + 2 * e);
        prop_assert_eq!(of_type(&events, "node_status_change").len() as u64, 6 * p + u + 3 * e);
        prop_assert!(followed(&events).values().all(|status| *status == "FINISH"));
    }

    #[test]
    fn a_run_comes_to_its_end_whichever_workers_fail(outline in outlines(), fails in prop::collection::vec(any::<bool>(), 24)) {
        let counted = counted(&outline);
        let failing: BTreeSet<String> =
            counted.workers.iter().zip(fails).filter(|(_, fails)| *fails).map(|(number, _)| number.clone()).collect();
        let all_fail = failing.len() == counted.workers.len();
        let (ended, events) = play(Script { plans: counted.plans, failing });
        prop_assert_eq!(ended.is_err(), all_fail);
        for event in of_type(&events, "node_status_change") {
            prop_assert!(CHANGES.contains(&change(event)) || FAILURES.contains(&change(event)), "{:?}", event);
        }
        prop_assert!(followed(&events).values().all(|status| ["FINISH", "FAILED"].contains(status)));
    }
}

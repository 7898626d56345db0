//! What the agent's events say is true: the checker of recordings, which shares no code with what publishes them, finds
//! nothing in any run, and notices whatever is done to one.

mod support;

use event_bridge::check::{self, Report, Rules, StatusTable};
use event_core::testing::Capture;
use examples::research_agent::{Assignment, Faults, transitions};
use support::{QUESTION, Recorded, block_on, demo, run_with, shipped_demo};

fn rules() -> Rules {
    let transitions = transitions()
        .into_iter()
        .map(|(from, to)| (from.to_owned(), to.to_owned()));
    Rules::default().complete().statuses(StatusTable {
        first: Some("NOT_READY".to_owned()),
        last: vec!["FINISH".to_owned(), "FAILED".to_owned()],
        transitions: transitions.collect(),
    })
}

/// The events of a run, one a line.
fn recorded(assignment: &Assignment) -> Vec<String> {
    let capture = Capture::start();
    block_on(run_with(assignment, Recorded::new(assignment)));
    let events = capture.events();
    events
        .iter()
        .map(|event| serde_json::to_string(event).unwrap())
        .collect()
}

fn checked(lines: &[String]) -> Report {
    check::recording(lines.join("\n").as_bytes(), rules()).unwrap()
}

fn assert_true(assignment: &Assignment) {
    let lines = recorded(assignment);
    assert!(lines.len() > 300, "{}", lines.len());
    let report = checked(&lines);
    assert!(report.is_clean(), "{:#?}", report.findings);
}

#[test]
fn nothing_is_found_in_a_run_without_faults() {
    assert_true(&demo(QUESTION));
}

#[test]
fn nothing_is_found_in_the_shipped_demo_with_its_faults_and_its_nodes_at_once() {
    assert_true(&shipped_demo());
}

#[test]
fn nothing_is_found_whatever_goes_wrong() {
    for seed in [1, 11, 22] {
        assert_true(&Assignment {
            seed,
            faults: Faults::new(0.08, seed),
            ..shipped_demo()
        });
    }
}

#[test]
fn a_run_with_many_threads_is_true_as_well() {
    let capture = Capture::start();
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    let context = event_core::Context::current().with_bus(capture.bus().clone());
    let assignment = shipped_demo();
    let model = Recorded::new(&assignment);
    threads.block_on(async { context.wrap(run_with(&assignment, model)).await });
    let lines: Vec<String> = capture
        .events()
        .iter()
        .map(|event| serde_json::to_string(event).unwrap())
        .collect();
    let report = checked(&lines);
    assert!(report.is_clean() && lines.len() > 300, "{:#?}", report.findings);
}

type Spoil<'a> = Box<dyn Fn(&mut Vec<String>) + 'a>;

#[test]
fn each_kind_of_damage_is_noticed() {
    let lines = recorded(&demo(QUESTION));
    let first = |needle: &str| lines.iter().position(|line| line.contains(needle)).unwrap();
    let finished = first("\"type\":\"llm_call_completed\"");
    let changed = first("\"new_status\":\"PLAN_DONE\"");
    let damage: [(&str, Spoil<'_>); 6] = [
        ("dropped", Box::new(|lines| drop(lines.remove(finished)))),
        (
            "doubled",
            Box::new(|lines| lines.insert(finished, lines[finished].clone())),
        ),
        ("swapped", Box::new(|lines| lines.swap(finished - 1, finished))),
        ("a status left out", Box::new(|lines| drop(lines.remove(changed)))),
        (
            "another duration",
            Box::new(|lines| lines[finished] = lines[finished].replace("\"duration\":", "\"duration\":9")),
        ),
        (
            "another parent",
            Box::new(|lines| lines[finished] = lines[finished].replace("\"parent_id\":\"", "\"parent_id\":\"0")),
        ),
    ];
    for (what, spoil) in damage {
        let mut spoilt = lines.clone();
        spoil(&mut spoilt);
        assert_ne!(spoilt, lines, "{what}");
        assert!(!checked(&spoilt).is_clean(), "{what} went unnoticed");
    }
}

//! The shipped demo shows what goes wrong in real runs, and survives it.

mod support;

use std::collections::BTreeSet;

use event_core::testing::{Capture, Events};
use examples::research_agent::model::{Cached, ChatModel as _, RateLimited, Request};
use examples::research_agent::{Assignment, Faults, OfflineModel, Pace, Report};
use support::{QUESTION, Recorded, block_on, demo, of_type, run, run_with, shipped_demo, text};

fn watched() -> (Report, Events) {
    let capture = Capture::start();
    let report = block_on(run(&shipped_demo()));
    (report, capture.events())
}

#[test]
fn the_demo_has_retries_failing_tools_broken_answers_and_one_node_that_fails_and_is_survived() {
    let (report, events) = watched();
    let failed: BTreeSet<&str> = of_type(&events, "node_status_change")
        .into_iter()
        .filter(|event| text(event, "new_status") == "FAILED")
        .map(|event| text(event, "node_id"))
        .collect();
    // A worker, and the plan node around it.
    assert_eq!(failed.len(), 2);
    let steps: Vec<&str> = of_type(&events, "step_finished")
        .into_iter()
        .filter_map(|event| event.payload.get("error")?.as_str())
        .collect();
    assert_eq!(steps.len(), 1);
    assert!(steps[0].contains("no page in the corpus answers"), "{steps:?}");
    assert_eq!(text(of_type(&events, "run_finished")[0], "outcome"), "ok");

    let reasons: Vec<&str> = of_type(&events, "llm_retried")
        .into_iter()
        .map(|event| text(event, "reason"))
        .collect();
    for needle in ["429", "500"] {
        assert!(
            reasons.iter().any(|reason| reason.contains(needle)),
            "no {needle} in {reasons:?}"
        );
    }
    let calls = of_type(&events, "llm_call_completed");
    assert!(
        calls
            .iter()
            .any(|call| call.payload.get("attempts").is_some_and(|attempts| attempts == 2))
    );
    let broken = calls.iter().filter(|call| call.payload["outcome"] == "error");
    assert!(broken.clone().count() > 0);
    for call in broken {
        // An answer that cannot be read has been paid for all the same.
        assert!(
            call.payload["token_usage"]["total_tokens"].as_u64() > Some(0),
            "{call:?}"
        );
    }
    let tools = of_type(&events, "tool_returned");
    assert!(tools.iter().any(|tool| tool.payload["success"] == false));

    for heading in [
        "## The telegraph",
        "## Packet switching",
        "### Message queues",
        "### Logs",
        "## Conclusion",
    ] {
        assert!(report.markdown.contains(heading), "no {heading} in {}", report.markdown);
    }
    for section in report.markdown.split("\n## ").skip(1) {
        assert!(
            section.contains("[reference:") || section.starts_with("References"),
            "nothing is said in {section}"
        );
    }
}

#[test]
fn tokens_and_cost_of_a_run_with_faults_are_the_sums_over_its_events() {
    let (report, events) = watched();
    let calls = of_type(&events, "llm_call_completed");
    let sum = |key: &str| -> u64 {
        calls
            .iter()
            .filter_map(|call| call.payload.get("token_usage")?[key].as_u64())
            .sum()
    };
    assert_eq!(sum("prompt_tokens"), report.totals.token_usage.prompt_tokens);
    assert_eq!(sum("completion_tokens"), report.totals.token_usage.completion_tokens);
    assert_eq!(calls.len() as u64, report.totals.llm_calls);
    let cost: f64 = calls
        .iter()
        .filter_map(|call| call.payload.get("cost_estimate")?.as_f64())
        .sum();
    assert!((cost - report.totals.cost.unwrap()).abs() < 1e-9);
}

#[test]
fn a_section_whose_search_failed_says_so() {
    // With this seed a search for a whole section finds nothing.
    let assignment = Assignment {
        seed: 11,
        faults: Faults::new(0.08, 11),
        ..demo(QUESTION)
    };
    let report = block_on(run(&assignment));
    assert!(
        report.markdown.contains("\n\nNothing was found on this"),
        "{}",
        report.markdown
    );
}

#[test]
fn who_waits_for_a_turn_is_seen_waiting_and_others_are_not() {
    let pace = Pace::new(1000.0, 1);
    let model = RateLimited::new(Recorded::new(&demo(QUESTION)), 60, pace);
    let capture = Capture::start();
    block_on(async {
        for _ in 0..4 {
            // No task of the model's: the answer is an error, the turn is taken all the same.
            let _ = model.chat(Request::new("")).await;
        }
    });
    let events = capture.events();
    let queued = of_type(&events, "llm_queued");
    assert!((1..4).contains(&queued.len()), "{}", queued.len());
    assert_eq!(of_type(&events, "llm_dequeued").len(), queued.len());
    assert!(queued.iter().all(|event| event.payload["requests_per_minute"] == 60));
}

#[test]
fn a_second_run_takes_its_answers_from_the_cache_and_pays_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let assignment = demo(QUESTION);
    let run = || {
        let model = Cached::new(OfflineModel::new(Pace::new(0.0, 1)), folder.path()).unwrap();
        let capture = Capture::start();
        let report = block_on(run_with(&assignment, std::sync::Arc::new(model)));
        (report, capture.events())
    };
    let (first, _) = run();
    // A crash in the middle of a line costs that line.
    let file = folder.path().join("answers.jsonl");
    let kept = std::fs::read(&file).unwrap();
    std::fs::write(&file, &kept[..kept.len() - 9]).unwrap();
    let (second, events) = run();
    assert_eq!(first.markdown, second.markdown);
    let calls = of_type(&events, "llm_call_completed");
    let asked: Vec<_> = calls.iter().filter(|call| call.payload["cached"] == false).collect();
    assert_eq!(asked.len(), 1);
    assert!(second.totals.token_usage.total_tokens < first.totals.token_usage.total_tokens / 10);
    let (third, _) = run();
    assert_eq!(third.totals.token_usage.total_tokens, 0);
}

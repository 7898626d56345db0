//! The demo does real work: a readable report with sources, the same for the same question, whoever watches.

mod support;

use std::sync::Arc;
use std::time::Duration;

use event_core::testing::Capture;
use event_core::{EventBus, Limits};
use support::redis_server::RedisServer;
use support::{QUESTION, Recorded, block_on, bytes, demo, run, run_with, shipped_demo};

#[test]
fn the_report_has_a_section_for_every_side_and_cites_what_it_says() {
    let report = block_on(run(&demo(QUESTION)));
    let (text, references) = report
        .markdown
        .split_once("\n## References\n\n")
        .expect("a report has references");
    for heading in [
        "# How did messages",
        "## The telegraph",
        "## Packet switching",
        "## Browser push",
        "## Conclusion",
    ] {
        assert!(
            text.contains(&format!("\n{heading}")) || text.starts_with(heading),
            "no {heading:?} in\n{text}"
        );
    }
    assert!(
        text.contains("\n## Message queues and logs\n") && text.contains("\n### Logs\n"),
        "no parts in\n{text}"
    );
    let words = text.split_whitespace().count();
    assert!((800..1600).contains(&words), "{words} words");
    for number in 1..=references.lines().count() {
        assert!(
            text.contains(&format!("[reference:{number}]")),
            "reference {number} is listed, but never cited"
        );
        assert!(
            references.contains(&format!("{number}. ")),
            "no reference {number} in\n{references}"
        );
    }
    for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.starts_with('#')) {
        assert!(paragraph.contains("[reference:"), "nothing is cited in: {paragraph}");
    }
}

#[test]
fn nothing_is_said_twice_and_what_sources_disagree_on_is_said() {
    let report = block_on(run(&demo(QUESTION)));
    let mut sentences: Vec<&str> = report
        .markdown
        .split("] ")
        .filter_map(|part| part.split(" [").next())
        .collect();
    let all = sentences.len();
    sentences.sort_unstable();
    sentences.dedup();
    assert_eq!(sentences.len(), all);
    assert!(report.markdown.contains("Sources differ:"), "{}", report.markdown);
    assert!(
        report.markdown.contains("16 hours") && report.markdown.contains("17 hours"),
        "{}",
        report.markdown
    );
}

#[test]
fn a_page_that_does_not_load_and_one_about_something_else_are_not_cited() {
    let report = block_on(run(&demo(QUESTION)));
    assert!(!report.markdown.contains("corpus://web-push") && !report.markdown.contains("corpus://packet-ships"));
    assert!(report.markdown.contains("corpus://websocket"), "{}", report.markdown);
}

#[test]
fn the_seed_changes_ids_and_not_a_word_of_the_report() {
    let (one, other) = (
        demo(QUESTION),
        examples::research_agent::Assignment {
            seed: 2,
            ..demo(QUESTION)
        },
    );
    let (one, other) = (block_on(run(&one)), block_on(run(&other)));
    assert_eq!(one.markdown, other.markdown);
    assert_ne!(one.nodes["id"], other.nodes["id"]);
}

#[test]
fn another_question_has_another_report_without_being_told_its_sides() {
    let report = block_on(run(&demo("Who paid for undersea cables and telegraph lines?")));
    assert!(report.markdown.contains("## The Atlantic cable"), "{}", report.markdown);
}

/// What the agent leaves behind, and what it asked in which order.
fn left_behind() -> (String, Vec<String>) {
    let assignment = shipped_demo();
    let model = Recorded::new(&assignment);
    let report = block_on(run_with(&assignment, Arc::clone(&model)));
    (bytes(&report), model.prompts())
}

#[test]
fn report_nodes_and_prompts_are_the_same_whoever_watches() {
    let unwatched = left_behind();
    assert_eq!(unwatched, left_behind());

    let capture = Capture::start();
    assert!(unwatched == left_behind(), "in a capture");
    assert!(capture.events().len() > 300);
    drop(capture);

    let memory = EventBus::memory().install_for_thread();
    assert!(unwatched == left_behind(), "with a log in memory");
    drop(memory);

    let server = RedisServer::start();
    let redis = EventBus::redis(&server.url()).unwrap();
    let installed = redis.clone().install_for_thread();
    assert!(unwatched == left_behind(), "with a Redis");
    assert_eq!(redis.flush(Duration::from_secs(30)), 0);
    assert!(redis.stats().sent > 300);
    drop(installed);

    // Nobody listens on port 1 of this machine.
    let unreachable = EventBus::redis("redis://127.0.0.1:1").unwrap().install_for_thread();
    assert!(unwatched == left_behind(), "without the Redis that was named");
    drop(unreachable);

    let limits = Limits {
        max_events: 4,
        ..Limits::default()
    };
    let full = EventBus::builder()
        .limits(limits)
        .build_redis("redis://127.0.0.1:1")
        .unwrap();
    let installed = full.clone().install_for_thread();
    assert!(unwatched == left_behind(), "with a queue that is full");
    assert!(full.stats().dropped > 300, "{:?}", full.stats());
    drop(installed);
}

#[test]
fn many_threads_write_the_report_that_one_writes() {
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    assert_eq!(
        bytes(&threads.block_on(run(&demo(QUESTION)))),
        bytes(&block_on(run(&demo(QUESTION))))
    );
}

//! What happens to events never happens to the agent: its report is the same while Redis comes and goes.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use event_core::log::{Content, Cursor, Direction};
use event_core::testing::Capture;
use event_core::{Envelope, EventBus};
use examples::research_agent::{OfflineModel, Pace, research};
use support::redis_server::RedisServer;
use support::{QUESTION, block_on, bytes, corpus, demo, run};

/// More events than a run has.
const ALL: usize = 100_000;
const PATIENCE: Duration = Duration::from_secs(30);

/// The ids of the events that a bus's log holds, without the signs of life, of which there are as many as time allows.
fn stored(bus: &EventBus) -> Vec<String> {
    let page = block_on(bus.log().page(Cursor::default(), Direction::Forward, ALL)).unwrap();
    let events = page.entries.into_iter().map(|entry| match entry.content {
        Content::Json(json) => serde_json::from_slice::<Envelope>(&json).unwrap(),
        Content::Foreign(fields) => panic!("an entry of somebody else: {fields:?}"),
    });
    events
        .filter(|event| event.event_type != "producer_alive")
        .map(|event| event.id)
        .collect()
}

#[test]
fn a_redis_that_is_killed_half_way_and_comes_back_changes_no_byte_and_loses_no_event() {
    let undisturbed = Capture::start();
    let expected = bytes(&block_on(run(&demo(QUESTION))));
    assert_eq!(undisturbed.bus().flush(PATIENCE), 0);
    let published = stored(undisturbed.bus()).len();
    drop(undisturbed);

    let mut server = RedisServer::start();
    let bus = EventBus::redis(&server.url()).unwrap();
    let installed = bus.clone().install_for_thread();
    let model = Arc::new(OfflineModel::new(Pace::new(0.0, 1)));
    let report = block_on(research(&demo(QUESTION), model, corpus(), |step| {
        if step.step == 50 {
            server.kill();
        }
    }))
    .unwrap();
    assert_eq!(bytes(&report), expected);

    server.launch();
    assert_eq!(
        bus.flush(PATIENCE),
        0,
        "events that did not reach Redis after it came back"
    );
    let ids: BTreeSet<String> = stored(&bus).into_iter().collect();
    assert_eq!(ids.len(), published);
    drop(installed);
}

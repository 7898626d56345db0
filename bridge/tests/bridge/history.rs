use serde_json::{Value, json};

use crate::support::{Redis, TestBridge, event, event_of, get, limits, until};

fn seqs(lines: &[Value]) -> Vec<u64> {
    lines
        .iter()
        .filter_map(|line| line["event"]["payload"]["seq"].as_u64())
        .collect()
}

#[tokio::test]
async fn history_is_paged_from_end_to_end_without_overlap() {
    let redis = Redis::start();
    redis.add(&(0..2500).map(event).collect::<Vec<_>>()).await;
    let limits = event_bridge::Limits {
        ring_entries: 500,
        ..limits()
    };
    let bridge = TestBridge::start_with(limits, redis.log());
    let mut after = "0".to_owned();
    let mut all = Vec::new();
    loop {
        let answer = get(bridge.port, &format!("/api/events?limit=700&after={after}")).await;
        assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
        let lines = answer.lines();
        all.extend(seqs(&lines));
        let page = lines.last().unwrap();
        assert_eq!(page["control"], "page");
        page["next"].as_str().unwrap().clone_into(&mut after);
        if page["more"] == json!(false) {
            break;
        }
        assert_eq!(lines.len(), 701);
    }
    assert_eq!(all, (0..2500).collect::<Vec<_>>());
    // At the end there is nothing, until there is.
    let path = format!("/api/events?after={after}");
    assert_eq!(
        get(bridge.port, &path).await.lines(),
        [json!({"control": "page", "next": after, "more": false})]
    );
    redis.add(&[event(2500)]).await;
    until("the new event is there", || async {
        seqs(&get(bridge.port, &path).await.lines()) == [2500]
    })
    .await;
}

#[tokio::test]
async fn an_empty_stream_is_an_empty_page() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let lines = get(bridge.port, "/api/events").await.lines();
    assert_eq!(lines, [json!({"control": "page", "next": "0-0@0", "more": false})]);
}

#[tokio::test]
async fn a_hole_comes_before_the_events_behind_it() {
    let redis = Redis::start();
    redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    redis.run("XTRIM agent_events MAXLEN = 2").await;
    let bridge = TestBridge::start(redis.log());
    let lines = get(bridge.port, "/api/events?after=0").await.lines();
    assert_eq!((&lines[0]["control"], &lines[0]["lost"]), (&json!("gap"), &json!(8)));
    assert_eq!(seqs(&lines), [8, 9]);
}

/// The pages from newest to oldest, and whatever lines are no events.
async fn backwards(port: u16, query: &str) -> (Vec<u64>, Vec<Value>) {
    let (mut all, mut controls, mut before) = (Vec::new(), Vec::new(), String::new());
    loop {
        let mut lines = get(port, &format!("/api/events?order=desc{query}{before}"))
            .await
            .lines();
        let page = lines.pop().unwrap();
        assert_eq!(page["control"], "page");
        all.extend(seqs(&lines));
        controls.extend(lines.into_iter().filter(|line| line.get("control").is_some()));
        if page["more"] == json!(false) {
            return (all, controls);
        }
        before = format!("&before={}", page["next"].as_str().unwrap());
    }
}

#[tokio::test]
async fn history_is_paged_backwards_from_end_to_end_without_overlap() {
    let redis = Redis::start();
    redis.add(&(0..2500).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let newest_first: Vec<_> = (0..2500).rev().collect();
    assert_eq!(backwards(bridge.port, "&limit=700").await, (newest_first, vec![]));
    // As many as there are: nothing is left to ask for.
    let lines = get(bridge.port, "/api/events?order=desc&limit=2500").await.lines();
    assert_eq!((lines.len(), &lines[2500]["more"]), (2501, &json!(false)));
}

#[tokio::test]
async fn a_filter_goes_backwards_as_it_goes_forwards() {
    let redis = Redis::start();
    let events: Vec<_> = (0..900)
        .map(|seq| event_of(if seq % 300 == 7 { "rare" } else { "common" }, &json!({ "seq": seq })))
        .collect();
    redis.add(&events).await;
    let bridge = TestBridge::start(redis.log());
    assert_eq!(backwards(bridge.port, "&type=rare").await.0, [607, 307, 7]);
    assert_eq!(backwards(bridge.port, "&type=rare&limit=1").await.0, [607, 307, 7]);
    assert_eq!(backwards(bridge.port, "&type=never").await.0, [0; 0]);
}

#[tokio::test]
async fn an_event_that_stands_twice_is_shown_once_in_both_directions() {
    let redis = Redis::start();
    let twice = event(1);
    redis.add(&[event(0), twice.clone(), event(2), twice, event(3)]).await;
    let bridge = TestBridge::start(redis.log());
    assert_eq!(seqs(&get(bridge.port, "/api/events").await.lines()), [0, 1, 2, 3]);
    assert_eq!(backwards(bridge.port, "").await.0, [3, 2, 1, 0]);
}

#[tokio::test]
async fn the_end_of_history_says_what_was_trimmed_before_it() {
    let redis = Redis::start();
    let ids = redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    redis.run("XTRIM agent_events MAXLEN = 2").await;
    let bridge = TestBridge::start(redis.log());
    let (all, controls) = backwards(bridge.port, "").await;
    assert_eq!(all, [9, 8]);
    assert_eq!(
        (&controls[0]["control"], &controls[0]["lost"]),
        (&json!("gap"), &json!(8))
    );
    let (_, controls) = backwards(bridge.port, &format!("&after={}@4", ids[3])).await;
    assert_eq!((controls.len(), &controls[0]["lost"]), (1, &json!(4)));
    let (_, controls) = backwards(bridge.port, &format!("&after={}@8", ids[7])).await;
    assert_eq!(controls, [json!(null); 0]);
}

#[tokio::test]
async fn a_range_of_time_or_of_cursors_is_given_in_both_directions() {
    let redis = Redis::start();
    for (ms, seq) in [(1000, 0), (2000, 1), (2000, 2), (3000, 3), (4000, 4)] {
        let id = format!("{ms}-{seq}");
        redis
            .run(&format!(
                r#"XADD agent_events {id} json {{"type":"t","payload":{{"seq":{seq}}}}}"#
            ))
            .await;
    }
    let bridge = TestBridge::start(redis.log());
    for (range, expected) in [
        ("since=2000&until=3000", vec![1, 2, 3]),
        ("since=2001&until=2999", vec![]),
        ("until=2000", vec![0, 1, 2]),
        ("after=2000-1&until=9000", vec![2, 3, 4]),
        ("after=1000-0&before=4000-4&order=asc", vec![1, 2, 3]),
        ("since=4000", vec![4]),
    ] {
        let answer = get(bridge.port, &format!("/api/events?{range}")).await.lines();
        assert_eq!(seqs(&answer), expected, "{range}");
        assert_eq!(answer.last().unwrap()["more"], json!(false), "{range}");
        let newest_first: Vec<_> = expected.into_iter().rev().collect();
        assert_eq!(
            backwards(bridge.port, &format!("&{}", range.replace("&order=asc", "")))
                .await
                .0,
            newest_first,
            "{range}"
        );
    }
    // A range is paged as everything else is.
    let first = get(bridge.port, "/api/events?since=2000&until=3000&limit=2")
        .await
        .lines();
    assert_eq!((seqs(&first), &first[2]["more"]), (vec![1, 2], &json!(true)));
    let next = first[2]["next"].as_str().unwrap();
    let rest = get(bridge.port, &format!("/api/events?after={next}&until=3000"))
        .await
        .lines();
    assert_eq!((seqs(&rest), &rest[1]["more"]), (vec![3], &json!(false)));
}

#[tokio::test]
async fn an_empty_stream_and_one_that_is_away_are_told_apart_backwards_as_well() {
    let mut redis = Redis::start_durable();
    let bridge = TestBridge::start(redis.log());
    let path = "/api/events?order=desc";
    assert_eq!(
        get(bridge.port, path).await.lines(),
        [json!({"control": "page", "next": "0-0@0", "more": false})]
    );
    redis.kill();
    let answer = get(bridge.port, path).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["remedy"], "try again when the log is back");
}

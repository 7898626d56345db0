use event_bridge::Limits;
use futures_util::StreamExt as _;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::support::{Plain, Redis, TestBridge, event, in_time, limits};

#[tokio::test]
async fn a_plain_frame_is_the_stored_text_byte_for_byte() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Plain::connect(bridge.port, "?after=0").await;
    let texts = [
        event(1),
        "{ \"type\" :\t\"spaced\",\n\"payload\": {\"a\":\r\n1} }".to_owned(),
        r#"{"type":"текст","id":"é","payload":{"s":"\u00e9\n","n":1.0e2}}"#.to_owned(),
        r#"{"type":"no_payload"}"#.to_owned(),
    ];
    redis.add(&texts).await;
    for text in texts {
        assert_eq!(viewer.text().await, Some(text));
    }
}

#[tokio::test]
async fn without_a_place_to_begin_the_stream_is_live_from_now() {
    let redis = Redis::start();
    redis.add(&[event(1), event(2)]).await;
    let bridge = TestBridge::start(redis.log());
    let mut witness = Plain::connect(bridge.port, "?after=0").await;
    assert_eq!(witness.seqs(2).await, [1, 2]);

    let mut viewer = Plain::connect(bridge.port, "").await;
    redis.add(&[event(3)]).await;
    assert_eq!(viewer.seqs(1).await, [3]);
}

#[tokio::test]
async fn the_guides_page_served_from_another_port_sees_events() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    // new WebSocket("ws://" + location.hostname + ":9999/events") in a page of http://localhost:8080.
    let mut request = format!("ws://localhost:{}/events", bridge.port)
        .into_client_request()
        .unwrap();
    request
        .headers_mut()
        .insert("origin", "http://localhost:8080".parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let text = event(1);
    let entry = text.clone();
    let publisher = tokio::spawn(async move {
        redis.add(&[entry]).await;
        redis
    });
    let frame = in_time("the event", socket.next()).await.unwrap().unwrap();
    assert_eq!(frame.into_text().unwrap(), text.as_str());
    publisher.await.unwrap();
}

#[tokio::test]
async fn an_entry_that_a_producer_repeated_is_shown_once() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut live = Plain::connect(bridge.port, "?after=0").await;
    let (first, second) = (event(1), event(2));
    redis
        .add(&[first.clone(), second.clone(), first, second, event(3)])
        .await;
    assert_eq!(live.seqs(3).await, [1, 2, 3]);
    let mut replayed = Plain::connect(bridge.port, "?after=0").await;
    assert_eq!(replayed.seqs(3).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_batch_that_was_repeated_is_shown_once_far_behind_the_ring_too() {
    let redis = Redis::start();
    let batch: Vec<_> = (0..1000).map(event).collect();
    redis.add(&batch).await;
    redis.add(&batch[500..]).await;
    redis.add(&(1000..3000).map(event).collect::<Vec<_>>()).await;
    let limits = Limits {
        ring_entries: 50,
        ..limits()
    };
    let bridge = TestBridge::start_with(limits, redis.log());
    let mut viewer = Plain::connect(bridge.port, "?after=0").await;
    assert_eq!(viewer.seqs(3000).await, (0..3000).collect::<Vec<_>>());
}

#[tokio::test]
async fn events_that_share_an_id_but_differ_are_all_shown() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Plain::connect(bridge.port, "?after=0").await;
    let texts: Vec<_> = (0..3)
        .map(|seq| format!(r#"{{"id":"x","type":"t","payload":{{"seq":{seq}}}}}"#))
        .collect();
    redis.add(&texts).await;
    assert_eq!(viewer.seqs(3).await, [0, 1, 2]);
}

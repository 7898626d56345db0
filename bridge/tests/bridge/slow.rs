use std::time::Duration;

use event_bridge::Limits;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::{Framed, Plain, Redis, TestBridge, event, event_of, get, limits, until};

/// Completes the handshake, and never reads.
async fn stuck(port: u16) -> TcpStream {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = "GET /events?after=0 HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
                   sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    socket
}

/// A bridge with one place, which is taken: it is free again by and by.
async fn takes_the_only_place_and_is_let_go(port: u16) {
    until("the bridge is full", || async {
        get(port, "/healthz").await.status == 503
    })
    .await;
    until("it has room again", || async {
        get(port, "/healthz").await.status == 200
    })
    .await;
}

#[tokio::test]
async fn one_viewer_that_never_reads_one_that_closes_and_one_that_is_reset_disturb_nobody() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let _stuck = stuck(bridge.port).await;
    let closing = Plain::connect(bridge.port, "?after=0").await;
    let resetting = Plain::connect(bridge.port, "?after=0").await;
    let mut plain = Plain::connect(bridge.port, "?after=0").await;
    let mut framed = Framed::connect(bridge.port, "&after=0").await;

    let filler = "x".repeat(200_000);
    let (port, big) = (bridge.port, move |seq| {
        event_of("big", &json!({"seq": seq, "filler": filler}))
    });
    let publisher = tokio::spawn(async move {
        for seq in 0..150 {
            redis.add(&[big(seq)]).await;
        }
        redis
    });
    assert_eq!(plain.seqs(20).await, (0..20).collect::<Vec<_>>());
    closing.close().await;
    resetting.reset();
    let (plain, framed) = tokio::join!(plain.seqs(130), framed.seqs(150));
    assert_eq!(plain, (20..150).collect::<Vec<_>>());
    assert_eq!(framed, (0..150).collect::<Vec<_>>());
    assert_eq!(get(port, "/healthz").await.status, 200);
    publisher.await.unwrap();
}

#[tokio::test]
async fn a_viewer_that_stands_still_is_let_go_and_its_place_is_free_again() {
    let redis = Redis::start();
    let big: Vec<_> = (0..100)
        .map(|seq| event_of("big", &json!({"seq": seq, "filler": "x".repeat(200_000)})))
        .collect();
    redis.add(&big).await;
    let limits = Limits {
        connections: 1,
        no_progress: Duration::from_millis(300),
        ..limits()
    };
    let bridge = TestBridge::start_with(limits, redis.log());
    let _stuck = stuck(bridge.port).await;
    takes_the_only_place_and_is_let_go(bridge.port).await;
}

#[tokio::test]
async fn a_peer_that_is_silent_is_let_go() {
    let redis = Redis::start();
    let limits = Limits {
        connections: 1,
        silence: Duration::from_millis(200),
        ..limits()
    };
    let bridge = TestBridge::start_with(limits, redis.log());
    let _silent = stuck(bridge.port).await;
    takes_the_only_place_and_is_let_go(bridge.port).await;
}

#[tokio::test]
async fn a_viewer_that_answers_pings_stays() {
    let redis = Redis::start();
    let limits = Limits {
        ping: Duration::from_millis(50),
        silence: Duration::from_millis(500),
        ..limits()
    };
    let bridge = TestBridge::start_with(limits, redis.log());
    let mut viewer = Plain::connect(bridge.port, "").await;
    let started = tokio::time::Instant::now();
    let late = tokio::spawn(async move {
        until("longer than the silence allowed", || async {
            started.elapsed() > Duration::from_secs(1)
        })
        .await;
        redis.add(&[event(1)]).await;
        redis
    });
    assert_eq!(viewer.seqs(1).await, [1]);
    late.await.unwrap();
}

#[tokio::test]
async fn a_peer_that_never_finishes_its_request_is_let_go() {
    let redis = Redis::start();
    let limits = Limits {
        connections: 1,
        header_timeout: Duration::from_millis(200),
        ..limits()
    };
    let bridge = TestBridge::start_with(limits, redis.log());
    let mut lazy = TcpStream::connect(("127.0.0.1", bridge.port)).await.unwrap();
    lazy.write_all(b"GET / HT").await.unwrap();
    takes_the_only_place_and_is_let_go(bridge.port).await;
}

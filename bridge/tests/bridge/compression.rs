use std::io::Read as _;

use flate2::read::GzDecoder;

use crate::support::{Redis, TestBridge, event, event_of, get, get_with};

const HOST: (&str, &str) = ("host", "localhost");

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn answers_are_compressed_for_who_takes_it_and_for_nobody_else() {
    let redis = Redis::start();
    redis.add(&(0..3000).map(event).collect::<Vec<_>>()).await;
    let runs: Vec<_> = (0..50)
        .map(|run| event_of("t", &serde_json::json!({"run_id": format!("run-{run}")})))
        .collect();
    redis.add(&runs).await;
    let bridge = TestBridge::start(redis.log());
    for path in [
        "/api/events?limit=3000",
        "/api/events?order=desc&limit=3000",
        "/api/runs",
        "/app.js",
    ] {
        let plain = get(bridge.port, path).await;
        assert_eq!(plain.header("content-encoding"), None, "{path}");
        assert!(
            plain
                .header("vary")
                .is_some_and(|vary| vary.contains("accept-encoding")),
            "{path}"
        );
        let gzip = get_with(bridge.port, path, &[HOST, ("accept-encoding", "br, gzip")]).await;
        assert_eq!(gzip.header("content-encoding"), Some("gzip"), "{path}");
        assert!(gzip.bytes.len() < plain.bytes.len() / 2, "{path}: {}", gzip.bytes.len());
        assert_eq!(unpacked(&gzip.bytes), plain.body, "{path}");
        let refused = get_with(bridge.port, path, &[HOST, ("accept-encoding", "gzip;q=0, br")]).await;
        assert_eq!(refused.body, plain.body, "{path}");
    }
}

#[tokio::test]
async fn both_codings_of_a_file_have_etags_of_their_own() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let gzip = ("accept-encoding", "gzip");
    let plain = get(bridge.port, "/app.js").await;
    let packed = get_with(bridge.port, "/app.js", &[HOST, gzip]).await;
    let [plain, packed] = [&plain, &packed].map(|answer| answer.header("etag").unwrap());
    assert_ne!(plain, packed);
    let ask = async |tag, encoding| {
        let headers = [HOST, ("if-none-match", tag), encoding];
        get_with(bridge.port, "/app.js", &headers).await.status
    };
    assert_eq!(ask(packed, gzip).await, 304);
    assert_eq!(ask(plain, gzip).await, 200);
    assert_eq!(ask(plain, ("x", "y")).await, 304);
}

#[tokio::test]
async fn the_live_stream_is_never_compressed() {
    let redis = Redis::start();
    redis.add(&[event(1)]).await;
    let bridge = TestBridge::start(redis.log());
    let headers = [("accept", "text/event-stream"), ("accept-encoding", "gzip")];
    let mut viewer = crate::support::Sse::connect_with(bridge.port, "?after=0", &headers).await;
    assert!(!viewer.head.contains("content-encoding"), "{}", viewer.head);
    assert_eq!(viewer.seqs(1).await, [1]);
}

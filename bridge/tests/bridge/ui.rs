use event_bridge::Bridge;

use crate::support::{Redis, TestBridge, event, get, get_with, send, until};

#[tokio::test]
async fn every_file_of_the_ui_is_served_with_its_type_and_a_strong_etag() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    for asset in event_ui::assets() {
        let path = format!("/{}", asset.path);
        let answer = get(bridge.port, &path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(asset.content_type))
        );
        assert_eq!(answer.body.as_bytes(), asset.bytes);
        assert_eq!(answer.header("cache-control"), Some("no-cache"));

        let etag = answer.header("etag").unwrap();
        assert!(etag.starts_with('"'));
        let again = get_with(bridge.port, &path, &[("host", "localhost"), ("if-none-match", etag)]).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        let other = get_with(
            bridge.port,
            &path,
            &[("host", "localhost"), ("if-none-match", "\"other\"")],
        )
        .await;
        assert_eq!(other.status, 200);
    }
    assert_eq!(
        get(bridge.port, "/").await.body,
        get(bridge.port, "/index.html").await.body
    );
}

#[tokio::test]
async fn the_client_module_is_served_with_its_types_to_pages_that_may_read() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let page = [("host", "localhost"), ("origin", "http://localhost:8080")];
    for (path, content_type, word) in [
        (
            "/events.js",
            "text/javascript; charset=utf-8",
            "export function connect(",
        ),
        ("/events.d.ts", "text/plain; charset=utf-8", "export interface Options"),
    ] {
        let answer = get_with(bridge.port, path, &page).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(content_type))
        );
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("http://localhost:8080")
        );
        assert!(answer.body.contains(word));
        let stranger = [("host", "localhost"), ("origin", "https://evil.example")];
        assert_eq!(get_with(bridge.port, path, &stranger).await.status, 403);
    }
}

#[tokio::test]
async fn an_unknown_path_is_answered_with_what_there_is() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let answer = get(bridge.port, "/nothing/here").await;
    assert_eq!(answer.status, 404);
    assert!(answer.json()["remedy"].as_str().unwrap().contains("/api/events"));
}

#[tokio::test]
async fn while_working_on_the_ui_it_comes_from_a_folder_and_from_nowhere_else() {
    let redis = Redis::start();
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("ui")).unwrap();
    std::fs::write(dir.path().join("secret.txt"), "secret").unwrap();
    std::fs::write(dir.path().join("ui/index.html"), "first").unwrap();
    let bridge = TestBridge::build(Bridge::builder().port(0).log(redis.log()).ui_dir(dir.path().join("ui")));
    assert_eq!(get(bridge.port, "/").await.body, "first");
    std::fs::write(dir.path().join("ui/index.html"), "second").unwrap();
    assert_eq!(get(bridge.port, "/").await.body, "second");
    for path in ["/../secret.txt", "/..%2fsecret.txt", "//secret.txt", "/app.js"] {
        assert_eq!(get(bridge.port, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_head_is_answered_as_the_get_is_but_for_the_body() {
    let redis = Redis::start();
    redis.add(&[event(1)]).await;
    let bridge = TestBridge::start(redis.log());
    // Else it may become so between the two questions.
    until("it is ready", || async {
        get(bridge.port, "/readyz").await.status == 200
    })
    .await;
    let headers = [("host", "localhost")];
    for path in [
        "/",
        "/events.js",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/events",
        "/api/runs",
        "/api/nothing",
    ] {
        let whole = get(bridge.port, path).await;
        let head = send(bridge.port, "HEAD", path, &headers, "").await;
        assert_eq!((head.status, head.body.as_str()), (whole.status, ""), "{path}");
        for name in ["content-type", "etag", "cache-control"] {
            assert_eq!(head.header(name), whole.header(name), "{path}: {name}");
        }
    }
}

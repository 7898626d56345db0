use event_bridge::{Bridge, BridgeError};

use crate::support::{Redis, TestBridge, get, get_with};

/// What a browser sends to open a WebSocket, but for `host` and `origin`.
const UPGRADE: [(&str, &str); 4] = [
    ("upgrade", "websocket"),
    ("connection", "Upgrade"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

#[tokio::test]
async fn a_name_that_is_not_ours_is_refused_everywhere_with_a_remedy() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    for path in ["/", "/events", "/api/events", "/api/runs", "/app.js", "/healthz"] {
        let answer = get_with(bridge.port, path, &[("host", "evil.example:9999")]).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(
            answer.json()["remedy"]
                .as_str()
                .unwrap()
                .contains("--allow-host evil.example")
        );
    }
}

#[tokio::test]
async fn pages_of_strangers_are_refused_with_a_remedy_before_any_event() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    for path in ["/events", "/api/events", "/api/runs"] {
        let mut headers = vec![("host", "localhost"), ("origin", "https://evil.example")];
        headers.extend(UPGRADE);
        let answer = get_with(bridge.port, path, &headers).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(
            answer.json()["remedy"]
                .as_str()
                .unwrap()
                .contains("--allow-origin https://evil.example")
        );
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn pages_of_loopback_and_named_origins_read_history_across_origins() {
    let redis = Redis::start();
    let bridge = TestBridge::build(
        Bridge::builder()
            .port(0)
            .log(redis.log())
            .allow_origin("https://tools.example")
            .allow_host("box.example"),
    );
    for origin in ["http://localhost:8080", "https://tools.example"] {
        let answer = get_with(bridge.port, "/api/runs", &[("host", "box.example"), ("origin", origin)]).await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (200, Some(origin))
        );
        assert!(answer.header("vary").is_some_and(|vary| vary.contains("origin")));
    }
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_strict() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    for path in [
        "/",
        "/nothing",
        "/events",
        "/api/events",
        "/api/events?limit=x",
        "/healthz",
    ] {
        let answer = get_with(bridge.port, path, &[("host", "localhost:1234")]).await;
        let policy = answer.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self' ws://localhost:1234",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
    }
}

#[tokio::test]
async fn events_without_an_upgrade_says_how_to_connect() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let answer = get(bridge.port, "/events").await;
    assert_eq!((answer.status, answer.header("upgrade")), (426, Some("websocket")));
    assert!(answer.json()["remedy"].as_str().unwrap().contains("new WebSocket("));
}

#[tokio::test]
async fn a_bad_parameter_is_named_with_what_is_expected() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    for (path, expected) in [
        ("/events?after=yesterday", "after: not a cursor: \"yesterday\""),
        (
            "/events?taill=5",
            "taill: not a parameter of this route; it has after, tail,",
        ),
        (
            "/api/events?limit=0",
            "limit: expected a number of events from 1 to 10000",
        ),
    ] {
        let answer = get(bridge.port, path).await;
        assert_eq!(answer.status, 400);
        assert!(
            answer.json()["error"].as_str().unwrap().contains(expected),
            "{}",
            answer.body
        );
    }
}

#[tokio::test]
async fn an_address_that_others_reach_needs_consent() {
    let redis = Redis::start();
    let open = || {
        Bridge::builder()
            .port(0)
            .host("0.0.0.0".parse().unwrap())
            .log(redis.log())
    };
    let error = open().bind().unwrap_err();
    assert!(
        matches!(error, BridgeError::Open(_)) && error.to_string().contains("--insecure"),
        "{error}"
    );
    assert!(
        open()
            .insecure(true)
            .bind()
            .unwrap()
            .url()
            .starts_with("http://127.0.0.1:")
    );
}

use event_bridge::{Bridge, Builder};
use tokio::io::AsyncWriteExt as _;

use crate::support::{Plain, Redis, TestBridge, event, get_with, send, until};

const TOKEN: &str = "correct-horse-battery-staple";
/// What a browser sends to open a WebSocket, but for `host` and `origin`.
const UPGRADE: [(&str, &str); 4] = [
    ("upgrade", "websocket"),
    ("connection", "Upgrade"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];
const GUARDED: [&str; 5] = ["/events", "/api/events", "/api/runs", "/metrics", "/nothing"];

fn builder(redis: &Redis) -> Builder {
    let builder = Bridge::builder().port(0).log(redis.log());
    builder.token(TOKEN).unwrap()
}

#[tokio::test]
async fn without_the_token_or_with_a_wrong_one_nothing_is_told_of_events() {
    let redis = Redis::start();
    redis.add(&[event(77)]).await;
    let bridge = TestBridge::build(builder(&redis));
    for path in GUARDED {
        for (authorization, expected) in [
            (None, "the bridge asks for a token"),
            (
                Some("Bearer correct-horse-battery-stapl"),
                "the token is not the bridge's",
            ),
            (Some("Bearer "), "has no bearer token"),
            (Some("Basic Y29ycmVjdA=="), "has no bearer token"),
        ] {
            let mut headers = vec![("host", "localhost")];
            headers.extend(authorization.map(|value| ("authorization", value)));
            let answer = get_with(bridge.port, path, &headers).await;
            assert_eq!(answer.status, 401, "{path} {authorization:?}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"event-bridge\""));
            let json = answer.json();
            assert!(json["error"].as_str().unwrap().contains(expected), "{json}");
            assert!(
                json["remedy"].as_str().unwrap().contains("Authorization: Bearer"),
                "{json}"
            );
            assert!(
                !answer.body.contains("77") && !answer.body.contains(TOKEN),
                "{}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn the_token_in_a_header_lets_in() {
    let redis = Redis::start();
    let bridge = TestBridge::build(builder(&redis));
    let authorization = format!("bearer {TOKEN}");
    for path in ["/api/events", "/api/runs", "/metrics"] {
        let headers = [("host", "localhost"), ("authorization", authorization.as_str())];
        assert_eq!(get_with(bridge.port, path, &headers).await.status, 200, "{path}");
    }
    let mut viewer = Plain::connect_with(bridge.port, "", &[("authorization", &authorization)])
        .await
        .unwrap();
    redis.add(&[event(1)]).await;
    assert_eq!(viewer.seqs(1).await, [1]);
}

#[tokio::test]
async fn what_tells_nothing_of_events_is_open() {
    let redis = Redis::start();
    let bridge = TestBridge::build(builder(&redis));
    for path in ["/", "/index.html", "/healthz"] {
        assert_eq!(
            get_with(bridge.port, path, &[("host", "localhost")]).await.status,
            200,
            "{path}"
        );
    }
    until("it is ready", || async {
        get_with(bridge.port, "/readyz", &[("host", "localhost")]).await.status == 200
    })
    .await;
    let authorization = format!("Bearer {TOKEN}");
    let headers = [("host", "localhost"), ("authorization", authorization.as_str())];
    // Where the log ends is for those who may read it.
    let of_stranger = get_with(bridge.port, "/readyz", &headers[..1]).await.json();
    assert!(
        of_stranger.get("head").is_none() && of_stranger.get("error").is_none(),
        "{of_stranger}"
    );
    assert!(get_with(bridge.port, "/readyz", &headers).await.json()["head"].is_string());
}

#[tokio::test]
async fn a_token_in_an_address_is_refused_even_if_it_is_right_or_not_needed() {
    let redis = Redis::start();
    for bridge in [TestBridge::build(builder(&redis)), TestBridge::start(redis.log())] {
        for name in ["token", "access_token", "Token"] {
            for path in ["/", "/events", "/api/events", "/api/session"] {
                let path = format!("{path}?after=0&{name}={TOKEN}");
                let answer = get_with(bridge.port, &path, &[("host", "localhost")]).await;
                assert_eq!(answer.status, 400, "{path}");
                assert!(answer.json()["error"].as_str().unwrap().contains("ends up in logs"));
                assert!(!answer.body.contains(TOKEN));
            }
        }
    }
}

#[tokio::test]
async fn a_browser_exchanges_the_token_for_a_cookie_that_pages_cannot_read() {
    let redis = Redis::start();
    let bridge = TestBridge::build(builder(&redis));
    let host = format!("localhost:{}", bridge.port);
    let origin = format!("http://{host}");
    let page = [("host", host.as_str()), ("origin", origin.as_str())];

    let answer = send(bridge.port, "POST", "/api/session", &page, "wrong-horse-battery-staple").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (401, None));

    let answer = send(bridge.port, "POST", "/api/session", &page, TOKEN).await;
    assert_eq!(answer.status, 204);
    let cookie = answer.header("set-cookie").unwrap();
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains(TOKEN) && !cookie.contains("Secure"), "{cookie}");
    let cookie = format!("theme=dark; {}", cookie.split(';').next().unwrap());

    let mut headers = vec![("host", host.as_str()), ("cookie", cookie.as_str())];
    assert_eq!(get_with(bridge.port, "/api/runs", &headers).await.status, 200);
    assert_eq!(get_with(bridge.port, "/api/session", &headers).await.status, 204);
    headers.push(("origin", &origin));
    let mut viewer = Plain::connect_with(bridge.port, "", &headers[1..]).await.unwrap();
    redis.add(&[event(5)]).await;
    assert_eq!(viewer.seqs(1).await, [5]);

    // One letter of it changed.
    let last = if cookie.ends_with('0') { "1" } else { "0" };
    let forged = format!("{}{last}", &cookie[..cookie.len() - 1]);
    let headers = [("host", host.as_str()), ("cookie", forged.as_str())];
    assert_eq!(get_with(bridge.port, "/api/runs", &headers).await.status, 401);
    assert_eq!(get_with(bridge.port, "/api/session", &headers).await.status, 401);

    let answer = send(bridge.port, "DELETE", "/api/session", &page, "").await;
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn the_cookie_of_a_stranger_s_page_lets_nobody_in() {
    let redis = Redis::start();
    let bridge = TestBridge::build(builder(&redis));
    let host = format!("localhost:{}", bridge.port);
    let page = [("host", host.as_str()), ("origin", "https://evil.example")];
    let answer = send(bridge.port, "POST", "/api/session", &page, TOKEN).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (403, None));
}

#[tokio::test]
async fn a_body_too_long_for_a_token_is_refused() {
    let redis = Redis::start();
    let bridge = TestBridge::build(builder(&redis));
    let answer = send(
        bridge.port,
        "POST",
        "/api/session",
        &[("host", "localhost")],
        &"x".repeat(5000),
    )
    .await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn a_page_without_the_token_is_told_so_in_a_close_code_and_another_client_in_a_status() {
    let redis = Redis::start();
    let bridge = TestBridge::build(builder(&redis));
    let origin = format!("http://127.0.0.1:{}", bridge.port);
    let mut page = Plain::connect_with(bridge.port, "?tail=1", &[("origin", &origin)])
        .await
        .unwrap();
    redis.add(&[event(1)]).await;
    assert_eq!(page.close_code().await, Some(4401));

    let mut headers = vec![("host", "localhost")];
    headers.extend(UPGRADE);
    assert_eq!(get_with(bridge.port, "/events", &headers).await.status, 401);
    headers.push(("origin", "https://evil.example"));
    // Nothing but the close code, and no event.
    assert_eq!(get_with(bridge.port, "/api/events", &headers[..1]).await.status, 401);
}

#[tokio::test]
async fn an_address_that_others_reach_is_served_with_a_token() {
    let redis = Redis::start();
    let bridge = TestBridge::build(builder(&redis).host("0.0.0.0".parse().unwrap()));
    let authorization = format!("Bearer {TOKEN}");
    let headers = [("host", "127.0.0.1"), ("authorization", authorization.as_str())];
    // No page asks, and so no origin is told: it is the token that lets in.
    assert_eq!(get_with(bridge.port, "/api/runs", &headers).await.status, 200);
    assert_eq!(get_with(bridge.port, "/api/runs", &headers[..1]).await.status, 401);
}

#[tokio::test]
async fn a_token_that_can_be_guessed_is_refused() {
    let error = Bridge::builder().token("letmein").unwrap_err().to_string();
    assert!(error.contains("at least 16 characters, got 7"), "{error}");
    assert!(!error.contains("letmein"), "{error}");
}

#[tokio::test]
async fn refusals_are_counted_by_reason() {
    let redis = Redis::start();
    let bridge = TestBridge::build(builder(&redis));
    let authorization = format!("Bearer {TOKEN}");
    let known = [("host", "localhost"), ("authorization", authorization.as_str())];
    get_with(bridge.port, "/api/runs", &known[..1]).await;
    get_with(bridge.port, "/api/runs", &[("host", "evil.example")]).await;
    get_with(bridge.port, "/?token=x", &known).await;
    let stranger = [known[0], known[1], ("origin", "https://evil.example")];
    get_with(bridge.port, "/api/runs", &stranger).await;
    let metrics = get_with(bridge.port, "/metrics", &known).await.body;
    for reason in ["token", "host", "token_in_address", "origin"] {
        let line = format!("event_bridge_refused_total{{reason=\"{reason}\"}} 1\n");
        assert!(metrics.contains(&line), "{line} in {metrics}");
    }
}

#[tokio::test]
async fn a_token_that_does_not_come_is_not_waited_for() {
    let redis = Redis::start();
    let limits = event_bridge::Limits {
        header_timeout: std::time::Duration::from_millis(100),
        ..crate::support::limits()
    };
    let bridge = TestBridge::build(builder(&redis).limits(limits));
    let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", bridge.port))
        .await
        .unwrap();
    let head = "POST /api/session HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20\r\nconnection: close\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    let answer = crate::support::rest(&mut socket).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

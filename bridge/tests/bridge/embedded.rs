use std::net::TcpListener;
use std::time::Duration;

use event_bridge::{Bridge, Builder};
use event_core::EventBus;
use serde_json::json;
use warp::Filter as _;

use crate::support::{Framed, Plain, TestBridge, get, get_with, send};

fn port_of(url: &str) -> u16 {
    url.rsplit(':').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_in_the_agents_process_shows_its_last_events_before_it_goes() {
    let bus = EventBus::memory();
    let running = Bridge::builder().port(0).log(bus.log()).spawn().unwrap();
    let port = port_of(running.url());
    assert_eq!(get(port, "/healthz").await.status, 200);
    let mut viewer = Framed::connect(port, "&after=0").await;
    let mut plain = Plain::connect(port, "?after=0").await;

    for seq in 0..100 {
        bus.publish_value("last", json!({ "seq": seq }));
    }
    assert_eq!(bus.flush(Duration::from_secs(5)), 0);
    let stop = tokio::task::spawn_blocking(move || drop(running));
    assert_eq!(viewer.seqs(100).await, (0..100).collect::<Vec<_>>());
    assert_eq!(plain.seqs(100).await, (0..100).collect::<Vec<_>>());
    assert_eq!(viewer.control("bye").await["code"], 1012);
    stop.await.unwrap();
}

/// A bridge of an application that has routes of its own.
fn with_routes(bus: &EventBus) -> Builder {
    let greeting = warp::path!("greet" / String).map(|name| format!("hello, {name}"));
    let page = warp::path::end().map(|| warp::reply::html("<title>ours</title>"));
    let post = warp::path!("jobs")
        .and(warp::post())
        .map(|| warp::http::StatusCode::ACCEPTED);
    Bridge::builder()
        .port(0)
        .log(bus.log())
        .routes(greeting.or(page))
        .routes(post)
}

#[tokio::test]
async fn routes_of_ones_own_stand_beside_the_bridges_and_behind_its_checks() {
    let bus = EventBus::memory();
    bus.publish_value("mine", json!({"seq": 1}));
    assert_eq!(bus.flush(Duration::from_secs(5)), 0);
    let bridge = TestBridge::build(with_routes(&bus));
    assert_eq!(get(bridge.port, "/greet/you").await.body, "hello, you");
    assert_eq!(get(bridge.port, "/").await.body, "<title>ours</title>");
    let host = [("host", "localhost")];
    assert_eq!(send(bridge.port, "POST", "/jobs", &host, "").await.status, 202);
    // What they leave is the bridge's, its files and its errors included.
    assert_eq!(get(bridge.port, "/jobs").await.status, 404);
    assert_eq!(send(bridge.port, "DELETE", "/jobs", &host, "").await.status, 405);
    assert_eq!(get(bridge.port, "/app.js").await.status, 200);
    assert_eq!(Framed::connect(bridge.port, "&after=0").await.seqs(1).await, [1]);
    // Its checks and headers are theirs as well.
    let rebound = get_with(bridge.port, "/greet/you", &[("host", "evil.example")]).await;
    assert_eq!(rebound.status, 403);
    let answer = get(bridge.port, "/greet/you").await;
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn a_token_is_asked_for_on_routes_of_ones_own() {
    let bus = EventBus::memory();
    let bridge = TestBridge::build(with_routes(&bus).token("a-token-of-some-length").unwrap());
    assert_eq!(get(bridge.port, "/greet/you").await.status, 401);
    let headers = [
        ("host", "localhost"),
        ("authorization", "Bearer a-token-of-some-length"),
    ];
    assert_eq!(get_with(bridge.port, "/greet/you", &headers).await.body, "hello, you");
    // In the place of the page as well: who lacks the token gets the bridge's own, which asks for it.
    let stranger = get(bridge.port, "/").await;
    assert!(
        stranger.status == 200 && !stranger.body.contains("ours"),
        "{}",
        stranger.body
    );
    assert_eq!(get_with(bridge.port, "/", &headers).await.body, "<title>ours</title>");
}

#[tokio::test]
async fn a_listener_of_ones_own_is_listened_on_and_needs_what_any_address_needs() {
    let bus = EventBus::memory();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let builder = || Bridge::builder().log(bus.log());
    let bridge = TestBridge::build(builder().listener(listener));
    assert_eq!(bridge.port, port);
    assert_eq!(get(port, "/healthz").await.status, 200);
    bridge.stop().await;

    let open = || TcpListener::bind("0.0.0.0:0").unwrap();
    let refused = builder().listener(open()).bind().unwrap_err().to_string();
    assert!(
        refused.contains("0.0.0.0") && refused.contains("--insecure"),
        "{refused}"
    );
    let bridge = builder().listener(open()).insecure(true).bind().unwrap();
    assert!(bridge.url().starts_with("http://127.0.0.1:"), "{}", bridge.url());
}

#[tokio::test]
async fn a_bridge_runs_until_a_future_of_ones_own_ends() {
    let bus = EventBus::memory();
    let bridge = Bridge::builder().port(0).log(bus.log()).bind().unwrap();
    let port = port_of(&bridge.url());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(bridge.run(async {
        stopped.await.unwrap();
    }));
    let mut viewer = Framed::connect(port, "").await;
    stop.send(()).unwrap();
    viewer.control("bye").await;
    serving.await.unwrap().unwrap();
}

/// The only test of this program that uses the process's own bus.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_bus_the_bridge_brings_one_and_flushes_it_before_viewers_are_sent_away() {
    assert!(EventBus::global().is_none());
    let running = Bridge::builder().port(0).spawn().unwrap();
    let bus = EventBus::global().expect("a bus is installed");
    let mut viewer = Framed::connect(port_of(running.url()), "&type=last").await;
    for seq in 0..100 {
        bus.publish_value("last", json!({ "seq": seq }));
    }
    let stop = tokio::task::spawn_blocking(move || drop(running));
    assert_eq!(viewer.seqs(100).await, (0..100).collect::<Vec<_>>());
    viewer.control("bye").await;
    stop.await.unwrap();
    assert!(EventBus::global().is_none());
}

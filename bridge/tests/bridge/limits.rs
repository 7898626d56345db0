use std::time::Duration;

use event_bridge::{Bridge, Limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Answer, Plain, Redis, TestBridge, event, get, get_with, in_time, limits, rest, until};

async fn connect(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).await.unwrap()
}

#[tokio::test]
async fn a_full_bridge_says_so_and_when_to_come_back() {
    let redis = Redis::start();
    let few = Limits {
        connections: 2,
        ..limits()
    };
    let bridge = TestBridge::start_with(few, redis.log());
    let first = Plain::connect(bridge.port, "").await;
    let _second = Plain::connect(bridge.port, "").await;
    let answer = get(bridge.port, "/healthz").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
    first.close().await;
    until("there is room again", || async {
        get(bridge.port, "/healthz").await.status == 200
    })
    .await;
    let metrics = get(bridge.port, "/metrics").await.body;
    assert!(
        !metrics.contains("event_bridge_refused_total{reason=\"connections\"} 0\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn one_address_cannot_take_all_connections_where_it_is_bounded() {
    let redis = Redis::start();
    let few = Limits {
        connections_per_address: Some(2),
        ..limits()
    };
    let bridge = TestBridge::start_with(few, redis.log());
    let first = Plain::connect(bridge.port, "").await;
    let _second = Plain::connect(bridge.port, "").await;
    let answer = get(bridge.port, "/healthz").await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("5")));
    assert!(answer.body.contains("your address"), "{}", answer.body);
    first.close().await;
    until("there is room again", || async {
        get(bridge.port, "/healthz").await.status == 200
    })
    .await;
}

#[tokio::test]
async fn requests_above_the_rate_are_told_when_to_ask_again_and_others_are_not_disturbed() {
    let redis = Redis::start();
    let few = Limits {
        requests_per_second: Some(1),
        request_burst: 5,
        ..limits()
    };
    let bridge = TestBridge::start_with(few, redis.log());
    let mut viewer = Plain::connect(bridge.port, "").await;
    let mut refused = None;
    // However slow this machine is, the bucket cannot be refilled as fast as that.
    for _ in 0..100 {
        let answer = get(bridge.port, "/healthz").await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a request is refused");
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    assert!(refused.json()["remedy"].as_str().unwrap().contains("ask again in 1 s"));
    redis.add(&[event(1)]).await;
    assert_eq!(viewer.seqs(1).await, [1]);
    until("the bucket is refilled", || async {
        get(bridge.port, "/healthz").await.status == 200
    })
    .await;
}

#[tokio::test]
async fn a_head_that_is_too_large_or_has_too_many_fields_is_refused() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut endless = connect(bridge.port).await;
    let answer = in_time("a head without end is refused", async {
        let head = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-long: ";
        let mut sent = endless.write_all(head).await;
        while sent.is_ok() {
            sent = endless.write_all(&[b'x'; 8 * 1024]).await;
        }
        rest(&mut endless).await
    })
    .await;
    // What was on its way when it was refused may have cost it the answer.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let many: Vec<_> = [("host", "localhost")]
        .into_iter()
        .chain([("x-one", "1"); 200])
        .collect();
    assert_eq!(get_with(bridge.port, "/healthz", &many).await.status, 431);
    assert_eq!(get(bridge.port, &format!("/{}", "x".repeat(70_000))).await.status, 414);
    assert_eq!(get(bridge.port, "/healthz").await.status, 200);
}

#[tokio::test]
async fn who_takes_too_long_for_a_request_is_hung_up_on() {
    let redis = Redis::start();
    let hasty = Limits {
        header_timeout: Duration::from_millis(200),
        ..limits()
    };
    let bridge = TestBridge::start_with(hasty, redis.log());
    let mut silent = connect(bridge.port).await;
    let mut slow = connect(bridge.port).await;
    let (mut slow_in, mut slow_out) = slow.split();
    let trickle = async {
        slow_out
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n")
            .await?;
        loop {
            slow_out.write_all(b"x: y\r\n").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let ended = async {
        let mut answer = Vec::new();
        // Reset or closed: hung up on.
        let _ = slow_in.read_to_end(&mut answer).await;
        answer
    };
    let answer = in_time("the slow one is hung up on", async {
        tokio::select! {
            Err::<(), std::io::Error>(_) = trickle => Vec::new(),
            answer = ended => answer,
        }
    })
    .await;
    assert!(
        !answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(get(bridge.port, "/healthz").await.status, 200);
}

#[tokio::test]
async fn thousands_of_connections_that_ask_for_nothing_keep_nobody_out() {
    let redis = Redis::start();
    let small = Limits {
        connections: 100,
        pending_connections: 50,
        ..limits()
    };
    let bridge = TestBridge::start_with(small, redis.log());
    let mut viewer = Plain::connect(bridge.port, "").await;
    let mut idle = Vec::new();
    for nth in 0..3000 {
        let mut socket = connect(bridge.port).await;
        // Half of them begin a request that never ends.
        if nth % 2 == 0 {
            let _ = socket.write_all(b"GET /events HTTP/1.1\r\nhost: loc").await;
        }
        idle.push(socket);
        if idle.len() > 500 {
            // Sockets of this process are bounded as well.
            idle.remove(0);
        }
        if nth % 500 == 0 {
            redis.add(&[event(nth)]).await;
            assert_eq!(viewer.seqs(1).await, [nth]);
        }
    }
    until("somebody who asks is answered", || async {
        let mut socket = connect(bridge.port).await;
        let asked = socket
            .write_all(b"GET /healthz HTTP/1.0\r\nhost: localhost\r\n\r\n")
            .await;
        asked.is_ok() && rest(&mut socket).await.starts_with("HTTP/1.0 200")
    })
    .await;
    let metrics = get(bridge.port, "/metrics").await.body;
    assert!(
        !metrics.contains("event_bridge_refused_total{reason=\"idle\"} 0\n"),
        "{metrics}"
    );
    let open = metrics
        .lines()
        .find_map(|line| line.strip_prefix("event_bridge_connections "));
    assert!(open.unwrap().parse::<u64>().unwrap() <= 100, "{open:?}");
}

#[tokio::test]
async fn a_peer_that_takes_nothing_of_an_answer_is_hung_up_on() {
    let redis = Redis::start();
    let hasty = Limits {
        no_progress: Duration::from_millis(100),
        ..limits()
    };
    let bridge = TestBridge::start_with(hasty, redis.log());
    let port = bridge.port;
    let mut greedy = connect(port).await;
    // It asks for the largest files again and again, and reads nothing.
    let asking = tokio::spawn(async move {
        while greedy
            .write_all(b"GET /app.js HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .await
            .is_ok()
        {}
    });
    in_time("it is hung up on", asking).await.unwrap();
    until("its connection is given back", || async {
        get(port, "/metrics")
            .await
            .body
            .contains("event_bridge_connections 1\n")
    })
    .await;
}

#[tokio::test]
async fn bad_bytes_are_answered_with_400_and_disturb_nobody() {
    let redis = Redis::start();
    let bridge = TestBridge::build(Bridge::builder().port(0).log(redis.log()).limits(limits()));
    let mut viewer = Plain::connect(bridge.port, "").await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"G\xffT / HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\ntransfer-encoding: x\r\n\r\n",
    ] {
        let mut socket = connect(bridge.port).await;
        socket.write_all(bytes).await.unwrap();
        socket.shutdown().await.unwrap();
        let answer = rest(&mut socket).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{:?}: {answer}", String::from_utf8_lossy(bytes));
    }
    for (path, status) in [
        ("/%ff%fe", 404),
        ("/..%2f..%2fetc/passwd", 404),
        ("/../../etc/passwd", 404),
        ("//etc/passwd", 404),
        ("/events?after=%ff", 400),
        ("/api/events?type=%c3%28&limit=%00", 400),
    ] {
        let answer = get(bridge.port, path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    for target in ["localhost:80", "localhost", "a:b@c", "*"] {
        let mut socket = connect(bridge.port).await;
        let request = format!("GET {target} HTTP/1.0\r\nhost: localhost\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let answer = rest(&mut socket).await;
        assert!(
            answer.starts_with("HTTP/1.0 4") || answer.starts_with("HTTP/1.1 4"),
            "{target}: {answer}"
        );
    }
    for host in [&b"h\xffst"[..], b"a b", b"", b"user@localhost"] {
        let mut socket = connect(bridge.port).await;
        let request = [b"GET / HTTP/1.0\r\nhost: ", host, b"\r\n\r\n"].concat();
        socket.write_all(&request).await.unwrap();
        let answer = Answer::read(&rest(&mut socket).await);
        assert!(
            [400, 403].contains(&answer.status),
            "{:?}",
            String::from_utf8_lossy(host)
        );
    }
    redis.add(&[event(1)]).await;
    assert_eq!(viewer.seqs(1).await, [1]);
}

#[tokio::test]
async fn a_message_larger_than_allowed_ends_its_own_connection_only() {
    let redis = Redis::start();
    let small = Limits {
        inbound_bytes: 1024,
        ..limits()
    };
    let bridge = TestBridge::start_with(small, redis.log());
    let mut viewer = Plain::connect(bridge.port, "").await;
    let mut loud = Plain::connect(bridge.port, "").await;
    loud.send("x".repeat(1025)).await;
    assert_eq!(loud.close_code().await, Some(1009));
    viewer.send("x".repeat(1024)).await;
    redis.add(&[event(1)]).await;
    assert_eq!(viewer.seqs(1).await, [1]);
}

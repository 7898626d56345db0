use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use event_bridge::{Bridge, Limits};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{Answer, Plain, Redis, TestBridge, event, in_time, limits, rest};

/// A certificate for localhost, its key, and whoever trusts it.
struct Certified {
    dir: TempDir,
    trusting: ClientConfig,
}

impl Certified {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let cert = params.self_signed(&key).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("cert.pem"), cert.pem()).unwrap();
        std::fs::write(dir.path().join("key.pem"), key.serialize_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let trusting = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { dir, trusting }
    }

    fn files(&self) -> (PathBuf, PathBuf) {
        (self.dir.path().join("cert.pem"), self.dir.path().join("key.pem"))
    }

    async fn connect(&self, port: u16) -> TlsStream<TcpStream> {
        let socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(self.trusting.clone()));
        in_time("the handshake", connector.connect(name, socket)).await.unwrap()
    }

    fn start(&self, redis: &Redis, limits: Limits) -> TestBridge {
        let (cert, key) = self.files();
        TestBridge::build(Bridge::builder().port(0).log(redis.log()).limits(limits).tls(cert, key))
    }
}

#[tokio::test]
async fn pages_and_events_come_over_tls() {
    let (redis, certified) = (Redis::start(), Certified::new());
    let bridge = certified.start(&redis, limits());
    let mut socket = certified.connect(bridge.port).await;
    socket
        .write_all(b"GET /healthz HTTP/1.0\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(Answer::read(&rest(&mut socket).await).status, 200);

    let mut viewer = Plain::over(certified.connect(bridge.port).await, bridge.port, "?after=0").await;
    let events: Vec<_> = (0..3000).map(event).collect();
    redis.add(&events).await;
    assert_eq!(viewer.seqs(3000).await, (0..3000).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_cookie_of_a_bridge_with_tls_is_sent_over_tls_only() {
    const TOKEN: &str = "correct-horse-battery-staple";
    let (redis, certified) = (Redis::start(), Certified::new());
    let (cert, key) = certified.files();
    let builder = Bridge::builder().port(0).log(redis.log()).tls(cert, key);
    let bridge = TestBridge::build(builder.token(TOKEN).unwrap());
    let mut socket = certified.connect(bridge.port).await;
    let request = format!(
        "POST /api/session HTTP/1.0\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{TOKEN}",
        TOKEN.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let answer = Answer::read(&rest(&mut socket).await);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("__Host-event-bridge=") && cookie.contains("; Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn who_speaks_no_tls_is_told_so() {
    let (redis, certified) = (Redis::start(), Certified::new());
    let bridge = certified.start(&redis, limits());
    let mut socket = TcpStream::connect(("127.0.0.1", bridge.port)).await.unwrap();
    socket
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let answer = Answer::read(&rest(&mut socket).await);
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (400, "this bridge speaks TLS: come by https\n")
    );
}

#[tokio::test]
async fn a_handshake_that_takes_too_long_is_given_up_and_disturbs_nobody() {
    let (redis, certified) = (Redis::start(), Certified::new());
    let hasty = Limits {
        handshake_timeout: Duration::from_millis(200),
        ..limits()
    };
    let bridge = certified.start(&redis, hasty);
    let mut silent = TcpStream::connect(("127.0.0.1", bridge.port)).await.unwrap();
    let mut half = TcpStream::connect(("127.0.0.1", bridge.port)).await.unwrap();
    // The first bytes of a handshake of 512.
    half.write_all(b"\x16\x03\x01\x02\x00\x01\x00").await.unwrap();
    assert_eq!(rest(&mut silent).await, "");
    rest(&mut half).await;
    let mut viewer = Plain::over(certified.connect(bridge.port).await, bridge.port, "?after=0").await;
    redis.add(&[event(1)]).await;
    assert_eq!(viewer.seqs(1).await, [1]);
}

#[tokio::test]
async fn a_full_bridge_with_tls_says_so_over_tls() {
    let (redis, certified) = (Redis::start(), Certified::new());
    let few = Limits {
        connections: 1,
        ..limits()
    };
    let bridge = certified.start(&redis, few);
    let _viewer = Plain::over(certified.connect(bridge.port).await, bridge.port, "").await;
    let mut socket = certified.connect(bridge.port).await;
    socket
        .write_all(b"GET /healthz HTTP/1.0\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(Answer::read(&rest(&mut socket).await).status, 503);
}

//! TLS to a real redis-server, for writing and for reading: with an authority of one's own, and without trust in it.

#![cfg(feature = "tls")]

#[path = "support/redis_server.rs"]
mod redis_server;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use event_core::EventBus;
use event_core::log::{Cursor, Direction, Log, LogErrorKind, RedisConfig, RedisLog};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::json;
use tempfile::TempDir;

use crate::redis_server::{DEADLINE, RedisServer};

/// A server with a certificate for `localhost`, signed by an authority that only a file knows.
struct TlsServer {
    plain: RedisServer,
    folder: TempDir,
    port: u16,
}

impl TlsServer {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: String| -> PathBuf {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &authority).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let files = [
            ("--tls-ca-cert-file", file("ca.pem", authority.pem())),
            ("--tls-cert-file", file("server.pem", certificate.pem())),
            ("--tls-key-file", file("server.key", key.serialize_pem())),
        ];
        let port_text = port.to_string();
        let mut options = vec![
            "--tls-port",
            &port_text,
            "--tls-auth-clients",
            "no",
            "--requirepass",
            "hunter2",
        ];
        for (option, path) in &files {
            options.extend([*option, path.to_str().unwrap()]);
        }
        Self {
            plain: RedisServer::with_options(&options),
            folder,
            port,
        }
    }

    fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn log(&self, host: &str, ca: Option<&Path>) -> RedisLog {
        RedisLog::new(RedisConfig {
            url: format!("rediss://:hunter2@{host}:{}", self.port),
            stream: "agent_events".to_owned(),
            maxlen_entries: 0,
            ca: ca.map(Path::to_path_buf),
        })
        .unwrap()
    }
}

#[tokio::test]
async fn events_are_written_and_read_through_tls() {
    let server = TlsServer::start();
    let bus = EventBus::new(server.log("localhost", Some(&server.ca())));
    for n in 0..2_000 {
        bus.publish_value("numbered", json!({ "n": n, "text": "x".repeat(1_000) }));
    }
    assert_eq!(bus.flush(DEADLINE), 0, "{:?}", bus.stats());
    let log = server.log("localhost", Some(&server.ca()));
    assert_eq!(log.info().await.unwrap().length, 2_000);
    let page = log.page(Cursor::START, Direction::Forward, 10).await.unwrap();
    assert_eq!(page.entries.len(), 10);
}

#[tokio::test]
async fn a_server_that_is_not_trusted_is_told_nothing() {
    let server = TlsServer::start();
    // Signed by nobody known; and known, but not for this name.
    for (host, ca) in [("localhost", None), ("127.0.0.1", Some(server.ca()))] {
        let log = server.log(host, ca.as_deref());
        let written = log.append(&[Bytes::from_static(b"{}")]).await.unwrap_err();
        let read = log.info().await.unwrap_err();
        for error in [written, read] {
            assert_eq!(error.kind(), LogErrorKind::Refused, "{error}");
            assert!(error.to_string().contains("EVENT_REDIS_CA"), "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}

#[test]
fn a_connection_cut_by_the_server_is_made_again() {
    let server = TlsServer::start();
    let bus = EventBus::new(server.log("localhost", Some(&server.ca())));
    bus.publish_value("n", json!({ "n": 0 }));
    assert_eq!(bus.flush(DEADLINE), 0);
    let mut plain = redis::Client::open(format!("redis://:hunter2@127.0.0.1:{}", server.plain.port))
        .unwrap()
        .get_connection()
        .unwrap();
    let () = redis::cmd("CLIENT")
        .arg(&["KILL", "TYPE", "normal"])
        .query::<u64>(&mut plain)
        .map(drop)
        .unwrap();
    for n in 1..100 {
        bus.publish_value("n", json!({ "n": n }));
    }
    assert_eq!(bus.flush(DEADLINE + Duration::from_secs(1)), 0);
    let length: u64 = redis::cmd("XLEN").arg("agent_events").query(&mut plain).unwrap();
    assert_eq!((length, bus.stats().duplicated), (100, 0));
}

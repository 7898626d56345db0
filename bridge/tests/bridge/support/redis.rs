//! A redis-server on a free port, in a folder of its own, that can be killed and started again.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use event_core::log::{RedisConfig, RedisLog};
use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use tempfile::TempDir;

use super::{DEADLINE, until};

pub(crate) struct Redis {
    port: u16,
    dir: TempDir,
    server: Option<Child>,
    flags: Vec<String>,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Keeps every write, so that a kill loses nothing.
    pub(crate) async fn start_durable() -> Self {
        Self::start_with(&["--appendonly", "yes", "--appendfsync", "always"]).await
    }

    pub(crate) async fn start_with(flags: &[&str]) -> Self {
        let mut redis = Self::absent(flags);
        redis.restart().await;
        redis
    }

    /// A port on which nothing listens yet.
    pub(crate) fn absent(flags: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self {
            port,
            dir: tempfile::tempdir().unwrap(),
            server: None,
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        }
    }

    pub(crate) async fn restart(&mut self) {
        let server = Command::new("redis-server")
            .args([
                "--port",
                &self.port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
            ])
            .arg(self.dir.path())
            .args(&self.flags)
            .stdout(Stdio::null())
            .spawn();
        self.server = Some(server.unwrap_or_else(|error| {
            panic!("these tests need redis-server ({error}); install it: apt-get install redis-server, or brew install redis")
        }));
        let port = self.port;
        until("redis-server listens", || async move {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()
        })
        .await;
        if !self.flags.iter().any(|flag| flag == "--requirepass") {
            until("redis-server is loaded", || async {
                let Ok(mut connection) = self.try_connect().await else {
                    return false;
                };
                redis::cmd("PING").query_async::<String>(&mut connection).await.is_ok()
            })
            .await;
        }
    }

    /// As a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn log(&self) -> Arc<RedisLog> {
        Self::log_at(self.url())
    }

    pub(crate) fn log_at(url: String) -> Arc<RedisLog> {
        let config = RedisConfig {
            url,
            stream: "agent_events".to_owned(),
            maxlen_entries: 0,
        };
        Arc::new(RedisLog::new(config).unwrap())
    }

    pub(crate) async fn connect(&self) -> MultiplexedConnection {
        self.try_connect().await.unwrap()
    }

    async fn try_connect(&self) -> redis::RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(DEADLINE));
        redis::Client::open(self.url())?
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    /// Adds entries with one field `json`; returns their ids.
    pub(crate) async fn add(&self, texts: &[String]) -> Vec<String> {
        let mut pipeline = redis::pipe();
        for text in texts {
            pipeline.cmd("XADD").arg("agent_events").arg("*").arg("json").arg(text);
        }
        pipeline.query_async(&mut self.connect().await).await.unwrap()
    }

    /// Any command, its words separated by spaces.
    pub(crate) async fn run(&self, command: &str) {
        let mut words = command.split(' ');
        let mut command = redis::cmd(words.next().unwrap());
        for word in words {
            command.arg(word);
        }
        command
            .query_async::<redis::Value>(&mut self.connect().await)
            .await
            .unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

//! A redis-server and what these tests ask of it.

use std::sync::Arc;

use event_core::log::{RedisConfig, RedisLog};
use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;

use super::redis_server::{DEADLINE, RedisServer};

pub(crate) struct Redis(RedisServer);

impl Redis {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Keeps every write, so that a kill loses nothing.
    pub(crate) fn start_durable() -> Self {
        Self(RedisServer::start())
    }

    pub(crate) fn start_with(flags: &[&str]) -> Self {
        Self(RedisServer::with_options(flags))
    }

    /// A port on which nothing listens yet.
    pub(crate) fn absent(flags: &[&str]) -> Self {
        Self(RedisServer::absent(flags))
    }

    pub(crate) fn restart(&mut self) {
        self.0.launch();
    }

    /// As a power cut would.
    pub(crate) fn kill(&mut self) {
        self.0.kill();
    }

    pub(crate) fn url(&self) -> String {
        self.0.url()
    }

    pub(crate) fn log(&self) -> Arc<RedisLog> {
        Self::log_at(self.url())
    }

    pub(crate) fn log_at(url: String) -> Arc<RedisLog> {
        let config = RedisConfig {
            url,
            stream: "agent_events".to_owned(),
            maxlen_entries: 0,
            ca: None,
        };
        Arc::new(RedisLog::new(config).unwrap())
    }

    pub(crate) async fn connect(&self) -> MultiplexedConnection {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(DEADLINE))
            .set_response_timeout(Some(DEADLINE));
        let client = redis::Client::open(self.url()).unwrap();
        client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .unwrap()
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

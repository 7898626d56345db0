//! Which stream of which Redis a command reads or writes. Owns the flags; the environment says the rest, the same for
//! all commands.

use clap::Args;
use event_bridge::BridgeError;
use event_core::log::{RedisConfig, RedisLog};

#[derive(Args)]
pub(super) struct LogArgs {
    #[arg(
        long,
        value_name = "URL",
        help = "Redis server [env: REDIS_URL, or REDIS_HOST] [default: redis://localhost:6379]"
    )]
    pub(super) redis: Option<String>,
    #[arg(
        long,
        value_name = "KEY",
        help = "Key of the stream [env: EVENT_STREAM] [default: agent_events]"
    )]
    pub(super) stream: Option<String>,
}

impl LogArgs {
    pub(super) fn config(&self) -> Result<RedisConfig, BridgeError> {
        let mut config = match &self.redis {
            Some(url) => RedisConfig::new(url)?,
            None => RedisConfig::from_env()?,
        };
        if let Some(stream) = &self.stream {
            config.stream.clone_from(stream);
        }
        Ok(config)
    }

    pub(super) fn open(&self) -> Result<RedisLog, BridgeError> {
        Ok(RedisLog::new(self.config()?)?)
    }
}

//! The redis-server of a measurement, without persistence: who writes to it, and how busy it was.

use event_core::EventBus;
use event_core::log::{RedisConfig, RedisLog};

use crate::redis_server::RedisServer;

pub const STREAM: &str = "agent_events";
/// Linux counts the time of processes in these.
const TICKS_PER_SECOND: f64 = 100.0;

pub struct Server(RedisServer);

impl Server {
    pub fn start() -> Self {
        Self(RedisServer::with_options(&[]))
    }

    pub fn port(&self) -> u16 {
        self.0.port
    }

    pub fn url(&self) -> String {
        self.0.url()
    }

    pub fn bus(&self, maxlen: u64) -> EventBus {
        let config = RedisConfig {
            stream: STREAM.to_owned(),
            maxlen_entries: maxlen,
            ..RedisConfig::new(self.url()).unwrap()
        };
        EventBus::new(RedisLog::new(config).unwrap())
    }

    /// Seconds of processor time that it has taken.
    pub fn work(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.process())).unwrap();
        let (_, numbers) = stat.rsplit_once(')').unwrap();
        let numbers: Vec<&str> = numbers.split_whitespace().collect();
        // utime and stime: the 14th and 15th field, the name being the second.
        let ticks: u32 = numbers[11..13].iter().map(|ticks| ticks.parse::<u32>().unwrap()).sum();
        f64::from(ticks) / TICKS_PER_SECOND
    }
}

//! The bridge, as `event-bridge serve` runs it, but for its limits on connections: all clients here come from one address.

use std::sync::Arc;

use event_bridge::{Bridge, Limits};
use event_core::log::{RedisConfig, RedisLog};

pub fn serve(redis_port: u16, stream: &str, is_small: bool) {
    let mut config = RedisConfig::new(format!("redis://127.0.0.1:{redis_port}")).unwrap();
    stream.clone_into(&mut config.stream);
    let mut limits = Limits {
        connections: 100_000,
        ..Limits::default()
    };
    if is_small {
        limits.ring_entries = 1_000;
    }
    let bridge = Bridge::builder()
        .port(0)
        .limits(limits)
        .log(Arc::new(RedisLog::new(config).unwrap()));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let bridge = bridge.bind().unwrap();
        println!("{}", bridge.url().rsplit(':').next().unwrap());
        bridge.run(std::future::pending()).await.unwrap();
    });
}

//! redis-rs as one would write it first: every event awaited.

use std::time::Instant;

use crate::event;
use crate::server::{STREAM, Server};

pub fn rate(server: &Server, events: u64, maxlen: u64) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = redis::Client::open(server.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let began = Instant::now();
        for seq in 0..events {
            let mut command = redis::cmd("XADD");
            command.arg(STREAM);
            if maxlen > 0 {
                command.arg("MAXLEN").arg("~").arg(maxlen);
            }
            command.arg("*").arg("json").arg(event::by_hand(seq));
            let _id: String = command.query_async(&mut connection).await.unwrap();
        }
        events as f64 / began.elapsed().as_secs_f64()
    })
}

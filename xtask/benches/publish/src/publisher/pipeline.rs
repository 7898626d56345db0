//! redis-rs as one would write it for speed: a background task behind a bounded channel, pipelines of 256.

use std::time::Instant;

use crate::event;
use crate::server::{STREAM, Server};

const PIPELINE: usize = 256;

pub fn rate(server: &Server, events: u64, maxlen: u64) -> f64 {
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<String>(16 * PIPELINE);
    let url = server.url();
    let began = Instant::now();
    let task = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let client = redis::Client::open(url).unwrap();
            let mut connection = client.get_multiplexed_async_connection().await.unwrap();
            let mut batch = Vec::with_capacity(PIPELINE);
            while receiver.recv_many(&mut batch, PIPELINE).await > 0 {
                let mut pipeline = redis::Pipeline::with_capacity(batch.len());
                for json in batch.drain(..) {
                    let command = pipeline.cmd("XADD").arg(STREAM);
                    if maxlen > 0 {
                        command.arg("MAXLEN").arg("~").arg(maxlen);
                    }
                    command.arg("*").arg("json").arg(json);
                }
                let _ids: Vec<redis::Value> = pipeline.query_async(&mut connection).await.unwrap();
            }
        });
    });
    for seq in 0..events {
        sender.blocking_send(event::by_hand(seq)).unwrap();
    }
    drop(sender);
    task.join().unwrap();
    events as f64 / began.elapsed().as_secs_f64()
}

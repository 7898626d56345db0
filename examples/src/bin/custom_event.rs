//! Events of one's own: a point, and a call with a start and an end. No registration, and no work on the page: it shows
//! what it does not know by the fields it finds.
//!
//! `cargo run -p examples --bin custom_event`

use std::{thread, time::Duration};

use event_core::{Event, EventBus, emits};
use serde::Serialize;
use serde_json::json;

/// On the wire `index_rebuild_started`.
#[derive(Event, Serialize)]
struct IndexRebuildStarted<'a> {
    /// The page shows this as the call's name.
    label: &'a str,
    /// Everything inside the call inherits it.
    #[event(scope)]
    shard: u32,
}

#[derive(Event, Serialize)]
struct IndexRebuildFinished {
    documents: usize,
}

/// A point: something that happened, and took no time.
#[derive(Event, Serialize)]
struct DocumentSkipped<'a> {
    path: &'a str,
    reason: &'a str,
}

#[emits(
    IndexRebuildStarted { label: "Rebuild the index", shard },
    |documents| IndexRebuildFinished { documents: *documents }
)]
fn rebuild(shard: u32, paths: &[&str]) -> usize {
    let mut documents = 0;
    for path in paths {
        thread::sleep(Duration::from_millis(200));
        if path.starts_with("image") {
            let reason = "no text";
            DocumentSkipped { path, reason }.publish();
        } else {
            documents += 1;
        }
    }
    documents
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bridge = event_bridge::spawn()?;
    println!("watch at {}", bridge.url());
    for shard in 0..3 {
        let documents = rebuild(shard, &["a.md", "image.png", "c.txt"]);
        println!("shard {shard}: {documents} documents");
    }
    // Where a type would be too much:
    if let Some(bus) = EventBus::global() {
        bus.publish_value("index_published", json!({ "shards": 3, "bytes": 40_960 }));
    }
    wait_for_enter()
}

/// The page is there as long as the program is.
fn wait_for_enter() -> Result<(), Box<dyn std::error::Error>> {
    println!("Enter ends");
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

//! trace-weft's own recorder, which is what its users have: a line in a file and a row of `SQLite` for each call, both
//! awaited by the caller. It knows no Redis.

use std::sync::Arc;
use std::time::Instant;

use trace_weft::{CapturePolicy, LocalConfig, LocalRecorder};

#[trace_weft::tool]
async fn measured(seq: u64, text: String) -> usize {
    text.len() + usize::try_from(seq % 2).unwrap()
}

pub fn rate(events: u64) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let config = LocalConfig {
        database_path: folder.path().join("spans.jsonl"),
        sqlite_db_path: folder.path().join("spans.db"),
        blob_dir: folder.path().join("blobs"),
        capture_content: CapturePolicy::MetadataOnly,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let recorder = LocalRecorder::new(config).await.unwrap();
        trace_weft::init_custom(Arc::new(recorder)).expect("nothing else was set up");
        let text = "x".repeat(170);
        let began = Instant::now();
        for seq in 0..events {
            measured(seq, text.clone()).await;
        }
        events as f64 / began.elapsed().as_secs_f64()
    })
}

//! One run: viewers come, things fail, all becomes calm, everybody reads to the end, and is asked what it was told.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::bridge::{Bridge, Usage};
use crate::fault::Fault;
use crate::redis_server::{DEADLINE, RedisServer};
use crate::stream::Stream;
use crate::verdict::judge;
use crate::viewer::Viewer;

/// What the ring may hold, and an allocator keeps, beyond what an idle bridge has.
const RING_KIB: usize = 160 * 1024;
/// Connections to Redis that it keeps for the next read of many at one time.
const KEPT_FILES: usize = 4;

pub(crate) async fn run(faults: &[Fault]) {
    let time = Duration::from_secs(setting("CHAOS_SECONDS", 4));
    let (viewers, seed) = (setting("CHAOS_VIEWERS", 20), setting("CHAOS_SEED", 1));
    let mut server = RedisServer::start();
    let stream = Stream::of(&server.url());
    let mut bridge = Bridge::start(server.url()).await;
    // Its connections to Redis are among its files.
    sleep(Duration::from_millis(500)).await;
    let fresh = bridge.usage();
    let (is_calm, is_over) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
    let (end, ended) = watch::channel(None);
    let publishing = tokio::spawn(stream.clone().publish(is_over.clone()));
    let watching: Vec<_> = (0..viewers)
        .map(|nth| tokio::spawn(Viewer::new(bridge.port, seed * 1000 + nth, is_calm.clone()).watch(ended.clone())))
        .collect();

    let (mut random, began, mut times) = (Rng::with_seed(seed), Instant::now(), 0);
    while began.elapsed() < time || times < faults.len() {
        sleep(Duration::from_millis(random.u64(50..400))).await;
        if let Some(fault) = faults.get(times % faults.len().max(1)) {
            fault.strike(&mut bridge, &mut server, &stream, &mut random).await;
            times += 1;
        }
    }

    is_calm.store(true, Ordering::SeqCst);
    // Something to end with, whatever was trimmed or deleted last.
    sleep(Duration::from_millis(300)).await;
    while stream.epochs().await.last().unwrap().is_empty() {
        sleep(Duration::from_millis(50)).await;
    }
    is_over.store(true, Ordering::SeqCst);
    publishing.await.unwrap();
    let epochs = stream.epochs().await;
    end.send_replace(epochs.last().unwrap().last().copied());
    let mut told = 0;
    for viewer in watching {
        let viewer = timeout(DEADLINE * 2, viewer)
            .await
            .expect("a viewer comes to the end")
            .unwrap();
        told += viewer.told.len();
        if let Some(broken) = judge(&viewer.told, &epochs) {
            panic!("{faults:?}, seed {seed}: {broken}");
        }
    }
    let entries: usize = epochs.iter().map(Vec::len).sum();
    println!(
        "{times} faults, {viewers} viewers, {entries} entries in {} streams, {told} told",
        epochs.len()
    );
    is_as_it_was(&bridge, fresh).await;
}

/// When all have left, a bridge has the files that a fresh one has, and no more memory than its ring takes.
async fn is_as_it_was(bridge: &Bridge, fresh: Usage) {
    let began = Instant::now();
    while bridge.usage().files > fresh.files + KEPT_FILES && began.elapsed() < DEADLINE {
        sleep(Duration::from_millis(100)).await;
    }
    let used = bridge.usage();
    assert!(used.files <= fresh.files + KEPT_FILES, "{used:?}, fresh {fresh:?}");
    assert!(
        used.resident_kib <= fresh.resident_kib + RING_KIB,
        "{used:?}, fresh {fresh:?}"
    );
}

fn setting<T: FromStr>(name: &str, default: T) -> T {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

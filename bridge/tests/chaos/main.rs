//! The promise to viewers while everything fails, on real parts: a redis-server, the program itself, sockets. Whatever
//! happens, a viewer has got the ids of the stream minus the gaps it was told of, in order and none twice; and when all
//! have left, the bridge is as it was.
//!
//! Short here. `cargo xtask soak` runs it for longer: `CHAOS_SECONDS`, `CHAOS_VIEWERS` and `CHAOS_SEED` say how long, with
//! how many viewers and with which moments.

mod bridge;
mod fault;
#[path = "../../../event-core/tests/support/redis_server.rs"]
mod redis_server;
mod run;
mod stream;
mod verdict;
mod viewer;

use self::fault::Fault;
use self::run::run;

/// Every viewer for itself: reads, crawls, stands still, breaks off, leaves and comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_that_crawl_stall_break_off_and_leave_miss_nothing() {
    run(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_missed_while_the_bridge_is_killed_and_started_again() {
    run(&[Fault::BridgeKilled, Fault::BridgeStopped]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_missed_while_redis_is_killed_hangs_and_throws_its_clients_out() {
    run(&[Fault::Kill, Fault::Hang, Fault::ClientKill, Fault::Replica]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_trimmed_before_it_was_read_is_told_to_the_entry() {
    run(&[Fault::Trim]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_deleted_or_begins_anew_with_earlier_ids_is_told_and_followed() {
    run(&[Fault::Delete, Fault::EarlierIds]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_missed_while_everything_fails_in_turn() {
    run(Fault::ALL).await;
}

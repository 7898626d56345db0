//! What becomes of events when the way to Redis fails: counted by the numbers in them, read without any code of ours.

#[path = "support/numbered.rs"]
mod numbered;
#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/redis_server.rs"]
mod redis_server;

use std::time::Duration;

use event_core::Envelope;
use serde_json::json;

use crate::numbered::{STREAM, assert_whole, bus_at, once, publish, publish_slowly, run, stored, told};
use crate::proxy::Proxy;
use crate::redis_server::{DEADLINE, RedisServer, eventually};

/// Answers to that many events.
const ANSWER_BYTES: i64 = 22;

#[test]
fn a_connection_cut_in_the_middle_of_an_answer_repeats_nothing_where_the_log_may_be_read() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port);
    let bus = bus_at(proxy.url());
    let mut published = 0;
    for cut in [1, 7, 100, 300] {
        proxy.cut_after_answers_of(ANSWER_BYTES * cut + 5);
        let cuts = proxy.cuts();
        // Whole flights of batches, so that the cut leaves some answered, some not, and some unwritten.
        publish(&bus, published..published + 2_000);
        published += 2_000;
        assert_eq!(bus.flush(DEADLINE), 0);
        assert_eq!(proxy.cuts(), cuts + 1, "{:?}", bus.stats());
    }
    assert_whole(&stored(&server), 0..published);
    assert_eq!((bus.stats().duplicated, bus.stats().dropped), (0, 0));
}

#[test]
fn a_writer_that_may_not_read_repeats_what_it_does_not_know_of_and_counts_it() {
    let server = RedisServer::start();
    let () = run(&server, "ACL SETUSER writer on >s3cret ~* +xadd");
    let proxy = Proxy::to(server.port);
    let bus = bus_at(proxy.url().replace("//", "//writer:s3cret@"));
    proxy.cut_after_answers_of(ANSWER_BYTES * 100 + 5);
    publish(&bus, 0..3_000);
    assert_eq!(bus.flush(DEADLINE), 0);
    let stored = stored(&server);
    assert_whole(&once(&stored), 0..3_000);
    let (repeated, duplicated) = (stored.len() as u64 - 3_000, bus.stats().duplicated);
    assert!(
        repeated > 0 && repeated <= duplicated,
        "{repeated} of at most {duplicated}"
    );
    assert!(duplicated <= 1_024, "what was on its way");
}

#[test]
fn connections_killed_again_and_again_lose_and_repeat_nothing() {
    let server = RedisServer::start();
    let bus = bus_at(server.url());
    std::thread::scope(|scope| {
        let publisher = scope.spawn(|| publish_slowly(&bus, 0..10_000));
        while !publisher.is_finished() {
            let _: redis::Value = run(&server, "CLIENT KILL TYPE normal");
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_whole(&stored(&server), 0..10_000);
    assert!(
        bus.stats().dropped == 0 && bus.stats().duplicated == 0,
        "{:?}",
        bus.stats()
    );
}

#[test]
fn a_connection_that_went_silent_is_given_up_and_nothing_is_lost() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port);
    let bus = bus_at(proxy.url());
    publish(&bus, 0..100);
    assert_eq!(bus.flush(DEADLINE), 0);
    proxy.be_silent(true);
    publish(&bus, 100..200);
    assert!(bus.flush(Duration::from_millis(100)) > 0);
    // The old connection stays silent; new ones are not.
    eventually("the silent connection has what it will never deliver", || {
        (bus.flush(Duration::from_millis(50)) > 0).then_some(())
    });
    proxy.be_silent(false);
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_whole(&stored(&server), 0..200);
}

#[test]
fn a_server_that_hangs_reads_late_what_was_sent_before_and_repeats_nothing() {
    let server = RedisServer::start();
    let bus = bus_at(server.url());
    publish(&bus, 0..100);
    assert_eq!(bus.flush(DEADLINE), 0);
    server.pause(true);
    // It lies in the server's socket: read when nobody waits for the answer any more.
    publish(&bus, 100..3_000);
    // Longer than an answer may take.
    assert!(bus.flush(Duration::from_secs(7)) > 0);
    server.pause(false);
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_whole(&stored(&server), 0..3_000);
    assert_eq!((bus.stats().dropped, bus.stats().duplicated), (0, 0));
}

#[test]
fn a_server_that_forgot_everything_gets_all_that_it_had_not_confirmed() {
    let mut server = RedisServer::with_options(&["--appendonly", "no"]);
    let bus = bus_at(server.url());
    let confirmed = std::thread::scope(|scope| {
        let publisher = scope.spawn(|| publish_slowly(&bus, 0..4_000));
        eventually("some events are written", || (bus.stats().sent > 500).then_some(()));
        server.kill();
        let confirmed = bus.stats().sent;
        publisher.join().unwrap();
        confirmed
    });
    server.launch();
    assert_eq!(bus.flush(DEADLINE), 0);
    let stored = stored(&server);
    assert!(stored[0] <= confirmed + 1_024, "{} was never confirmed", stored[0]);
    assert_whole(&stored, stored[0]..4_000);
    assert_eq!(bus.stats().dropped, 0);
}

#[test]
fn a_log_out_of_memory_is_waited_for_and_has_everything_then() {
    let server = RedisServer::start();
    let bus = bus_at(server.url());
    publish(&bus, 0..100);
    assert_eq!(bus.flush(DEADLINE), 0);
    let used: String = run(&server, "INFO memory");
    let used = used.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
    let limit = used.trim().parse::<u64>().unwrap() + 300_000;
    let () = run(&server, &format!("CONFIG SET maxmemory {limit}"));
    // In the middle of a flight there is no room any more.
    publish(&bus, 100..5_000);
    eventually("some are refused", || (bus.stats().retried > 0).then_some(()));
    assert!(bus.flush(Duration::from_millis(200)) > 0);
    let () = run(&server, "CONFIG SET maxmemory 0");
    assert_eq!(bus.flush(DEADLINE), 0);
    let mut numbers = stored(&server);
    let displaced = numbers.windows(2).filter(|two| two[0] > two[1]).count();
    // What was refused comes behind what was taken in the same flight, and only that.
    assert!(displaced <= 2, "{displaced} places out of order");
    numbers.sort_unstable();
    assert_whole(&numbers, 0..5_000);
    assert_eq!((bus.stats().dropped, bus.stats().duplicated), (0, 0));
}

#[test]
fn a_right_that_is_taken_and_given_back_loses_nothing_and_keeps_the_order() {
    let server = RedisServer::start();
    let () = run(&server, "ACL SETUSER agent on >s3cret ~* +@all");
    let bus = bus_at(server.url().replace("//", "//agent:s3cret@"));
    publish(&bus, 0..500);
    assert_eq!(bus.flush(DEADLINE), 0);
    let () = run(&server, "ACL SETUSER agent -xadd");
    publish(&bus, 500..2_000);
    assert!(bus.flush(Duration::from_millis(200)) > 0);
    let () = run(&server, "ACL SETUSER agent +xadd");
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_whole(&stored(&server), 0..2_000);
    assert_eq!(bus.stats().dropped, 0);
}

#[test]
fn a_master_that_becomes_a_replica_and_a_master_again_has_everything_in_order() {
    let server = RedisServer::start();
    let bus = bus_at(server.url());
    publish(&bus, 0..500);
    assert_eq!(bus.flush(DEADLINE), 0);
    // There is nobody at that port, so it keeps its data.
    let () = run(&server, "REPLICAOF 127.0.0.1 1");
    publish(&bus, 500..2_000);
    assert!(bus.flush(Duration::from_millis(200)) > 0);
    let () = run(&server, "REPLICAOF NO ONE");
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_whole(&stored(&server), 0..2_000);
}

#[test]
fn an_event_that_redis_can_never_take_is_counted_and_hides_no_other() {
    // The least that can be set.
    a_giant_is_given_up_and_hides_no_other(&["--proto-max-bulk-len", "1mb"]);
}

#[test]
fn a_giant_that_ends_every_connection_without_a_word_is_given_up_in_the_end() {
    a_giant_is_given_up_and_hides_no_other(&["--client-query-buffer-limit", "1mb"]);
}

fn a_giant_is_given_up_and_hides_no_other(options: &[&str]) {
    let server = RedisServer::with_options(options);
    let bus = bus_at(server.url());
    publish(&bus, 0..300);
    bus.publish_value("giant", json!({ "text": "x".repeat(3 << 20) }));
    publish(&bus, 300..600);
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_whole(&stored(&server), 0..600);
    assert_eq!((bus.stats().sent, bus.stats().dropped), (600, 1));
    assert_eq!(told(&server, "refused"), 1);
}

#[test]
fn a_deleted_stream_goes_on_and_other_producers_do_not_disturb_the_look_back() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port);
    let bus = bus_at(proxy.url());
    publish(&bus, 0..100);
    assert_eq!(bus.flush(DEADLINE), 0);
    let _: u64 = run(&server, &format!("DEL {STREAM}"));
    proxy.cut_after_answers_of(ANSWER_BYTES * 10);
    std::thread::scope(|scope| {
        let others = scope.spawn(|| {
            for _ in 0..1_000 {
                let _: String = run(&server, &format!("XADD {STREAM} * json {{}} other 1"));
            }
        });
        publish(&bus, 100..2_000);
        assert_eq!(bus.flush(DEADLINE), 0);
        others.join().unwrap();
    });
    let entries: Vec<(String, Vec<(String, String)>)> = run(&server, &format!("XRANGE {STREAM} - +"));
    let ours: Vec<_> = entries
        .iter()
        .filter_map(|(_, fields)| serde_json::from_str::<Envelope>(&fields[0].1).ok())
        .filter_map(|event| event.payload["n"].as_u64())
        .collect();
    assert_whole(&ours, 100..2_000);
}

//! More ways in which Redis, or the way to it, fails: it forgets, it is held up, it refuses for good, it is away for longer
//! than the queue can wait. Counted by the numbers in the events, read without any code of ours.

#[path = "support/numbered.rs"]
mod numbered;
#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/redis_server.rs"]
mod redis_server;

use std::path::Path;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use event_core::log::{RedisConfig, RedisLog};
use event_core::{EventBus, Limits, SpoolConfig};

use crate::numbered::{
    UNSTOWED, assert_whole, bus_at, once, publish, publish_more_than_fits, publish_slowly, run, stored, told,
};
use crate::proxy::Proxy;
use crate::redis_server::{DEADLINE, RedisServer, eventually};

/// How long we watch that a writer does not spin.
const WATCH: Duration = Duration::from_secs(3);
/// What one that waits may try meanwhile; one that spins tries thousands of times.
const FEW: u64 = 10;
/// Two batches.
const IN_HAND: u64 = 2 * 512;

/// A bus whose queue holds next to nothing, with a spool.
fn bus_with_spool(url: String, folder: &Path) -> EventBus {
    let mut config = RedisConfig::new(url).unwrap();
    config.maxlen_entries = 0;
    let limits = Limits {
        max_events: 100,
        ..Limits::default()
    };
    let builder = EventBus::builder().limits(limits).spool(SpoolConfig::new(folder));
    builder.build(Arc::new(RedisLog::new(config).unwrap()))
}

/// A number out of INFO, behind `name`; 0 if it is not there.
fn counted(server: &RedisServer, section: &str, name: &str) -> u64 {
    let info: String = run(server, &format!("INFO {section}"));
    let Some((_, rest)) = info.split_once(name) else {
        return 0;
    };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

#[test]
fn a_flushed_server_loses_what_it_had_and_nothing_that_comes_later() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port);
    let bus = bus_at(proxy.url());
    let flushed_at = std::thread::scope(|scope| {
        let publisher = scope.spawn(|| publish_slowly(&bus, 0..6_000));
        eventually("some events are written", || (bus.stats().sent > 1_000).then_some(()));
        let () = run(&server, "FLUSHALL");
        // The writer looks back into a log that has forgotten what it knew.
        proxy.cut_after_answers_of(22 * 200 + 5);
        let flushed_at = bus.stats().published;
        publisher.join().unwrap();
        flushed_at
    });
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_eq!(proxy.cuts(), 1);
    let stored = stored(&server);
    assert!(stored[0] <= flushed_at, "{} came after the flush", stored[0]);
    assert_whole(&stored, stored[0]..6_000);
    let stats = bus.stats();
    assert_eq!((stats.sent, stats.dropped, stats.duplicated), (6_000, 0, 0));
}

#[test]
fn a_log_that_begins_anew_with_earlier_ids_is_looked_through_as_well() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port);
    let bus = bus_at(proxy.url());
    // Another's clock is far ahead, and ids never go back while the stream is there.
    let _: String = run(&server, "XADD agent_events 99999999999999-0 json {}");
    publish(&bus, 0..100);
    assert_eq!(bus.flush(DEADLINE), 0);
    let () = run(&server, "FLUSHALL");
    // Nothing that the new stream takes is answered for.
    proxy.cut_after_answers_of(5);
    publish(&bus, 100..2_000);
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_whole(&stored(&server), 100..2_000);
    assert_eq!((bus.stats().dropped, bus.stats().duplicated), (0, 0));
}

#[test]
fn clients_that_are_paused_lose_and_repeat_nothing() {
    for kind in ["ALL", "WRITE"] {
        let server = RedisServer::start();
        let bus = bus_at(server.url());
        publish(&bus, 0..100);
        assert_eq!(bus.flush(DEADLINE), 0);
        let () = run(&server, &format!("CLIENT PAUSE 8000 {kind}"));
        publish(&bus, 100..3_000);
        // Longer than an answer may take.
        assert!(bus.flush(Duration::from_secs(7)) > 0, "{kind}");
        assert_eq!(bus.flush(DEADLINE), 0);
        assert_whole(&stored(&server), 0..3_000);
        assert_eq!((bus.stats().dropped, bus.stats().duplicated), (0, 0), "{kind}");
    }
}

#[test]
fn a_slow_way_delays_events_and_no_more() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port);
    let bus = bus_at(proxy.url());
    proxy.delay(Duration::from_millis(40));
    publish_slowly(&bus, 0..10_000);
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_whole(&stored(&server), 0..10_000);
    let stats = bus.stats();
    assert_eq!((stats.retried, stats.dropped, stats.duplicated), (0, 0, 0));
}

#[test]
fn a_way_that_drops_the_rest_of_what_was_asked_loses_and_repeats_nothing() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port);
    let bus = bus_at(proxy.url());
    let mut published = 0;
    for dropped_after in [3, 5_000, 77_777, 200_001] {
        proxy.cut_after_questions_of(dropped_after);
        let cuts = proxy.cuts();
        publish(&bus, published..published + 2_000);
        published += 2_000;
        assert_eq!(bus.flush(DEADLINE), 0);
        assert_eq!(proxy.cuts(), cuts + 1, "{:?}", bus.stats());
    }
    assert_whole(&stored(&server), 0..published);
    assert_eq!((bus.stats().duplicated, bus.stats().dropped), (0, 0));
}

#[test]
fn a_user_who_may_not_write_is_tried_now_and_then() {
    let server = RedisServer::start();
    let () = run(&server, "ACL SETUSER agent on >s3cret ~* +@all -xadd");
    let bus = bus_at(server.url().replace("//", "//agent:s3cret@"));
    publish(&bus, 0..1_000);
    eventually("it was refused", || bus.stats().last_error);
    let asked = || {
        counted(
            &server,
            "commandstats",
            "cmdstat_xadd:calls=0,usec=0,usec_per_call=0.00,rejected_calls=",
        )
    };
    let (attempts, connections) = (asked(), counted(&server, "stats", "total_connections_received:"));
    assert!(attempts > 0, "the server counts what it refuses");
    sleep(WATCH);
    let attempts = asked() - attempts;
    let connections = counted(&server, "stats", "total_connections_received:") - connections;
    assert!(
        attempts <= FEW && connections <= FEW,
        "{attempts} attempts, {connections} connections"
    );
    assert_eq!((bus.stats().dropped, bus.stats().queued), (0, 1_000));
    assert!(!bus.stats().last_error.unwrap().contains("s3cret"));
}

#[test]
fn a_wrong_password_is_tried_now_and_then() {
    let server = RedisServer::start();
    let () = run(&server, "ACL SETUSER agent on >s3cret ~* +@all");
    let bus = bus_at(server.url().replace("//", "//agent:wr0ng@"));
    publish(&bus, 0..1_000);
    let error = eventually("it was refused", || bus.stats().last_error);
    assert!(error.contains("WRONGPASS") && !error.contains("wr0ng"), "{error}");
    let connections = || counted(&server, "stats", "total_connections_received:");
    let before = connections();
    sleep(WATCH);
    let made = connections() - before;
    assert!(made <= FEW, "{made} connections");
    let () = run(&server, "ACL SETUSER agent >wr0ng");
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_whole(&stored(&server), 0..1_000);
}

#[test]
fn a_server_that_hangs_for_longer_than_the_queue_can_wait_gets_all_from_the_spool() {
    let server = RedisServer::start();
    all_comes_from_the_spool(&server, server.url(), |is_away| server.pause(is_away));
}

#[test]
fn a_connection_that_went_silent_for_longer_than_the_queue_can_wait_loses_nothing_with_a_spool() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port);
    all_comes_from_the_spool(&server, proxy.url(), |is_away| proxy.be_silent(is_away));
}

/// Publishes while the server is away, and looks whether everything is there in the end.
fn all_comes_from_the_spool(server: &RedisServer, url: String, be_away: impl Fn(bool)) {
    let folder = tempfile::tempdir().unwrap();
    let bus = bus_with_spool(url, folder.path());
    publish(&bus, 0..40);
    assert_eq!(bus.flush(DEADLINE), 0);
    be_away(true);
    publish_more_than_fits(&bus, 40..2_000);
    be_away(false);
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_whole(&stored(server), 0..2_000);
    let stats = bus.stats();
    assert_eq!((stats.sent, stats.dropped, stats.duplicated), (2_000, 0, 0));
}

#[test]
fn what_was_on_its_way_as_a_program_ended_is_looked_for_by_the_next() {
    let (server, folder) = (RedisServer::start(), tempfile::tempdir().unwrap());
    let arrived = end_with_events_on_their_way(&server, &server.url(), folder.path());
    let next = bus_with_spool(server.url(), folder.path());
    publish(&next, 2_000..2_050);
    assert_eq!(next.flush(DEADLINE), 0);
    assert_whole(&stored(&server), 0..2_050);
    let stats = next.stats();
    assert_eq!(
        (stats.sent, stats.retried, stats.duplicated),
        (50, 0, 0),
        "{arrived} had arrived"
    );
}

#[test]
fn what_was_on_its_way_as_a_program_ended_is_counted_by_one_that_may_not_read() {
    let (server, folder) = (RedisServer::start(), tempfile::tempdir().unwrap());
    let () = run(&server, "ACL SETUSER writer on >s3cret ~* +xadd");
    let url = server.url().replace("//", "//writer:s3cret@");
    let arrived = end_with_events_on_their_way(&server, &url, folder.path());
    let next = bus_with_spool(url, folder.path());
    publish(&next, 2_000..2_050);
    assert_eq!(next.flush(DEADLINE), 0);
    let stored = stored(&server);
    assert_whole(&once(&stored), 0..2_050);
    let (repeated, duplicated) = (stored.len() as u64 - 2_050, next.stats().duplicated);
    assert_eq!(repeated, arrived - 40);
    assert!(
        repeated <= duplicated && duplicated <= IN_HAND,
        "{repeated} of at most {duplicated}"
    );
}

/// Events up to 2,000 are published, of which all behind the fortieth wait in the spool at the end, and some have arrived
/// all the same: how many have.
fn end_with_events_on_their_way(server: &RedisServer, url: &str, folder: &Path) -> u64 {
    let bus = bus_with_spool(url.to_owned(), folder);
    publish(&bus, 0..40);
    assert_eq!(bus.flush(DEADLINE), 0);
    server.pause(true);
    publish_more_than_fits(&bus, 40..2_000);
    assert_eq!(bus.shutdown(Duration::ZERO), 1_960);
    drop(bus);
    // What lies in its socket it reads now.
    server.pause(false);
    eventually("what was on its way has arrived", || {
        let before = stored(server).len() as u64;
        sleep(Duration::from_millis(100));
        (before > 40 && before == stored(server).len() as u64).then_some(before)
    })
}

#[test]
fn a_spool_that_cannot_be_read_any_more_is_done_without_and_what_was_in_it_is_counted() {
    let (mut server, folder) = (RedisServer::start(), tempfile::tempdir().unwrap());
    let bus = bus_with_spool(server.url(), folder.path());
    publish(&bus, 0..40);
    assert_eq!(bus.flush(DEADLINE), 0);
    server.kill();
    publish_more_than_fits(&bus, 40..2_000);
    for file in std::fs::read_dir(folder.path().join("0")).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().is_some_and(|name| name != "lock" && name != "sent") {
            std::fs::remove_file(&path).unwrap();
            // It can be opened, and not read.
            std::fs::create_dir(&path).unwrap();
        }
    }
    server.launch();
    assert_eq!(bus.flush(DEADLINE), 0);
    publish(&bus, 2_000..2_050);
    assert_eq!(bus.flush(DEADLINE), 0);
    let (numbers, stats) = (stored(&server), bus.stats());
    assert!(numbers.is_sorted_by(|one, next| one < next), "in order, each once");
    assert_eq!(numbers[numbers.len() - 50..], (2_000..2_050).collect::<Vec<_>>());
    // Not lost is what the writer had in hand, and what still lay in the queue.
    assert!(stats.dropped >= 1_960 - IN_HAND - UNSTOWED, "{stats:?}");
    assert_eq!(
        (stats.sent, stats.sent + stats.dropped),
        (numbers.len() as u64, 2_050),
        "{stats:?}"
    );
    assert_eq!(told(&server, "spool_unreadable"), stats.dropped);
}

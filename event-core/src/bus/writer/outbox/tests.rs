//! What is kept, and for how long, without a log.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::*;
use crate::bus::SpoolConfig;
use crate::bus::builder::Options;
use crate::bus::own_record;
use crate::catalog::EventsDropped;
use crate::clock::Moment;
use crate::record::TypeName;
use crate::redact::Redactor;

fn record(name: &str) -> Record {
    let mut record = Record::blank(Moment::now());
    record.event_type = TypeName::Given(name.into());
    record.fields = own_record(&EventsDropped {
        count: 0,
        first_ts: "",
        last_ts: "",
        reason: "none",
    })
    .fields;
    record
}

#[test]
fn events_that_are_published_while_others_go_to_the_disk_do_not_hold_it_up() {
    const MOST: usize = 10_000;
    let shared: Arc<OnceLock<Arc<Shared>>> = Arc::default();
    let seen = Arc::new(AtomicUsize::new(0));
    let publish = {
        let (shared, seen) = (shared.clone(), seen.clone());
        move |_: &str| {
            if seen.fetch_add(1, Ordering::Relaxed) < MOST
                && let Some(shared) = shared.get()
            {
                shared.queue.push(Box::new(record("meanwhile")));
            }
            None
        }
    };
    let mut options = Options::default();
    options.policy.redactor = Redactor::off().and(publish);
    let shared = shared.get_or_init(|| Arc::new(Shared::new(options)));
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::new(Stowage::open(Some(&SpoolConfig::new(folder.path()))));
    shared.queue.push(Box::new(record("first")));
    outbox.stow(&mut VecDeque::new(), shared);
    assert!(shared.spooled.get() > 0);
    assert!(seen.load(Ordering::Relaxed) < MOST, "it never came to an end");
}

#[test]
fn what_the_bus_says_of_itself_is_not_piled_up_while_nothing_is_sent() {
    let shared = Shared::new(Options::default());
    let mut outbox = Outbox::new(Stowage::default());
    for _ in 0..1_000 {
        outbox.tell(vec![record("bus_stats")]);
    }
    outbox.tell(vec![record("producer_alive")]);
    assert_eq!(outbox.next_batch(&shared, MAX_EVENTS, 0).entries.len(), 2);
}

#[test]
fn a_later_event_that_the_log_took_first_does_not_vouch_for_an_earlier_one() {
    let shared = Shared::new(Options::default());
    let mut outbox = Outbox::new(Stowage::default());
    for _ in 0..3 {
        shared.queue.push(Box::new(record("n")));
    }
    let batch = outbox.next_batch(&shared, MAX_EVENTS, 0);
    assert_eq!(batch.covers, 3);
    let full = || Err(LogError::new(LogErrorKind::Unavailable, "full"));
    outbox.settle(batch, Ok(vec![full(), full(), Ok(EntryId::ZERO)]), &shared);
    outbox.put_back();
    let first = outbox.next_batch(&shared, 1, 0);
    assert_eq!(first.covers, 0, "the second is not settled with it");
    let second = outbox.next_batch(&shared, 1, 1);
    assert_eq!(second.covers, 3);
}

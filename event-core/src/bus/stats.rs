//! What a bus counts, as numbers and as text for Prometheus. Owns the counters and their names; reading them is a
//! snapshot, not a transaction.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::Timestamp;

/// What went through a bus, counted in events since it was made, and how it stands with its log. What the bus publishes
/// itself (`events_dropped`, `producer_alive`, `bus_stats`) is not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Handed over.
    pub published: u64,
    /// Waiting, or on their way.
    pub queued: u64,
    /// In the log.
    pub sent: u64,
    /// Sent once more, because the log could not take them, or because it was not known whether it had; those among them
    /// that a former process left in the spool count too.
    pub retried: u64,
    /// Of these, sent although they may have been in the log: at most so many stand there twice. Where the bus may read
    /// the log it looks first, and there are none.
    pub duplicated: u64,
    /// Lost: pushed out by newer ones, refused by the log, or published after the end.
    pub dropped: u64,
    /// Of these, those that the log refused.
    pub refused: u64,
    /// Written to the spool; they count as queued until they are in the log.
    pub spooled: u64,
    /// Bytes of JSON in the log.
    pub bytes: u64,
    /// What went wrong last, also when it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Since when the log takes events without a fault; none while it does not, or before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_since: Option<Timestamp>,
}

impl Stats {
    /// The same in the text format of Prometheus (version 0.0.4), to be served under `text/plain; version=0.0.4`.
    ///
    /// ```
    /// let bus = event_core::EventBus::memory();
    /// assert!(bus.stats().to_prometheus().contains("\nevent_bus_sent_total 0\n"));
    /// ```
    ///
    /// The error is left out: a text has no place among numbers.
    pub fn to_prometheus(&self) -> String {
        let mut text = String::new();
        let mut metric = |name: &str, kind: &str, help: &str, value: &dyn std::fmt::Display| {
            // Writing to a String can't fail.
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        };
        let counters = [
            ("published", "Events handed over.", self.published),
            ("sent", "Events in the log.", self.sent),
            (
                "retried",
                "Events sent once more, as it was not known whether they had arrived.",
                self.retried,
            ),
            ("duplicated", "Events that may stand in the log twice.", self.duplicated),
            ("dropped", "Events lost.", self.dropped),
            ("refused", "Events lost because the log refused them.", self.refused),
            ("spooled", "Events written to the spool.", self.spooled),
            ("sent_bytes", "Bytes of JSON in the log.", self.bytes),
        ];
        for (name, help, value) in counters {
            metric(&format!("event_bus_{name}_total"), "counter", help, &value);
        }
        metric(
            "event_bus_queued_events",
            "gauge",
            "Events waiting, or on their way.",
            &self.queued,
        );
        let is_connected = u8::from(self.connected_since.is_some());
        metric(
            "event_bus_connected",
            "gauge",
            "1 while the log takes events.",
            &is_connected,
        );
        if let Some(since) = self.connected_since {
            let (seconds, micros) = (since.unix_micros / 1_000_000, since.unix_micros % 1_000_000);
            let help = "Since when the log takes events, in seconds since the unix epoch.";
            let value = format!("{seconds}.{micros:06}");
            metric("event_bus_connected_since_timestamp_seconds", "gauge", help, &value);
        }
        text
    }
}

/// One counter.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(super) fn sub(&self, count: usize) {
        self.0.fetch_sub(count as u64, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

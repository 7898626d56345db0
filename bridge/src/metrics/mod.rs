//! What the bridge counts. Owns the counters, all of them plain atomics: counting on the way of an event takes no lock,
//! allocates nothing and never fails. How they look in Prometheus' text is `text.rs`'s work.

mod latency;
mod text;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use self::latency::Latency;
pub(crate) use self::text::LogState;

/// See the module's description.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) ingest: Ingest,
    /// Open connections, whatever they do.
    pub(crate) connections: Gauge,
    clients: [Clients; Kind::ALL.len()],
    /// Pages read from the log, for whoever is behind the ring.
    pub(crate) pages_read: Counter,
    /// Pages that somebody else had just read.
    pub(crate) page_cache_hits: Counter,
    refused: [Counter; Refusal::ALL.len()],
    /// From the millisecond in an entry's id to the write to a live client.
    pub(crate) latency: Latency,
}

/// What came out of the log.
#[derive(Debug, Default)]
pub(crate) struct Ingest {
    pub(crate) events: Counter,
    /// Of JSON.
    pub(crate) bytes: Counter,
    /// Entries that are no event.
    pub(crate) invalid: Counter,
    /// Holes in what was read: entries were trimmed before they could be.
    pub(crate) gaps: Counter,
    /// Entries in those holes, where the log can tell.
    pub(crate) lost: Counter,
    /// How often the log was found to be another one: deleted, restored, failed over.
    pub(crate) resets: Counter,
    /// How often the log answered again after it had not.
    pub(crate) reconnects: Counter,
    /// How old the newest entry was when it was read last, in milliseconds.
    pub(crate) age_ms: Gauge,
}

/// The ways to be a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// WebSocket, one event a frame.
    Plain,
    /// WebSocket, lines with cursors.
    Framed,
    /// Server-sent events.
    Sse,
    /// One page of history.
    Page,
}

/// Why somebody was sent away at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The bridge is not known by that name.
    Host,
    /// Pages of that origin may not read.
    Origin,
    /// No token, or a wrong one.
    Token,
    /// No path is asked for.
    Target,
    /// A token where it would be written down: in the address.
    TokenInAddress,
    /// All connections are taken.
    Full,
    /// All connections of one address are taken.
    AddressFull,
    /// Too many requests from one address.
    Rate,
    /// Pushed out by newer ones before it had asked for anything.
    Idle,
    /// No TLS was spoken, or not in time.
    Tls,
}

#[derive(Debug, Default)]
struct Clients {
    present: Gauge,
    total: Counter,
    messages: Counter,
    bytes: Counter,
    slow_closes: Counter,
}

/// A client, as long as it is kept.
#[derive(Debug)]
pub(crate) struct Present {
    metrics: Arc<Metrics>,
    kind: Kind,
}

impl Metrics {
    /// One more client, until what is returned is dropped.
    pub(crate) fn client(self: &Arc<Self>, kind: Kind) -> Present {
        let clients = self.of(kind);
        clients.present.raise();
        clients.total.add(1);
        Present {
            metrics: self.clone(),
            kind,
        }
    }

    /// Somebody was sent away.
    pub(crate) fn refused(&self, why: Refusal) {
        self.refused[why as usize].add(1);
    }

    fn of(&self, kind: Kind) -> &Clients {
        &self.clients[kind as usize]
    }
}

impl Present {
    /// What was given to its socket: so many events or lines, so many bytes.
    pub(crate) fn sent(&self, messages: usize, bytes: usize) {
        let clients = self.metrics.of(self.kind);
        clients.messages.add(messages as u64);
        clients.bytes.add(bytes as u64);
    }

    /// It is sent away because it takes nothing.
    pub(crate) fn was_slow(&self) {
        self.metrics.of(self.kind).slow_closes.add(1);
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.metrics.of(self.kind).present.lower();
    }
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicU64);

impl Gauge {
    pub(crate) fn raise(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn lower(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Kind {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Plain, "plain"),
        (Self::Framed, "framed"),
        (Self::Sse, "sse"),
        (Self::Page, "page"),
    ];
}

impl Refusal {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Host, "host"),
        (Self::Origin, "origin"),
        (Self::Token, "token"),
        (Self::Target, "target"),
        (Self::TokenInAddress, "token_in_address"),
        (Self::Full, "connections"),
        (Self::AddressFull, "connections_per_address"),
        (Self::Rate, "rate"),
        (Self::Idle, "idle"),
        (Self::Tls, "tls"),
    ];
}

#[cfg(test)]
mod tests;

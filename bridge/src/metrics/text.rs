//! The counters as Prometheus reads them (text format 0.0.4). Owns their names, which are public.

use std::fmt::Write as _;

use super::{Clients, Kind, Metrics, Refusal};

/// What is only known when it is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogState {
    /// The log can be reached.
    pub(crate) is_reachable: bool,
    /// Entries that the log has and the bridge has not read; none if the log does not count or answer.
    pub(crate) entries_behind: Option<u64>,
}

impl Metrics {
    /// All of it.
    pub(crate) fn to_prometheus(&self, log: LogState) -> String {
        let mut text = Text::default();
        self.ingest(&mut text, log);
        self.clients(&mut text);
        text.one(
            "counter",
            "pages_read_total",
            "Pages read from the log, for clients behind the ring.",
            self.pages_read.get(),
        );
        text.one(
            "counter",
            "page_cache_hits_total",
            "Pages that another client had just read.",
            self.page_cache_hits.get(),
        );
        text.one(
            "gauge",
            "connections",
            "Open connections, whatever they do.",
            self.connections.get(),
        );
        text.family(
            "counter",
            "refused_total",
            "Connections and requests sent away, by reason.",
        );
        for (why, word) in Refusal::ALL {
            text.line(
                "refused_total",
                &format!("{{reason=\"{word}\"}}"),
                self.refused[why as usize].get(),
            );
        }
        self.latency(&mut text);
        text.0
    }

    fn ingest(&self, text: &mut Text, log: LogState) {
        let ingest = &self.ingest;
        let counters = [
            ("events_total", "Events read from the log.", &ingest.events),
            ("bytes_total", "Bytes of JSON read from the log.", &ingest.bytes),
            ("invalid_total", "Entries that are no event.", &ingest.invalid),
            (
                "gaps_total",
                "Holes: entries were trimmed before they were read.",
                &ingest.gaps,
            ),
            ("lost_total", "Entries in holes, where the log can tell.", &ingest.lost),
            (
                "resets_total",
                "How often the log was found to be another one.",
                &ingest.resets,
            ),
            (
                "reconnects_total",
                "How often the log answered again after it had not.",
                &ingest.reconnects,
            ),
        ];
        for (name, help, counter) in counters {
            text.one("counter", &format!("ingest_{name}"), help, counter.get());
        }
        let help = "How old the newest entry was when it was read last.";
        text.one("gauge", "ingest_age_seconds", help, Seconds(ingest.age_ms.get()));
        text.one(
            "gauge",
            "log_up",
            "1 while the log answers.",
            u8::from(log.is_reachable),
        );
        if let Some(behind) = log.entries_behind {
            text.one("gauge", "ingest_lag_entries", "Entries that were not read yet.", behind);
        }
    }

    fn clients(&self, text: &mut Text) {
        type Column = (&'static str, &'static str, &'static str, fn(&Clients) -> u64);
        let columns: [Column; 5] = [
            ("gauge", "clients", "Clients now.", |of| of.present.get()),
            ("counter", "clients_total", "Clients that ever came.", |of| {
                of.total.get()
            }),
            (
                "counter",
                "sent_messages_total",
                "Events and lines given to sockets.",
                |of| of.messages.get(),
            ),
            ("counter", "sent_bytes_total", "Bytes given to sockets.", |of| {
                of.bytes.get()
            }),
            (
                "counter",
                "slow_closes_total",
                "Clients sent away because they took nothing.",
                |of| of.slow_closes.get(),
            ),
        ];
        for (kind, name, help, value) in columns {
            text.family(kind, name, help);
            for (client, word) in Kind::ALL {
                text.line(name, &format!("{{kind=\"{word}\"}}"), value(self.of(client)));
            }
        }
    }

    fn latency(&self, text: &mut Text) {
        let name = "delivery_seconds";
        text.family(
            "histogram",
            name,
            "From the time in an entry's id to the write to a live client.",
        );
        let mut count = 0;
        for (limit_ms, events) in self.latency.cumulative() {
            let limit = limit_ms.map_or_else(|| "+Inf".to_owned(), |ms| Seconds(ms).to_string());
            text.line("delivery_seconds_bucket", &format!("{{le=\"{limit}\"}}"), events);
            count = events;
        }
        text.line("delivery_seconds_sum", "", Seconds(self.latency.sum_ms()));
        text.line("delivery_seconds_count", "", count);
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, kind: &str, name: &str, help: &str) {
        // Writing to a String can't fail, here and below.
        let _ = write!(
            self.0,
            "# HELP event_bridge_{name} {help}\n# TYPE event_bridge_{name} {kind}\n"
        );
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "event_bridge_{name}{labels} {value}");
    }

    fn one(&mut self, kind: &str, name: &str, help: &str, value: impl std::fmt::Display) {
        self.family(kind, name, help);
        self.line(name, "", value);
    }
}

/// Milliseconds, written as seconds.
struct Seconds(u64);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

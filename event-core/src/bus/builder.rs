//! The options of a bus. Owns their defaults, their names in the environment, and which of the two wins: what is said in
//! code. It builds, and knows nothing of what becomes of a bus.

use std::sync::Arc;
use std::time::Duration;

use super::{EventBus, SpoolConfig};
use crate::log::{
    DEFAULT_MAXLEN_ENTRIES, DEFAULT_STREAM, Log, LogError, LogErrorKind, MemoryLog, RedisConfig, RedisLog, variable,
};
use crate::record::{MaxBytes, Policy};
use crate::redact::Redactor;

/// How much may wait in the queue of a bus, and how large an event may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Events waiting for the log, of which the queue has places from the start: 4,194,304 at most. In the environment:
    /// `EVENT_QUEUE_MAX_EVENTS`.
    pub max_events: usize,
    /// Their size in memory, in bytes. In the environment: `EVENT_QUEUE_MAX_BYTES`.
    pub max_bytes: usize,
    /// An event with more bytes of JSON is cut on its longest texts, and has `truncated: true` in its payload; no less
    /// than 4 KiB. In the environment: `EVENT_MAX_BYTES`.
    pub max_event_bytes: usize,
}

impl Default for Limits {
    /// 65,536 events, 64 MiB, 256 KiB an event.
    fn default() -> Self {
        Self {
            max_events: 65_536,
            max_bytes: 64 * 1024 * 1024,
            max_event_bytes: 256 * 1024,
        }
    }
}

/// What a writer is told.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) limits: Limits,
    pub(super) policy: Policy,
    pub(super) spool: Option<SpoolConfig>,
    /// How often the bus publishes its counts; never, if none.
    pub(super) stats_interval: Option<Duration>,
}

/// The options of a bus, for where [`EventBus::from_env`], [`EventBus::redis`], [`EventBus::memory`] and
/// [`EventBus::new`] are not enough.
///
/// ```
/// use std::time::Duration;
/// use event_core::{EventBus, Limits, Redactor};
///
/// let bus = EventBus::builder()
///     .limits(Limits { max_event_bytes: 64 * 1024, ..Limits::default() })
///     .redactor(Redactor::default().and(|text| text.contains("@acme.example").then(|| "[an address]".to_owned())))
///     .stats_every(Duration::from_secs(60))
///     .build_memory();
/// # drop(bus);
/// ```
///
/// A bus on Redis takes what is not said here from the environment: `EVENT_QUEUE_MAX_EVENTS`, `EVENT_QUEUE_MAX_BYTES`,
/// `EVENT_MAX_BYTES`, `EVENT_REDACT` (`on`, `off`), `EVENT_SPOOL` (a folder, see [`SpoolConfig`]),
/// `EVENT_SPOOL_MAX_BYTES` and `EVENT_STATS_INTERVAL` (seconds, 0 = never).
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it builds"]
pub struct EventBusBuilder {
    limits: Option<Limits>,
    redactor: Option<Redactor>,
    spool: Option<SpoolConfig>,
    stats_interval: Option<Duration>,
}

impl EventBusBuilder {
    /// How much may wait, and how large an event may be.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// What is masked before an event leaves the process. The default masks well-known secrets; [`Redactor::off`] masks
    /// nothing.
    pub fn redactor(mut self, redactor: Redactor) -> Self {
        self.redactor = Some(redactor);
        self
    }

    /// Where events wait on disk while the log can't take them, and from one start to the next; nowhere by default.
    pub fn spool(mut self, spool: SpoolConfig) -> Self {
        self.spool = Some(spool);
        self
    }

    /// Publishes a `bus_stats` event so often, at least a millisecond apart; zero means never, which is the default.
    pub fn stats_every(mut self, interval: Duration) -> Self {
        self.stats_interval = Some(interval);
        self
    }

    /// A bus that writes to `log`.
    pub fn build(self, log: Arc<dyn Log>) -> EventBus {
        EventBus::with_options(log, self.options())
    }

    /// As [`EventBus::memory`].
    pub fn build_memory(self) -> EventBus {
        let max_entries = usize::try_from(DEFAULT_MAXLEN_ENTRIES).unwrap_or(usize::MAX);
        self.build(Arc::new(MemoryLog::new(DEFAULT_STREAM, max_entries)))
    }

    /// As [`EventBus::redis`].
    pub fn build_redis(self, url: &str) -> Result<EventBus, LogError> {
        self.build_with(RedisConfig::new(url)?)
    }

    /// As [`EventBus::from_env`].
    pub fn build_from_env(self) -> Result<EventBus, LogError> {
        self.build_with(RedisConfig::from_env()?)
    }

    fn build_with(self, config: RedisConfig) -> Result<EventBus, LogError> {
        let builder = self.or_from(variable)?;
        Ok(builder.build(Arc::new(RedisLog::new(config)?)))
    }

    fn options(self) -> Options {
        let limits = self.limits.unwrap_or_default();
        Options {
            policy: Policy {
                redactor: self.redactor.unwrap_or_default(),
                max_bytes: MaxBytes::new(limits.max_event_bytes),
            },
            limits,
            spool: self.spool,
            stats_interval: self.stats_interval.filter(|interval| !interval.is_zero()),
        }
    }

    /// What is not said in code is taken from variables.
    fn or_from(mut self, variable: impl Fn(&str) -> Result<Option<String>, LogError>) -> Result<Self, LogError> {
        let number = |name| match variable(name)? {
            None => Ok(None),
            Some(text) => match text.parse::<usize>() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(misread(name, "a whole number from 0 on", &text)),
            },
        };
        let usual = Limits::default();
        let limits = Limits {
            max_events: number("EVENT_QUEUE_MAX_EVENTS")?.unwrap_or(usual.max_events),
            max_bytes: number("EVENT_QUEUE_MAX_BYTES")?.unwrap_or(usual.max_bytes),
            max_event_bytes: number("EVENT_MAX_BYTES")?.unwrap_or(usual.max_event_bytes),
        };
        let seconds = number("EVENT_STATS_INTERVAL")?;
        let redactor = match variable("EVENT_REDACT")?.as_deref() {
            None | Some("on") => Redactor::default(),
            Some("off") => Redactor::off(),
            Some(text) => return Err(misread("EVENT_REDACT", "on or off", text)),
        };
        self.spool = match self.spool {
            None => SpoolConfig::from(&variable)?,
            said => said,
        };
        self.limits.get_or_insert(limits);
        self.redactor.get_or_insert(redactor);
        self.stats_interval = self
            .stats_interval
            .or(seconds.map(|seconds| Duration::from_secs(seconds as u64)));
        Ok(self)
    }
}

fn misread(name: &str, expected: &str, text: &str) -> LogError {
    let message = format!("{name}: expected {expected}, got {text:?}");
    LogError::new(LogErrorKind::Refused, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(builder: EventBusBuilder, variables: &[(&str, &str)]) -> Result<Options, LogError> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        };
        builder.or_from(variable).map(EventBusBuilder::options)
    }

    #[test]
    fn without_variables_the_defaults_count() {
        let options = with(EventBusBuilder::default(), &[]).unwrap();
        assert_eq!(options.limits.max_events, 65_536);
        assert_eq!((options.stats_interval, options.spool), (None, None));
        assert_ne!(
            options.policy.redactor.redact("sk-abcdefghijklmnop"),
            "sk-abcdefghijklmnop"
        );
    }

    #[test]
    fn an_operator_can_set_every_option() {
        let variables = [
            ("EVENT_QUEUE_MAX_EVENTS", "10"),
            ("EVENT_QUEUE_MAX_BYTES", "2000"),
            ("EVENT_MAX_BYTES", "5000"),
            ("EVENT_REDACT", "off"),
            ("EVENT_STATS_INTERVAL", "60"),
            ("EVENT_SPOOL", "/var/lib/agent/spool"),
            ("EVENT_SPOOL_MAX_BYTES", "7000000"),
        ];
        let options = with(EventBusBuilder::default(), &variables).unwrap();
        let limits = options.limits;
        assert_eq!(
            (limits.max_events, limits.max_bytes, limits.max_event_bytes),
            (10, 2000, 5000)
        );
        assert_eq!(options.stats_interval, Some(Duration::from_secs(60)));
        let spool = SpoolConfig {
            path: "/var/lib/agent/spool".into(),
            max_bytes: 7_000_000,
        };
        assert_eq!(options.spool, Some(spool));
        assert_eq!(
            options.policy.redactor.redact("sk-abcdefghijklmnop"),
            "sk-abcdefghijklmnop"
        );
    }

    #[test]
    fn what_is_said_in_code_wins() {
        let builder = EventBus::builder()
            .stats_every(Duration::ZERO)
            .redactor(Redactor::default());
        let options = with(builder, &[("EVENT_STATS_INTERVAL", "60"), ("EVENT_REDACT", "off")]).unwrap();
        assert_eq!(options.stats_interval, None);
        assert_ne!(
            options.policy.redactor.redact("sk-abcdefghijklmnop"),
            "sk-abcdefghijklmnop"
        );
    }

    #[test]
    fn a_variable_that_is_misread_is_named() {
        for (name, value) in [
            ("EVENT_MAX_BYTES", "many"),
            ("EVENT_REDACT", "perhaps"),
            ("EVENT_STATS_INTERVAL", "-1"),
        ] {
            let error = with(EventBusBuilder::default(), &[(name, value)])
                .unwrap_err()
                .to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }
}

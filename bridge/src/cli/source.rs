//! Where a command reads events from, and which: a bridge, or a stream of Redis by itself. Owns the flags; the words and
//! forms of filters are those of the bridge's routes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use event_bridge::__private::Reader;
use event_bridge::BridgeError;
use event_bridge::client::{self, Client, Item, RunSummary, State};
use event_core::Timestamp;

use super::log::LogArgs;

/// How a run is called that need not be named.
const LATEST: &str = "latest";
/// How often it is asked for a run as long as there is none.
const NO_RUN_YET: Duration = Duration::from_millis(500);

#[derive(Args)]
pub(super) struct SourceArgs {
    #[arg(
        long,
        value_name = "URL",
        conflicts_with_all = ["redis", "stream"],
        help = "Read from this bridge, such as http://127.0.0.1:9999, instead of Redis [token: EVENT_BRIDGE_TOKEN]"
    )]
    bridge: Option<String>,
    /// PEM file with the authority that signed the bridge's certificate
    #[arg(long, value_name = "FILE", requires = "bridge")]
    bridge_ca: Option<PathBuf>,
    #[command(flatten)]
    log: LogArgs,
}

/// Which events, and from where on.
#[derive(Args, Clone, Default)]
pub(super) struct Selection {
    /// Only events of this type (repeatable: of either)
    #[arg(long = "type", value_name = "TYPE")]
    pub(super) types: Vec<String>,
    /// Only events of this run, latest being the one heard of last (repeatable: of either)
    #[arg(long, value_name = "ID")]
    pub(super) run: Vec<String>,
    /// Only events of this node (repeatable: of either)
    #[arg(long, value_name = "ID")]
    pub(super) node: Vec<String>,
    /// Only events with this outcome: ok, returned, error, panicked, cancelled, or failed by value (repeatable: of either)
    #[arg(long, value_name = "OUTCOME")]
    pub(super) outcome: Vec<String>,
    /// Begin behind this cursor or Redis id; 0 is the beginning
    #[arg(long, value_name = "CURSOR", conflicts_with_all = ["tail", "since"])]
    pub(super) after: Option<String>,
    /// Begin with the newest so many events
    #[arg(long, value_name = "COUNT", conflicts_with = "since")]
    pub(super) tail: Option<u64>,
    /// Begin at a time: unix milliseconds, RFC 3339, or how long ago, such as 90s, 10m, 2h, 1d
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub(super) since: Option<u64>,
}

impl Selection {
    /// Where to begin was said.
    pub(super) fn begins(&self) -> bool {
        self.after.is_some() || self.tail.is_some() || self.since.is_some()
    }

    /// All of a run, or of several, and nothing else said.
    pub(super) fn is_of_runs(&self) -> bool {
        !self.run.is_empty() && self.types.is_empty() && self.node.is_empty() && self.outcome.is_empty()
    }

    fn parameters(&self) -> Vec<(String, String)> {
        let filters = [
            ("type", &self.types),
            ("run", &self.run),
            ("node", &self.node),
            ("outcome", &self.outcome),
        ];
        let filters = filters
            .into_iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (name, value.clone())));
        let start = [
            ("after", self.after.clone()),
            ("tail", self.tail.map(|count| count.to_string())),
            ("since", self.since.map(|unix_ms| unix_ms.to_string())),
        ];
        let start = start.into_iter().filter_map(|(name, value)| Some((name, value?)));
        filters
            .chain(start)
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

/// See the module's description.
pub(super) enum Source {
    Bridge(Box<Client>),
    Log(Box<Reader>),
}

impl SourceArgs {
    pub(super) fn open(&self, selection: &Selection) -> anyhow::Result<Source> {
        let Some(mut builder) = self.builder() else {
            let log = Arc::new(self.log.open()?);
            return Ok(Source::Log(Box::new(Reader::new(log, selection.parameters())?)));
        };
        for (name, value) in selection.parameters() {
            builder = match name.as_str() {
                "type" => builder.event_type(value),
                "run" => builder.run(value),
                "node" => builder.node(value),
                "outcome" => builder.outcome(value),
                "tail" => builder.tail(selection.tail.unwrap_or_default()),
                "since" => builder.since(selection.since.unwrap_or_default()),
                _ => builder.after(value),
            };
        }
        Ok(Source::Bridge(Box::new(builder.build()?)))
    }

    /// The runs there are, the one heard of last first.
    pub(super) async fn runs(&self) -> anyhow::Result<Vec<RunSummary>> {
        if let Some(builder) = self.builder() {
            return Ok(builder.runs().await?);
        }
        let mut reader = Reader::new(Arc::new(self.log.open()?), Vec::new())?;
        loop {
            match reader.next().await {
                Item::State(State::CaughtUp) => return Ok(reader.runs()),
                Item::State(State::LogUnreachable { error }) => anyhow::bail!(error),
                _ => {}
            }
        }
    }

    /// Puts the run heard of last in the place of its name; waits for one if there is none.
    pub(super) async fn name_latest(&self, selection: &mut Selection) -> anyhow::Result<()> {
        let mut has_said = false;
        while let Some(latest) = selection.run.iter_mut().find(|run| *run == LATEST) {
            let runs = self.runs().await?;
            if let Some(run) = runs.into_iter().find(|run| run.status.is_some()) {
                *latest = run.run_id;
                continue;
            }
            if !std::mem::replace(&mut has_said, true) {
                eprintln!("event-bridge: there is no run yet, waiting for one");
            }
            tokio::time::sleep(NO_RUN_YET).await;
        }
        Ok(())
    }

    fn builder(&self) -> Option<client::Builder> {
        let builder = Client::builder(self.bridge.as_ref()?);
        Some(match &self.bridge_ca {
            Some(ca) => builder.ca(ca),
            None => builder,
        })
    }
}

impl Source {
    /// What comes next; dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> anyhow::Result<Item> {
        Ok(match self {
            Self::Bridge(client) => client.next().await?,
            Self::Log(reader) => reader.next().await,
        })
    }
}

/// What people are told of items that are no events: they never wait without knowing for what, and are not told the same
/// again and again.
#[derive(Default)]
pub(super) struct Notices {
    /// Why there is no connection.
    disconnected: Option<String>,
}

impl Notices {
    pub(super) fn of(&mut self, item: &Item) -> Option<String> {
        match item {
            Item::Event(_) | Item::State(State::CaughtUp) => None,
            Item::Gap(gap) => Some(gap.to_string()),
            Item::Reset(reset) => Some(format!("{}: what follows is from its beginning", reset.why)),
            Item::State(state @ State::Connected { .. }) => self.disconnected.take().map(|_| state.to_string()),
            Item::State(state @ State::Disconnected { why, .. }) => {
                let before = self.disconnected.replace(why.clone());
                (before.as_ref() != Some(why)).then(|| state.to_string())
            }
            Item::State(state) => Some(state.to_string()),
        }
    }
}

/// A wrong flag, or an answer that says so.
pub(super) fn is_usage(error: &anyhow::Error) -> bool {
    let of_bridge = error.downcast_ref().is_some_and(BridgeError::is_usage);
    let of_client = error.downcast_ref().is_some_and(client::ClientError::is_terminal);
    of_bridge || of_client
}

fn since(text: &str) -> Result<u64, String> {
    if let Ok(unix_ms) = text.parse() {
        return Ok(unix_ms);
    }
    if let Ok(ts) = text.parse::<Timestamp>() {
        return Ok(ts.unix_ms());
    }
    let ago = text
        .split_at_checked(text.len().saturating_sub(1))
        .and_then(|(count, unit)| {
            let seconds = match unit {
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                "d" => 86_400,
                _ => return None,
            };
            count.parse::<u64>().ok()?.checked_mul(seconds)
        });
    let ago = ago.ok_or("expected unix milliseconds, RFC 3339, or how long ago, such as 90s, 10m, 2h or 1d")?;
    let ago = u64::try_from(Duration::from_secs(ago).as_millis()).unwrap_or(u64::MAX);
    Ok(Timestamp::now().unix_ms().saturating_sub(ago))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_once_and_its_end() {
        let disconnected = |why: &str| {
            Item::State(State::Disconnected {
                why: why.to_owned(),
                retry_in: Duration::ZERO,
            })
        };
        let connected = Item::State(State::Connected {
            stream: "s".to_owned(),
            cursor: "0".to_owned(),
        });
        let mut notices = Notices::default();
        let items = [
            &connected,
            &disconnected("a"),
            &disconnected("a"),
            &disconnected("b"),
            &connected,
            &connected,
        ];
        let told: Vec<_> = items.map(|item| notices.of(item).is_some()).into();
        assert_eq!(told, [false, true, false, true, true, false]);
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(since("1795000000000"), Ok(1_795_000_000_000));
        assert_eq!(since("2026-11-22T13:51:28Z"), Ok(1_795_355_488_000));
        let now = Timestamp::now().unix_ms();
        for (text, ago) in [("90s", 90_000), ("10m", 600_000), ("2h", 7_200_000), ("1d", 86_400_000)] {
            let before = now - since(text).unwrap();
            assert!(before <= ago, "{text}: {before}");
        }
        for text in ["", "now", "m", "-1m", "5 m", "10é"] {
            assert!(since(text).is_err(), "{text}");
        }
    }
}

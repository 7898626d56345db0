//! The command line: its words, its help, its defaults. It starts nothing.

use std::path::{Path, PathBuf};

use clap::Parser;
use examples::research_agent::Faults;
use examples::research_agent::model::{Price, PriceError, Prices};

const QUESTION: &str = "How did messages come to reach the browser live: the telegraph, packet switching, message queues \
                        and logs, and browser push?";
/// What the offline model's tokens are priced as.
const OFFLINE_PRICE: &str = "gpt-4o-mini";
/// The share of faults in a run with the offline model: enough to see how they are survived.
const OFFLINE_FAULTS: f64 = 0.08;

const EXAMPLES: &str = "\
Examples:
  cargo demo                                    watch a run of about a minute at http://127.0.0.1:9999
  cargo demo --redis redis://localhost:6379     the same through Redis
  cargo demo --speed 0 --no-serve               as fast as can be, and nobody watches
  cargo demo --faults 0 --parallel 1            nothing goes wrong, one node after the other
  cargo demo --corpus notes --question \"Who decided what, and when?\"
                                                a folder of your own .md, .txt and .html files
  OPENAI_API_KEY=… cargo demo --model gpt-4o-mini
                                                a real model; OPENAI_BASE_URL for another server

Without --redis, the variables REDIS_URL and REDIS_HOST name the Redis; without those, events are kept in the process.";

/// Researches a question over a small library, and can be watched in a browser.
#[derive(Parser)]
#[command(name = "research-agent", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What to research; a list behind a colon becomes the sections of the report
    #[arg(long, default_value = QUESTION)]
    pub(crate) question: String,

    /// The folder of .md, .txt and .html files to search in [default: the articles that come with this example]
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,

    /// Where report.md, nodes.json and summary.json go
    #[arg(long, value_name = "DIR", default_value = "research-output")]
    pub(crate) out: PathBuf,

    #[arg(
        long,
        value_name = "NAME",
        env = "AGENT_MODEL",
        hide_env = true,
        help = "Ask this model at OPENAI_BASE_URL with OPENAI_API_KEY, not the offline one [env: AGENT_MODEL]"
    )]
    pub(crate) model: Option<String>,

    /// How many nodes are worked on at once; the report is the same
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = parse_parallel)]
    pub(crate) parallel: usize,

    /// Requests a minute that the model is asked at the most; 0 is no limit [default: 400 offline, else 0]
    #[arg(long, value_name = "N")]
    rpm: Option<u32>,

    /// Share of requests, pages, sums and searches that go wrong on purpose [default: 0.08 offline, else 0]
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    faults: Option<f64>,

    /// Where node ids, waiting times and faults come from
    #[arg(long, value_name = "N", default_value_t = 9)]
    pub(crate) seed: u64,

    /// How fast the offline model and its library pretend to be; 0 waits for nothing
    #[arg(long, value_name = "F", default_value_t = 1.0, value_parser = parse_speed)]
    pub(crate) speed: f64,

    /// Keep answers in this folder, and take them from there the next time
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,

    /// Estimate costs at the price of this model [default: the model itself, offline gpt-4o-mini]
    #[arg(long, value_name = "MODEL")]
    price_as: Option<String>,

    /// A table of prices in TOML, instead of the one that comes with this example
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,

    /// Send events to this Redis
    #[arg(long, value_name = "URL")]
    pub(crate) redis: Option<String>,

    /// The port of the page [default: `WS_PORT`, else 9999]
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,

    /// No page, and an end right after the report
    #[arg(long)]
    pub(crate) no_serve: bool,
}

impl Args {
    /// The corpus named, or the one in this package.
    pub(crate) fn corpus(&self) -> PathBuf {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        self.corpus.clone().unwrap_or(shipped)
    }

    /// What goes wrong: nothing, if a real model is asked and nothing else is said.
    pub(crate) fn faults(&self) -> Faults {
        let usual = if self.model.is_some() { 0.0 } else { OFFLINE_FAULTS };
        Faults::new(self.faults.unwrap_or(usual), self.seed)
    }

    /// How many requests a minute.
    pub(crate) fn requests_per_minute(&self) -> u32 {
        self.rpm.unwrap_or(if self.model.is_some() { 0 } else { 400 })
    }

    /// What tokens cost. A real model that is in no table has no price, unless one is named.
    pub(crate) fn price(&self) -> Result<Option<Price>, PriceError> {
        let prices = self.prices.as_deref().map_or_else(Prices::shipped, Prices::load)?;
        match (&self.price_as, &self.model) {
            (Some(named), _) => prices.of(named).map(Some),
            (None, Some(model)) => Ok(prices.of(model).ok()),
            (None, None) => prices.of(OFFLINE_PRICE).map(Some),
        }
    }
}

fn parse_speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed >= 0.0 => Ok(speed),
        _ => Err("expected a factor such as 1, 0.5 or 10, or 0 for no waiting".to_owned()),
    }
}

fn parse_share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("expected a share from 0 (nothing goes wrong) to 1 (everything does), such as 0.08".to_owned()),
    }
}

fn parse_parallel(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(nodes @ 1..=64) => Ok(nodes),
        _ => Err("expected a number of nodes from 1 to 64".to_owned()),
    }
}

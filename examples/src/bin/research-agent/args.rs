//! The command line: its words, its help, its defaults. It starts nothing.

use std::path::{Path, PathBuf};

use clap::Parser;
use examples::research_agent::{PRICES, Price};

const QUESTION: &str = "How did messages come to reach the browser live: the telegraph, packet switching, message queues \
                        and logs, and browser push?";

const EXAMPLES: &str = "\
Examples:
  cargo demo                                    watch a run of about a minute at http://127.0.0.1:9999
  cargo demo --redis redis://localhost:6379     the same through Redis
  cargo demo --speed 0 --no-serve               as fast as can be, and nobody watches
  cargo demo --corpus notes --question \"Who decided what, and when?\"
                                                a folder of your own .md files

Without --redis, the variables REDIS_URL and REDIS_HOST name the Redis; without those, events are kept in the process.";

/// Researches a question with an offline model over a small library, and can be watched in a browser.
#[derive(Parser)]
#[command(name = "research-agent", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What to research; a list behind a colon becomes the sections of the report
    #[arg(long, default_value = QUESTION)]
    pub(crate) question: String,

    /// The folder of .md files to search in [default: the articles that come with this example]
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,

    /// Where report.md, nodes.json and summary.json go
    #[arg(long, value_name = "DIR", default_value = "research-output")]
    pub(crate) out: PathBuf,

    /// Send events to this Redis
    #[arg(long, value_name = "URL")]
    pub(crate) redis: Option<String>,

    /// The port of the page [default: `WS_PORT`, else 9999]
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,

    /// No page, and an end right after the report
    #[arg(long)]
    pub(crate) no_serve: bool,

    /// How fast the offline model and its library pretend to be; 0 waits for nothing
    #[arg(long, value_name = "F", default_value_t = 1.0, value_parser = parse_speed)]
    pub(crate) speed: f64,

    /// Where node ids and waiting times come from; the report is the same with every seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Estimate costs at the list price of this model
    #[arg(long, value_name = "MODEL", default_value = PRICES[0].model, value_parser = parse_price)]
    pub(crate) price_as: Price,
}

impl Args {
    /// The corpus named, or the one in this package.
    pub(crate) fn corpus(&self) -> PathBuf {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        self.corpus.clone().unwrap_or(shipped)
    }
}

fn parse_speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed >= 0.0 => Ok(speed),
        _ => Err("expected a factor such as 1, 0.5 or 10, or 0 for no waiting".to_owned()),
    }
}

fn parse_price(text: &str) -> Result<Price, String> {
    Price::of(text).ok_or_else(|| {
        let known: Vec<&str> = PRICES.iter().map(|price| price.model).collect();
        format!("expected one of {}", known.join(", "))
    })
}

//! `cargo demo`: an agent researches a question in the terminal, and a browser shows it at work.
//!
//! The agent is in the library; here is what a program adds to be watched: a bus, where there is a Redis, and the
//! bridge in one line. Without either the agent does the same and nobody sees it.

mod args;
mod terminal;

use std::env;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use event_bridge::{Bridge, Running};
use event_core::EventBus;
use examples::research_agent::model::{Cached, ChatModel, Faulty, OpenAiModel, OpenAiSettings, RateLimited, Retrying};
use examples::research_agent::{Assignment, Corpus, OfflineModel, Pace, Report, research};

use self::args::Args;
use self::terminal::Terminal;

/// How long a report is to become, in words.
const REPORT_WORDS: u32 = 1200;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let _events = redis_bus(&args)?.map(EventBus::install);
    let bridge = if args.no_serve {
        None
    } else {
        Some(spawn_bridge(&args)?)
    };
    let terminal = Terminal::new(bridge.as_ref().map(Running::url));
    terminal.begin(&args);
    tokio::runtime::Runtime::new()?.block_on(async {
        // On Ctrl-C the run is dropped where it stands, and its open spans finish as cancelled.
        let report = tokio::select! {
            report = run(&args, &terminal) => report?,
            stopped = tokio::signal::ctrl_c() => {
                terminal.stopped();
                return Ok(stopped?);
            }
        };
        report
            .write(&args.out)
            .with_context(|| format!("cannot write to {}; name another folder with --out", args.out.display()))?;
        terminal.end(&args, &report);
        if bridge.is_some() {
            tokio::signal::ctrl_c().await?;
        }
        Ok(())
    })
}

async fn run(args: &Args, terminal: &Terminal) -> anyhow::Result<Report> {
    let assignment = Assignment {
        question: args.question.clone(),
        words: REPORT_WORDS,
        seed: args.seed,
        speed: args.speed,
        parallel: args.parallel,
        faults: args.faults(),
        price: args.price()?,
    };
    let corpus = Arc::new(Corpus::load(&args.corpus())?);
    Ok(research(&assignment, model(args)?, corpus, |step| terminal.step(step)).await?)
}

/// The model that was named, or the offline one, with what stands around it.
fn model(args: &Args) -> anyhow::Result<Arc<dyn ChatModel>> {
    let (model, pace): (Arc<dyn ChatModel>, _) = if let Some(name) = &args.model {
        let settings = OpenAiSettings::from_env(name);
        (Arc::new(OpenAiModel::new(settings)?), Pace::real())
    } else {
        let pace = Pace::new(args.speed, args.seed);
        (Arc::new(OfflineModel::new(pace)), pace)
    };
    let limited = RateLimited::new(Faulty::new(model, args.faults()), args.requests_per_minute(), pace);
    let retrying = Retrying::new(limited, pace);
    Ok(match &args.cache {
        None => Arc::new(retrying),
        Some(folder) => Arc::new(Cached::new(retrying, folder).with_context(|| {
            format!(
                "cannot keep answers in {}; name another folder with --cache",
                folder.display()
            )
        })?),
    })
}

/// A bus on the Redis that was named; without a name, the bridge brings a log of its own.
fn redis_bus(args: &Args) -> anyhow::Result<Option<EventBus>> {
    let is_named = ["REDIS_URL", "REDIS_HOST"]
        .iter()
        .any(|name| env::var_os(name).is_some());
    Ok(match &args.redis {
        Some(url) => Some(EventBus::redis(url)?),
        None if is_named => Some(EventBus::from_env()?),
        None => None,
    })
}

fn spawn_bridge(args: &Args) -> anyhow::Result<Running> {
    Ok(match args.port {
        Some(port) => Bridge::builder().port(port).spawn()?,
        None => event_bridge::spawn()?,
    })
}

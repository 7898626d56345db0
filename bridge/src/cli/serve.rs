//! `event-bridge serve`. Owns its flags and its signals.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use event_bridge::{Bridge, BridgeError};
use event_core::log::{RedisConfig, RedisLog};

pub(super) const EXAMPLES: &str = "\
Examples:
  event-bridge serve
  REDIS_URL=redis://:secret@db.example:6379 event-bridge serve --port 8000
  event-bridge serve --host 0.0.0.0 --insecure --allow-host bridge.example
  websocat 'ws://127.0.0.1:9999/events?tail=10'
  curl 'http://127.0.0.1:9999/api/events?type=llm_call_completed&outcome=error'";

/// The conventional exit code of a program that was interrupted.
const INTERRUPTED: u8 = 130;

#[derive(Args)]
pub(super) struct Serve {
    /// Address to listen on: localhost or an IP address; others than loopback ones need --insecure
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1", value_parser = host)]
    host: IpAddr,
    #[arg(
        long,
        value_name = "PORT",
        help = "Port to listen on; 0 takes any free one [env: WS_PORT] [default: 9999]"
    )]
    port: Option<u16>,
    #[arg(
        long,
        value_name = "URL",
        help = "Redis server [env: REDIS_URL, or REDIS_HOST] [default: redis://localhost:6379]"
    )]
    redis: Option<String>,
    #[arg(
        long,
        value_name = "KEY",
        help = "Key of the stream [env: EVENT_STREAM] [default: agent_events]"
    )]
    stream: Option<String>,
    /// Let everyone who reaches the port read the events
    #[arg(long)]
    insecure: bool,
    #[arg(
        long,
        value_name = "ORIGIN",
        help = "Let pages of this origin read as well, such as https://tools.example (repeatable)"
    )]
    allow_origin: Vec<String>,
    /// Answer to this host name as well (repeatable)
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Serve the UI from this folder instead of the embedded one, while working on it
    #[arg(long, value_name = "DIR")]
    ui_dir: Option<PathBuf>,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let config = self.redis_config()?;
        let (stream, address) = (config.stream.clone(), config.address());
        let bridge = self.bind(config)?;
        let runtime = tokio::runtime::Runtime::new().map_err(BridgeError::Thread)?;
        runtime.block_on(async {
            let url = bridge.url();
            let (shutdown, again) = signals()?;
            tracing::info!("reading stream {stream:?} of {address}");
            tracing::info!("serving {url}");
            tokio::select! {
                served = bridge.run(shutdown) => served.map(|()| ExitCode::SUCCESS).map_err(Into::into),
                () = again => Ok(ExitCode::from(INTERRUPTED)),
            }
        })
    }

    fn redis_config(&self) -> Result<RedisConfig, BridgeError> {
        let mut config = match &self.redis {
            Some(url) => RedisConfig::new(url)?,
            None => RedisConfig::from_env()?,
        };
        if let Some(stream) = &self.stream {
            config.stream.clone_from(stream);
        }
        Ok(config)
    }

    fn bind(self, config: RedisConfig) -> Result<Bridge, BridgeError> {
        let port = self.port.map_or_else(event_bridge::port_from_env, Ok)?;
        let mut builder = Bridge::builder().host(self.host).port(port).insecure(self.insecure);
        for origin in self.allow_origin {
            builder = builder.allow_origin(origin);
        }
        for host in self.allow_host {
            builder = builder.allow_host(host);
        }
        if let Some(dir) = self.ui_dir {
            builder = builder.ui_dir(dir);
        }
        builder.log(Arc::new(RedisLog::new(config)?)).bind()
    }
}

fn host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => text
            .parse()
            .map_err(|_| "expected localhost or an IP address, such as 127.0.0.1 or 0.0.0.0".to_owned()),
    }
}

/// Ends with the first signal, and with the second.
fn signals() -> anyhow::Result<(impl Future<Output = ()>, impl Future<Output = ()>)> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (first, first_came) = tokio::sync::oneshot::channel();
    let again = async move {
        next(&mut interrupt, &mut terminate).await;
        tracing::info!("stopping; once more stops at once");
        // The bridge may have ended by itself.
        let _ = first.send(());
        next(&mut interrupt, &mut terminate).await;
    };
    let shutdown = async move {
        // An error means that the second signal came.
        let _ = first_came.await;
    };
    Ok((shutdown, again))
}

async fn next(interrupt: &mut tokio::signal::unix::Signal, terminate: &mut tokio::signal::unix::Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

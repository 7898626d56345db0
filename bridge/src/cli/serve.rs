//! `event-bridge serve`. Owns its signals; its settings are read where `config` reads them.

use std::future::Future;
use std::process::ExitCode;

use clap::Args;
use event_bridge::BridgeError;

use super::diagnostics;
use super::settings::Flags;

pub(super) const EXAMPLES: &str = "\
Examples:
  event-bridge serve
  REDIS_URL=redis://:secret@db.example:6379 event-bridge serve --port 8000
  openssl rand -hex 32 > token && event-bridge serve --host 0.0.0.0 --token-file token --allow-host bridge.example
  event-bridge serve --host 0.0.0.0 --token-file token --tls-cert cert.pem --tls-key key.pem
  event-bridge serve --config bridge.toml --log-format json --access-log
  curl -H \"Authorization: Bearer $(cat token)\" 'https://bridge.example:9999/api/runs'
  websocat 'ws://127.0.0.1:9999/events?tail=10'
  curl 'http://127.0.0.1:9999/api/events?type=llm_call_completed&outcome=error'";

/// The conventional exit code of a program that was interrupted.
const INTERRUPTED: u8 = 130;

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    flags: Flags,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.flags.load()?;
        diagnostics::start(settings.log_level(), settings.log_format());
        let redis = settings.redis()?;
        let bridge = settings.builder()?.bind()?;
        let runtime = tokio::runtime::Runtime::new().map_err(BridgeError::Thread)?;
        runtime.block_on(async {
            let url = bridge.url();
            let (shutdown, again) = signals()?;
            tracing::info!("reading stream {:?} of {}", redis.stream, redis.address());
            tracing::info!("serving {url}");
            settings.tell_who_may_read();
            tokio::select! {
                served = bridge.run(shutdown) => served.map(|()| ExitCode::SUCCESS).map_err(Into::into),
                () = again => Ok(ExitCode::from(INTERRUPTED)),
            }
        })
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

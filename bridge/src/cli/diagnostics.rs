//! What the program says of itself, on stderr. Owns the form of its log; what is said is everybody's.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::settings::LogFormat;

/// From now on what is logged is written, if `level` lets it pass.
pub(super) fn start(level: &str, format: LogFormat) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info")))
        .with_writer(stderr);
    // It fails only if there is one already.
    let _ = match format {
        LogFormat::Text => {
            let builder = builder.with_ansi(stderr().is_terminal()).with_target(false);
            builder.finish().try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init(),
    };
}

/// As `RUST_LOG` has it, for commands without settings of their own: they have their own words for what goes wrong.
pub(super) fn start_default() {
    let level = std::env::var("RUST_LOG").unwrap_or_else(|_| "off".to_owned());
    start(&level, LogFormat::Text);
}

//! A bridge inside an agent's process. Owns its thread and runtime, and the order in which things end: the agent's
//! events first, then the viewers.

use std::fmt;
use std::thread::JoinHandle;
use std::time::Duration;

use event_core::log::RedisConfig;
use event_core::{EventBus, Installed};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::bridge::{Bridge, Builder};
use crate::config::port_from_env;
use crate::error::BridgeError;

/// How long the end of the process may wait for events to be written, and again for viewers to leave.
const PATIENCE: Duration = Duration::from_secs(2);

/// A bridge that runs until this is dropped. Keep it: `let _bridge = event_bridge::spawn()?;`
#[must_use = "the bridge stops when this is dropped"]
pub struct Running {
    url: String,
    /// Whose last events viewers are to see before they are sent away.
    bus: Option<EventBus>,
    stop: Option<DropGuard>,
    thread: Option<JoinHandle<()>>,
    /// The bus, where it was installed for the bridge.
    installed: Option<Installed>,
}

/// Starts a bridge in a thread of its own, with the defaults, `WS_PORT` and the log of the process's own bus.
///
/// If no bus is installed it installs one: on Redis if `REDIS_URL` or `REDIS_HOST` is set, else in memory.
pub fn spawn() -> Result<Running, BridgeError> {
    Bridge::builder().port(port_from_env()?).spawn()
}

impl Running {
    pub(crate) fn start(builder: Builder) -> Result<Self, BridgeError> {
        let mut bus = EventBus::global();
        let mut fresh = None;
        let bridge = builder.drain_within(PATIENCE).listen(|| {
            let found = match bus.take() {
                Some(bus) => bus,
                None => fresh.insert(own_bus()?).clone(),
            };
            let log = found.log();
            bus = Some(found);
            Ok(log)
        })?;
        let url = bridge.url();
        let stop = CancellationToken::new();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(BridgeError::Thread)?;
        let stopped = stop.clone();
        let serve = move || {
            if let Err(error) = runtime.block_on(bridge.run(stopped.cancelled())) {
                tracing::error!("{error}");
            }
        };
        let thread = std::thread::Builder::new()
            .name("event-bridge".to_owned())
            .spawn(serve)
            .map_err(BridgeError::Thread)?;
        Ok(Self {
            url,
            bus,
            stop: Some(stop.drop_guard()),
            thread: Some(thread),
            installed: fresh.map(EventBus::install),
        })
    }

    /// Where it can be reached from this machine: `http://127.0.0.1:9999`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

fn own_bus() -> Result<EventBus, BridgeError> {
    Ok(if RedisConfig::is_in_env() {
        EventBus::from_env()?
    } else {
        EventBus::memory()
    })
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(bus) = &self.bus {
            let unsent = match self.installed.take() {
                // Its guard waits for the log itself: flushed before, one that is away would be waited for twice.
                Some(installed) => {
                    drop(installed);
                    bus.stats().queued
                }
                None => bus.flush(PATIENCE),
            };
            if unsent > 0 {
                tracing::warn!(unsent, "the bridge stops before all events could be written");
            }
        }
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in it was reported by its hook.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

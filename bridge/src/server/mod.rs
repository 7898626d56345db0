//! The server around the routes. Owns its life: the tail beside the sockets, and the drain at the end, in which every
//! client gets what is there and is told to come back. What a request means is the routes' business.

pub(crate) mod accept;
pub(crate) mod access;
mod headers;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::access::Access;
use crate::config::{Config, Limits};
use crate::routes;
use crate::routes::ui::Ui;
use crate::source::Source;
use crate::tail::Tail;

/// How long the drain waits for the tail to have read what the log holds.
const CATCH_UP: Duration = Duration::from_millis(500);

/// What the routes of one bridge share.
pub(crate) struct State {
    pub(crate) source: Arc<Source>,
    pub(crate) access: Arc<Access>,
    pub(crate) limits: Limits,
    pub(crate) ui: Ui,
    /// Cancelled when clients are to take their leave.
    pub(crate) drain: CancellationToken,
    /// Everything that runs for a client.
    pub(crate) tasks: TaskTracker,
}

/// Serves `listener` until `shutdown`, then drains.
pub(crate) async fn run(
    listener: TcpListener,
    config: &Config,
    source: Arc<Source>,
    shutdown: impl Future<Output = ()>,
) {
    let state = Arc::new(State {
        source: source.clone(),
        access: Arc::new(Access::new(config)),
        limits: config.limits.clone(),
        ui: Ui::new(config.ui_dir.clone()),
        drain: CancellationToken::new(),
        tasks: TaskTracker::new(),
    });
    let routes = routes::all(&state);
    let tail = tokio::spawn(Tail::new(source, &config.limits).run());
    tokio::select! {
        () = shutdown => {}
        () = accept::accept(&listener, &state, &routes) => {}
    }
    drop(listener);
    if timeout(config.limits.drain, drain(&state)).await.is_err() {
        tracing::warn!("some clients did not take their leave in time");
    }
    tail.abort();
}

async fn drain(state: &State) {
    // Whoever stops an agent and its bridge wants to see how it ended.
    let _ = timeout(CATCH_UP, caught_up(&state.source)).await;
    state.drain.cancel();
    state.tasks.close();
    state.tasks.wait().await;
}

/// The ring has come to where the log ends now.
async fn caught_up(source: &Source) {
    let Ok(info) = source.log.info().await else { return };
    let mut head = source.ring.watch();
    // It fails only if the ring is gone.
    let _ = head.wait_for(|head| head.is_warm && head.cursor.id >= info.last).await;
}

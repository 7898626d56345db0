//! The server around the routes. Owns its life: the tail beside the sockets, and the drain at the end, in which every
//! client gets what is there and is told to come back. What a request means is the routes' business.

pub(crate) mod accept;
pub(crate) mod access;
mod addresses;
pub(crate) mod gate;
mod headers;
mod lobby;
mod locked;
mod patience;
pub(crate) mod tls;
pub(crate) mod token;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use self::access::Access;
use self::addresses::Addresses;
use self::lobby::Lobby;
use crate::config::{Config, Limits};
use crate::routes;
use crate::routes::ui::Ui;
use crate::source::Source;
use crate::tail::Tail;

/// How long the drain waits for the tail to have read what the log holds.
const CATCH_UP: Duration = Duration::from_millis(500);

/// How much longer a drain takes for each client; at most half the time it has.
const LEAVE_EACH: Duration = Duration::from_millis(1);

/// What the routes of one bridge share.
pub(crate) struct State {
    pub(crate) source: Arc<Source>,
    pub(crate) access: Arc<Access>,
    pub(crate) limits: Limits,
    pub(crate) ui: Ui,
    /// Each request leaves a line in the log.
    has_access_log: bool,
    tls: Option<TlsAcceptor>,
    /// What is left of the connections allowed.
    connections: Arc<Semaphore>,
    addresses: Arc<Addresses>,
    lobby: Arc<Lobby>,
    /// Cancelled when the bridge is about to stop; it accepts connections for a while longer.
    pub(crate) stopping: CancellationToken,
    /// Cancelled when clients are to take their leave.
    pub(crate) drain: CancellationToken,
    /// Everything that runs for a client.
    pub(crate) tasks: TaskTracker,
}

impl State {
    /// Ends when one client is to take its leave.
    pub(crate) async fn leave(&self) {
        self.drain.cancelled().await;
        sleep(self.leave_after()).await;
    }

    /// How long after the drain has begun one client is to take its leave: not all at once, lest they all come back at
    /// once.
    pub(crate) fn leave_after(&self) -> Duration {
        let clients = u32::try_from(self.source.metrics.connections.get()).unwrap_or(u32::MAX);
        let window = LEAVE_EACH.saturating_mul(clients).min(self.limits.drain / 2);
        window.mul_f64(fastrand::f64())
    }
}

/// Serves `listener` until `shutdown`, then drains.
pub(crate) async fn run(
    listener: TcpListener,
    config: &Config,
    tls: Option<TlsAcceptor>,
    own: Option<BoxedFilter<(Response,)>>,
    source: Arc<Source>,
    shutdown: impl Future<Output = ()>,
) {
    let state = Arc::new(State {
        source: source.clone(),
        access: Arc::new(Access::new(config)),
        limits: config.limits.clone(),
        ui: Ui::new(config.ui_dir.clone()),
        has_access_log: config.has_access_log,
        tls,
        connections: Arc::new(Semaphore::new(config.limits.connections)),
        addresses: Arc::new(Addresses::new(&config.limits)),
        lobby: Arc::new(Lobby::new(config.limits.pending_connections)),
        stopping: CancellationToken::new(),
        drain: CancellationToken::new(),
        tasks: TaskTracker::new(),
    });
    let routes = routes::all(&state, own);
    let tail = tokio::spawn(Tail::new(source, &config.limits).run());
    tokio::select! {
        () = shutdown => {}
        () = accept::accept(&listener, &state, &routes) => {}
    }
    state.stopping.cancel();
    // Without end, but for the time it is given.
    let _ = timeout(config.limits.drain_notice, accept::accept(&listener, &state, &routes)).await;
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

//! Sockets. Owns accepting, the number of connections at a time and what an HTTP connection may take; what is
//! answered on it is the routes' business.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use warp::filters::BoxedFilter;
use warp::reply::Response as Answer;

use super::access::Access;
use super::{State, headers};
use crate::answer;
use crate::metrics::{Metrics, Refusal};

/// The largest head of a request, and what is gathered of an answer before it is written.
const HTTP_BUFFER_BYTES: usize = 64 * 1024;
/// How long accepting pauses after a failure that is not the peer's, such as no free file descriptor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Refusals under way at one time, and how long one may take.
const MAX_REFUSALS: usize = 64;
const REFUSAL: Duration = Duration::from_secs(1);
/// What one more connection than allowed is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 52\r\n\r\nthe bridge has all the connections it may have open\n";

/// A connection's claim to one of the connections allowed; whoever takes the socket over keeps a clone.
pub(crate) type Claim = Arc<Counted>;

/// One connection of those allowed.
#[derive(Debug)]
pub(crate) struct Counted {
    _permit: OwnedSemaphorePermit,
    metrics: Arc<Metrics>,
}

impl Counted {
    fn new(permit: OwnedSemaphorePermit, metrics: Arc<Metrics>) -> Self {
        metrics.connections.raise();
        Self {
            _permit: permit,
            metrics,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.metrics.connections.lower();
    }
}

/// Breaks a connection off: for whoever waits for a peer that takes nothing, while the connection waits for it as well.
#[derive(Clone, Debug)]
pub(crate) struct HangUp(CancellationToken);

impl HangUp {
    pub(crate) fn now(&self) {
        self.0.cancel();
    }
}

/// Accepts connections until the future is dropped.
pub(super) async fn accept(listener: &TcpListener, state: &Arc<State>, routes: &BoxedFilter<(Answer,)>) {
    let free = Arc::new(Semaphore::new(state.limits.connections));
    let refusals = Arc::new(Semaphore::new(MAX_REFUSALS));
    loop {
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) if is_of_the_peer(&error) => continue,
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections now");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if let Ok(permit) = free.clone().try_acquire_owned() {
            let claim = Counted::new(permit, state.source.metrics.clone());
            serve(socket, Arc::new(claim), state, routes);
        } else {
            state.source.metrics.refused(Refusal::Full);
            // Above a certain rush nobody gets even that answer.
            if let Ok(permit) = refusals.clone().try_acquire_owned() {
                state.tasks.spawn(timeout(REFUSAL, turn_away(socket, permit)));
            }
        }
    }
}

fn serve(socket: TcpStream, claim: Claim, state: &Arc<State>, routes: &BoxedFilter<(Answer,)>) {
    // Small frames are written at once; Nagle's algorithm would hold them back for the peer's delayed
    // acknowledgement. Without it the connection still works.
    let _ = socket.set_nodelay(true);
    let routes = TowerToHyperService::new(warp::service(routes.clone()));
    let access = state.access.clone();
    let hang_up = HangUp(CancellationToken::new());
    let broken_off = hang_up.0.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(claim.clone());
        request.extensions_mut().insert(hang_up.clone());
        respond(request, routes.clone(), access.clone())
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(state.limits.header_timeout)
        .max_buf_size(HTTP_BUFFER_BYTES)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    let drain = state.drain.clone();
    state.tasks.spawn(async move {
        let mut connection = pin!(connection);
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = broken_off.cancelled() => return,
            () = drain.cancelled() => {
                // An answer on its way is finished, an idle connection is closed.
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    served = connection => served,
                    () = broken_off.cancelled() => return,
                }
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, "a connection ended with an error");
        }
    });
}

async fn respond<S>(request: Request<Incoming>, routes: S, access: Arc<Access>) -> Result<Answer, Infallible>
where
    S: hyper::service::Service<Request<Incoming>, Response = Answer, Error = Infallible>,
{
    let host = access.host(request.headers());
    let mut answer = match &host {
        Ok(_) => routes.call(request).await?,
        Err(refused) => answer::refusal(refused),
    };
    headers::secure(answer.headers_mut(), host.as_ref().ok());
    Ok(answer)
}

async fn turn_away(mut socket: TcpStream, _permit: OwnedSemaphorePermit) {
    // A socket closed with a request unread is reset, and the answer lost with it.
    if socket.write_all(FULL).await.is_ok() && socket.shutdown().await.is_ok() {
        let mut request = [0; 1024];
        while socket.read(&mut request).await.is_ok_and(|read| read > 0) {}
    }
}

/// The peer went away before it was accepted.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

//! Sockets. Owns accepting, the number of connections at a time, in all and of one address, the TLS handshake, and what
//! an HTTP connection may take; what is answered on it is the gate's and the routes' business.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use warp::filters::BoxedFilter;
use warp::reply::Response as Answer;

use super::addresses::Seat;
use super::patience::Patient;
use super::{State, gate};
use crate::metrics::{Metrics, Refusal};

/// About the largest head of a request (what is read at once may be more), and what is gathered of an answer before it is written.
const HTTP_BUFFER_BYTES: usize = 64 * 1024;
/// How long accepting pauses after a failure that is not the peer's, such as no free file descriptor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a connection is quiet before its peer is asked whether it lives, and how often then.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// Refusals under way at one time, and how long one may take.
const MAX_REFUSALS: usize = 64;
const REFUSAL: Duration = Duration::from_secs(1);
/// The first byte of a TLS handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// A connection's claim to one of the connections allowed; whoever takes the socket over keeps a clone.
pub(crate) type Claim = Arc<Counted>;

/// One connection of those allowed.
#[derive(Debug)]
pub(crate) struct Counted {
    _permit: OwnedSemaphorePermit,
    _seat: Seat,
    metrics: Arc<Metrics>,
}

/// Breaks a connection off: for whoever waits for a peer that takes nothing, while the connection waits for it as well.
#[derive(Clone, Debug, Default)]
pub(crate) struct HangUp(CancellationToken);

/// Accepts connections until the future is dropped.
pub(super) async fn accept(listener: &TcpListener, state: &Arc<State>, routes: &BoxedFilter<(Answer,)>) {
    let refusals = Arc::new(Semaphore::new(MAX_REFUSALS));
    loop {
        let (socket, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if is_of_the_peer(&error) => continue,
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections now");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        match admit(peer, state) {
            Ok(claim) => {
                state
                    .tasks
                    .spawn(serve(socket, peer, Arc::new(claim), state.clone(), routes.clone()));
            }
            Err(why) => {
                state.source.metrics.refused(why);
                // Above a certain rush nobody gets even that answer.
                if let Ok(permit) = refusals.clone().try_acquire_owned() {
                    let tls = state.tls.clone();
                    state.tasks.spawn(timeout(REFUSAL, turn_away(socket, tls, why, permit)));
                }
            }
        }
    }
}

fn admit(peer: SocketAddr, state: &State) -> Result<Counted, Refusal> {
    let permit = state
        .connections
        .clone()
        .try_acquire_owned()
        .map_err(|_| Refusal::Full)?;
    let seat = state.addresses.seat(peer.ip()).ok_or(Refusal::AddressFull)?;
    let metrics = state.source.metrics.clone();
    metrics.connections.raise();
    Ok(Counted {
        _permit: permit,
        _seat: seat,
        metrics,
    })
}

async fn serve(socket: TcpStream, peer: SocketAddr, claim: Claim, state: Arc<State>, routes: BoxedFilter<(Answer,)>) {
    tune(&socket, state.limits.no_progress * 2);
    let hang_up = HangUp::default();
    let (guest, has_pushed) = state.lobby.enter(hang_up.clone());
    if has_pushed {
        state.source.metrics.refused(Refusal::Idle);
    }
    let broken_off = hang_up.0.clone();
    let http = Http {
        peer,
        claim,
        hang_up,
        guest: Mutex::new(Some(guest)),
        state: state.clone(),
        routes,
    };
    let served = async {
        match &state.tls {
            None => http.serve(Patient::new(socket, state.limits.no_progress * 2)).await,
            Some(tls) => {
                if let Some(socket) = encrypted(socket, tls, &state).await {
                    http.serve(socket).await;
                }
            }
        }
    };
    tokio::select! {
        () = served => {}
        () = broken_off.cancelled() => {}
    }
}

/// Without any of this the connection still works.
fn tune(socket: &TcpStream, patience: Duration) {
    // Small frames are written at once; Nagle's algorithm would hold them back for the peer's delayed acknowledgement.
    let _ = socket.set_nodelay(true);
    let socket = SockRef::from(socket);
    // A peer that is gone without a word, with its machine or its network, is asked now and then whether it lives …
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE));
    // … and what is sent to it is not sent again and again for the quarter of an hour that is usual.
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(patience));
    #[cfg(not(target_os = "linux"))]
    let _ = patience;
}

/// The connection, once TLS is spoken on it.
async fn encrypted(mut socket: TcpStream, tls: &TlsAcceptor, state: &State) -> Option<TlsStream<Patient<TcpStream>>> {
    let handshake = async {
        let mut first = [0];
        if socket.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
            say(&mut socket, Refusal::Tls).await;
            return Err(io::Error::other("no TLS is spoken"));
        }
        tls.accept(Patient::new(socket, state.limits.no_progress * 2)).await
    };
    let done = tokio::select! {
        done = timeout(state.limits.handshake_timeout, handshake) => done,
        () = state.drain.cancelled() => return None,
    };
    match done {
        Ok(Ok(socket)) => return Some(socket),
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake was not done in time"),
    }
    state.source.metrics.refused(Refusal::Tls);
    None
}

/// What a connection needs, whatever its bytes go through.
struct Http {
    peer: SocketAddr,
    claim: Claim,
    hang_up: HangUp,
    /// Until the first request.
    guest: Mutex<Option<super::lobby::Guest>>,
    state: Arc<State>,
    routes: BoxedFilter<(Answer,)>,
}

impl Http {
    async fn serve<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(self, socket: S) {
        let state = self.state.clone();
        let routes = TowerToHyperService::new(warp::service(self.routes.clone()));
        let service = service_fn(move |mut request: Request<Incoming>| {
            drop(self.guest.lock().unwrap_or_else(PoisonError::into_inner).take());
            request.extensions_mut().insert(self.claim.clone());
            request.extensions_mut().insert(self.hang_up.clone());
            gate::respond(request, self.peer, routes.clone(), self.state.clone())
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(state.limits.header_timeout)
            .max_buf_size(HTTP_BUFFER_BYTES)
            .serve_connection(TokioIo::new(socket), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = state.drain.cancelled() => {
                // An answer on its way is finished, an idle connection is closed.
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, "a connection ended with an error");
        }
    }
}

async fn turn_away(mut socket: TcpStream, tls: Option<TlsAcceptor>, why: Refusal, _permit: OwnedSemaphorePermit) {
    match tls {
        None => say(&mut socket, why).await,
        Some(tls) => {
            if let Ok(mut socket) = tls.accept(socket).await {
                say(&mut socket, why).await;
            }
        }
    }
}

async fn say(socket: &mut (impl AsyncRead + AsyncWrite + Unpin), why: Refusal) {
    let text = told(why);
    // A socket closed with a request unread is reset, and the answer lost with it.
    if socket.write_all(text.as_bytes()).await.is_ok() && socket.shutdown().await.is_ok() {
        let mut request = [0; 1024];
        while socket.read(&mut request).await.is_ok_and(|read| read > 0) {}
    }
}

/// What somebody is told who gets no connection.
fn told(why: Refusal) -> String {
    let (head, text) = match why {
        Refusal::Tls => ("400 Bad Request", "this bridge speaks TLS: come by https\n"),
        Refusal::AddressFull => (
            "429 Too Many Requests\r\nretry-after: 5",
            "your address has all the connections open that it may have\n",
        ),
        _ => (
            "503 Service Unavailable\r\nretry-after: 5",
            "the bridge has all the connections it may have open\n",
        ),
    };
    let length = text.len();
    format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{text}")
}

/// The peer went away before it was accepted.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

impl HangUp {
    pub(crate) fn now(&self) {
        self.0.cancel();
    }

    #[cfg(test)]
    pub(super) fn is_done(&self) -> bool {
        self.0.is_cancelled()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.metrics.connections.lower();
    }
}

//! An answer's body in the making. Owns backpressure over plain HTTP: a client is given a part when it has taken the
//! one before, so that it holds little memory however slow it is, and is hung up on when it takes nothing at all. What
//! is in the parts is the routes' business.

use std::io;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::poll_fn;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::server::accept::HangUp;

/// Parts are cut to this size, so that a slow client is seen to take something.
const PIECE_BYTES: usize = 32 * 1024;
/// Pieces that wait for the connection: enough for it to write several at once.
const PIECES: usize = 4;

/// See the module's description. Dropped before [`Body::finish`], the client sees that something is missing.
pub(crate) struct Body {
    /// None is the end.
    pieces: mpsc::Sender<Option<Bytes>>,
    no_progress: Duration,
    hang_up: Option<HangUp>,
}

/// Why a body can't be finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// The client went away.
    Gone,
    /// It took nothing, and was hung up on.
    HungUp,
}

impl Body {
    /// A body, and what the client gets of it.
    pub(crate) fn new(
        no_progress: Duration,
        hang_up: Option<HangUp>,
    ) -> (Self, impl Stream<Item = io::Result<Bytes>> + Send + Sync + use<>) {
        let (pieces, received) = mpsc::channel(PIECES);
        let body = Self {
            pieces,
            no_progress,
            hang_up,
        };
        (body, taken(received))
    }

    /// Ends when there is room for more. `part` is not copied.
    pub(crate) async fn send(&self, mut part: Bytes) -> Result<(), Left> {
        while !part.is_empty() {
            let piece = part.split_to(part.len().min(PIECE_BYTES));
            self.push(Some(piece)).await?;
        }
        Ok(())
    }

    /// Nothing is missing.
    pub(crate) async fn finish(self) {
        // The client may be gone; it has then no use for the end.
        let _ = self.push(None).await;
    }

    /// Ends when the client has gone.
    pub(crate) async fn closed(&self) {
        self.pieces.closed().await;
    }

    async fn push(&self, piece: Option<Bytes>) -> Result<(), Left> {
        if let Ok(sent) = timeout(self.no_progress, self.pieces.send(piece)).await {
            return sent.map_err(|_| Left::Gone);
        }
        // The connection waits for the same peer, and would for ever.
        if let Some(hang_up) = &self.hang_up {
            hang_up.now();
        }
        Err(Left::HungUp)
    }
}

/// Fails, rather than ends, where the end is missing.
fn taken(mut pieces: mpsc::Receiver<Option<Bytes>>) -> impl Stream<Item = io::Result<Bytes>> + Send + Sync {
    let mut is_done = false;
    poll_fn(move |context| {
        if is_done {
            return Poll::Ready(None);
        }
        pieces.poll_recv(context).map(|piece| {
            is_done = !matches!(piece, Some(Some(_)));
            match piece {
                Some(piece) => piece.map(Ok),
                None => Some(Err(io::ErrorKind::TimedOut.into())),
            }
        })
    })
}

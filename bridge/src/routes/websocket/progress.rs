//! A socket that knows when its peer last took something. Owns the difference between a client that is slow, which
//! is fine, and one that stands still.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, sleep};

/// When something was last written.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    origin: Instant,
    written_ms: Arc<AtomicU64>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            origin: Instant::now(),
            written_ms: Arc::default(),
        }
    }

    /// Something was written, or writing begins.
    pub(super) fn mark(&self) {
        let now = u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.written_ms.store(now, Ordering::Relaxed);
    }

    /// Ends when nothing has been written for `patience`.
    pub(super) async fn stopped(&self, patience: Duration) {
        loop {
            let written = Duration::from_millis(self.written_ms.load(Ordering::Relaxed));
            let idle = self.origin.elapsed().saturating_sub(written);
            match patience.checked_sub(idle) {
                Some(rest) if !rest.is_zero() => sleep(rest).await,
                _ => return,
            }
        }
    }
}

/// See the module's description.
#[derive(Debug)]
pub(super) struct Observed<S> {
    pub(super) socket: S,
    pub(super) progress: Progress,
}

impl<S: AsyncRead + Unpin> AsyncRead for Observed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Observed<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.socket).poll_write(context, bytes));
        self.progress.mark();
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

//! Whoever reads our stdout. Owns knowing that they went, also while there is nothing to write: `tail | head -1` must not
//! wait for another event.

use std::io::stdout;
use std::os::fd::AsFd as _;

use tokio::io::Interest;
use tokio::net::unix::pipe::Sender;

/// Ends when the reader has gone; never, if that can't be told, as of a file.
pub(super) async fn gone() {
    let watched = stdout().as_fd().try_clone_to_owned();
    // Unchecked, since it must stay as it is, in blocking mode: nothing is written here.
    if let Ok(watched) = watched.and_then(Sender::from_owned_fd_unchecked)
        && watched.ready(Interest::ERROR).await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}

//! Ctrl-C and its kin, for commands that end well when they are told to.

use tokio::signal::unix::{SignalKind, signal};

/// Ends when the user has had enough.
pub(super) fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

//! The one reader at the end of the log. Owns that reading and framing go on side by side: in a rush the log may be
//! trimmed, and so it is read in a thread that does nothing else, whatever framing, clients and their sockets take.

mod backlog;
mod framing;
mod reading;

use std::io;
use std::sync::{Arc, mpsc};
use std::thread;

use tokio::runtime;
use tokio_util::sync::CancellationToken;

use self::backlog::Backlog;
use self::framing::Framing;
use self::reading::Reading;
use crate::config::Limits;
use crate::source::Source;

/// See the module's description.
pub(crate) struct Tail {
    reading: Reading,
    framing: Framing,
}

impl Tail {
    pub(crate) fn new(source: Arc<Source>, limits: &Limits) -> Self {
        let backlog = Arc::<Backlog>::default();
        Self {
            reading: Reading::new(source.clone(), backlog.clone(), limits),
            framing: Framing::new(source, backlog),
        }
    }

    /// Follows the log for ever. Dropped, it stops.
    pub(crate) async fn run(self) {
        let Self { reading, framing } = self;
        let stop = CancellationToken::new();
        let _stop = stop.clone().drop_guard();
        let (give, given) = mpsc::channel();
        match start(given, stop) {
            Ok(()) => {
                // The thread waits for it.
                let _ = give.send(reading);
                framing.run().await;
            }
            Err(error) => {
                tracing::warn!(%error, "no thread to read the log in: it is read as there is time");
                tokio::join!(reading.run(), framing.run());
            }
        }
    }

    /// Reads what comes next; waits for it, but not for ever.
    #[cfg(test)]
    pub(crate) async fn read(&mut self) -> Result<(), event_core::log::LogError> {
        self.reading.step().await
    }

    /// Frames one piece of what was read; waits for it.
    #[cfg(test)]
    pub(crate) async fn frame(&mut self) {
        self.framing.step().await;
    }
}

/// A thread that reads, once it is given what, until it is told to stop.
fn start(given: mpsc::Receiver<Reading>, stop: CancellationToken) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let read = move || {
        if let Ok(reading) = given.recv() {
            runtime.block_on(stop.run_until_cancelled(reading.run()));
        }
    };
    thread::Builder::new().name("event-tail".to_owned()).spawn(read)?;
    Ok(())
}

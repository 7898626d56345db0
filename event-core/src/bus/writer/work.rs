//! The work of the writing thread. Owns the runtime and the order of waiting.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::notices::Notices;
use super::sender::Sender;
use super::shared::Shared;
use crate::log::Log;

/// A log that says nothing for so long may say nothing for long: what waits goes to the disk.
const STOW_AFTER: Duration = Duration::from_secs(1);

thread_local! {
    static IS_WRITER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the thread of a writer. What a log publishes while it is written to would feed itself for ever.
pub(in crate::bus) fn is_writer() -> bool {
    IS_WRITER.try_with(Cell::get).unwrap_or_default()
}

/// Works until the bus ends.
pub(super) fn run(shared: &Shared, log: &dyn Log, closing: watch::Receiver<Option<Instant>>) {
    IS_WRITER.set(true);
    let _over = Over(shared);
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(async {
            let mut sender = Sender::new(shared, log);
            tokio::select! {
                () = write(shared, &mut sender) => {}
                () = give_up(closing) => {}
            }
            shared.is_saved.store(sender.stow(), Ordering::Release);
        }),
        Err(error) => shared.end(&format!("no runtime to write with: {error}")),
    }
}

/// Tells those who wait that the thread has ended, whatever ended it.
struct Over<'a>(&'a Shared);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.queue.close();
        self.0.note(|progress| progress.is_over = true);
    }
}

/// Until closing has begun and its time is over.
async fn give_up(mut closing: watch::Receiver<Option<Instant>>) {
    let deadline = match closing.wait_for(Option::is_some).await {
        Ok(deadline) => *deadline,
        Err(_) => None,
    };
    if let Some(deadline) = deadline {
        tokio::time::sleep_until(deadline.into()).await;
    }
}

/// Writes until the queue is closed and everything is in the log.
async fn write(shared: &Shared, sender: &mut Sender<'_>) {
    let mut notices = Notices::new(shared);
    loop {
        if shared.queue.is_crowded() {
            sender.stow();
        }
        sender.hand_over();
        if sender.is_in_doubt() {
            sender.settle_doubt().await;
            continue;
        }
        let is_waiting = sender.is_waiting();
        if !is_waiting {
            shared.settle(shared.settled());
            if shared.queue.is_closed() && !shared.queue.has_work() {
                return;
            }
        }
        tokio::select! {
            answers = sender.answer(), if is_waiting => sender.settle(answers).await,
            () = shared.queue.ready(), if !is_waiting => {}
            () = tokio::time::sleep(STOW_AFTER), if is_waiting && sender.has_spool() => {
                sender.stow();
            }
            () = notices.due() => sender.tell(notices.take(shared)),
        }
    }
}

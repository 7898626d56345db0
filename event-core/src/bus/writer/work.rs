//! The work of the writing thread. Owns the runtime, the order of waiting, and what is said of the process while spans
//! are open.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::sender::Sender;
use super::shared::Shared;
use crate::bus::{own_record, spare};
use crate::catalog::ProducerAlive;
use crate::clock;
use crate::ids;
use crate::log::Log;

/// How often a process with open spans says that it lives.
const ALIVE_INTERVAL: Duration = Duration::from_secs(10);

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
    let mut next_alive = tokio::time::Instant::now() + ALIVE_INTERVAL;
    loop {
        sender.hand_over();
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
            () = tokio::time::sleep_until(next_alive) => {
                say_alive(shared);
                next_alive = tokio::time::Instant::now() + ALIVE_INTERVAL;
            }
        }
    }
}

/// Also the time to follow a wall clock that was set, and to let memory go.
fn say_alive(shared: &Shared) {
    clock::calibrate();
    spare::shrink();
    let open_spans = shared.open_spans.get();
    if open_spans > 0 {
        shared.queue.push(Box::new(own_record(&ProducerAlive {
            producer_id: ids::producer_id(),
            open_spans,
            open_runs: shared.open_runs.get(),
        })));
    }
}

//! A bridge in the test's own runtime.

use std::sync::Arc;
use std::time::Duration;

use event_bridge::{Bridge, Builder, Limits};
use event_core::log::Log;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::in_time;

pub(crate) struct TestBridge {
    pub(crate) port: u16,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl TestBridge {
    pub(crate) fn start(log: Arc<impl Log>) -> Self {
        Self::start_at(0, log)
    }

    pub(crate) fn start_at(port: u16, log: Arc<impl Log>) -> Self {
        Self::build(Bridge::builder().port(port).log(log).limits(limits()))
    }

    pub(crate) fn start_with(limits: Limits, log: Arc<impl Log>) -> Self {
        Self::build(Bridge::builder().port(0).log(log).limits(limits))
    }

    pub(crate) fn build(builder: Builder) -> Self {
        let bridge = builder.bind().unwrap();
        let port = bridge.url().rsplit(':').next().unwrap().parse().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            bridge
                .run(async {
                    // Dropped with the test, it stops as well.
                    let _ = stopped.await;
                })
                .await
                .unwrap();
        });
        Self {
            port,
            stop: Some(stop),
            task,
        }
    }

    /// Stops it, and waits until it has drained.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        in_time("the bridge stops", &mut self.task).await.unwrap();
    }
}

/// Those of a bridge that looks often whether its log is still the same, so that tests need not wait for it.
pub(crate) fn limits() -> Limits {
    Limits {
        patience: Duration::from_millis(500),
        ..Limits::default()
    }
}

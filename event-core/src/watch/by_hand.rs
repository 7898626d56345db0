//! A future inside a span by hand. It may be given up without the span: that goes on.

use std::future::Future;
use std::panic::UnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::span::{Call, Span};

pin_project! {
    /// A future inside a span; see [`Span::run_async`].
    #[must_use = "futures do nothing unless they are polled"]
    #[derive(Debug)]
    pub struct RunAsync<'a, R> {
        call: &'a mut Call,
        // Emptied when dropped, so that its destructor runs inside the span as well.
        #[pin]
        future: Option<R>,
    }

    impl<R> PinnedDrop for RunAsync<'_, R> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // Unwinding, somebody else's panic takes the span along: it stays suspended, which is to be given up.
            let _entered = if std::thread::panicking() {
                this.call.enter()
            } else {
                this.call.resume()
            };
            let mut future = this.future;
            future.set(None);
        }
    }
}

impl<R: UnwindSafe> UnwindSafe for RunAsync<'_, R> {}

impl<F> Span<F> {
    /// A future that is inside the span whenever it is polled.
    ///
    /// ```
    /// # use event_core::{Span, ToolInvoked, ToolReturned};
    /// # async fn fetch(_url: &str) -> Result<String, std::io::Error> { Ok(String::new()) }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), std::io::Error> {
    /// for url in ["https://a.example", "https://b.example"] {
    ///     let mut span = Span::start(&ToolInvoked { tool_name: "fetch", ..Default::default() });
    ///     let page = span.run_async(fetch(url)).await;
    ///     span.finish_with(&page, |_| ToolReturned { success: true, ..Default::default() });
    ///     let page = page?;
    /// #   let _ = page;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn run_async<R: Future>(&mut self, future: R) -> RunAsync<'_, R> {
        self.call.suspend();
        RunAsync {
            call: &mut self.call,
            future: Some(future),
        }
    }
}

impl<R: Future> Future for RunAsync<'_, R> {
    type Output = R::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else {
            unreachable!("only emptied when dropped");
        };
        this.call.poll(|| future.poll(cx))
    }
}

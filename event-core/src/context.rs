//! Where the running code stands: the current span, its run, the scope fields it passes on, and the bus it publishes
//! to. Owns the thread's current context and the ways to carry it elsewhere; it publishes nothing.

mod spare;
mod traceparent;

use std::cell::RefCell;
use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{self, Poll};

use pin_project_lite::pin_project;
use triomphe::Arc;

pub use self::traceparent::InvalidTraceparent;
use crate::bus::EventBus;
use crate::clock::Moment;
use crate::ids::{RunId, SpanId};
use crate::outcome::Streamed;
use crate::record::{EventType, Fields, Function, Identity};

/// The place of the running code among spans: what an event published here belongs to.
///
/// It follows calls and `.await`s by itself. A new task or thread starts without one; carry it there. (Tasks of a runtime
/// that is driven by `block_on` inside a span run on that thread, in that span.)
///
/// ```
/// use event_core::Context;
///
/// # async fn fetch() {}
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// tokio::spawn(Context::current().wrap(fetch()));
///
/// let context = Context::current();
/// std::thread::spawn(move || context.run(|| { /* … */ }));
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Context(Option<Arc<Node>>);

// Nothing in it can be seen half changed. A future with a call in it is as unwind-safe as without.
impl UnwindSafe for Context {}
impl RefUnwindSafe for Context {}

/// A place in the tree of spans.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// The run, and the span that is the parent of what happens here; both or none.
    pub(crate) identity: Identity,
    /// The payload of the event that started the span: carried to the finished one, its scope fields to all inside.
    pub(crate) fields: Fields,
    /// The bus of everything that happens here, if it is not the thread's or the global one.
    pub(crate) bus: Option<EventBus>,
    /// What the call knows of which this is the span, once it is open.
    pub(crate) opening: Option<Opening>,
    /// What came out of the stream that the call is, once that is known.
    pub(crate) streamed: OnceLock<Streamed>,
}

/// What a call knows from its start to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    pub(crate) started: Moment,
    pub(crate) finish: &'static EventType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) run: RunId,
    pub(crate) span: SpanId,
}

impl Node {
    /// The span that is the parent of what happens here; none outside any.
    pub(crate) fn place(&self) -> Option<Place> {
        Some(Place {
            run: self.identity.run?,
            span: self.identity.span?,
        })
    }

    /// As new, with the memory of its fields.
    fn clear(&mut self) {
        self.identity = Identity::default();
        self.fields.clear();
        self.bus = None;
        self.opening = None;
        self.streamed.take();
    }
}

thread_local! {
    static CURRENT: RefCell<Context> = const { RefCell::new(Context(None)) };
}

/// Looks at the place of the running code: none outside any, and on a thread that is going away.
///
/// `look` may not run code of a user's: it would see the place borrowed.
#[inline]
pub(crate) fn with_current<R>(look: impl FnOnce(Option<&Node>) -> Option<R>) -> Option<R> {
    CURRENT.try_with(|current| look(current.borrow().node())).ok().flatten()
}

impl Context {
    /// The context of the running code.
    pub fn current() -> Self {
        CURRENT.try_with(|current| current.borrow().clone()).unwrap_or_default()
    }

    /// The context of a caller in another process, from a W3C `traceparent` header. Spans started in it belong to the
    /// caller's run, and the caller's span is their parent.
    pub fn from_traceparent(header: &str) -> Result<Self, InvalidTraceparent> {
        let Place { run, span } = traceparent::parse(header)?;
        let mut node = Node::default();
        (node.identity.run, node.identity.span) = (Some(run), Some(span));
        Ok(Self::of(node))
    }

    /// The W3C `traceparent` header to send along with a request; none outside any span.
    pub fn traceparent(&self) -> Option<String> {
        self.place().map(traceparent::format)
    }

    /// The run that code in this context belongs to; none outside any span.
    pub fn run_id(&self) -> Option<RunId> {
        self.0.as_ref()?.identity.run
    }

    /// This context, publishing to `bus`, whatever is installed.
    pub fn with_bus(&self, bus: EventBus) -> Self {
        let here = self.0.as_deref();
        Self::of(Node {
            identity: here.map(|here| here.identity).unwrap_or_default(),
            fields: here.map(|here| here.fields.clone()).unwrap_or_default(),
            bus: Some(bus),
            ..Node::default()
        })
    }

    /// Runs `f` in this context, on this thread.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let mut context = self.clone();
        let _entered = context.enter();
        f()
    }

    /// A future that runs in this context, wherever it is polled.
    pub fn wrap<F: Future>(self, future: F) -> InContext<F> {
        InContext {
            context: self,
            future: Some(future),
        }
    }

    fn of(node: Node) -> Self {
        Self(Some(Arc::new(node)))
    }

    /// A place for a call that is about to begin: nobody else knows it.
    #[inline]
    pub(crate) fn of_call(function: Function, bus: EventBus) -> Self {
        let mut node = spare::take();
        if let Some(node) = Arc::get_mut(&mut node) {
            node.identity.function = function;
            node.bus = Some(bus);
        }
        Self(Some(node))
    }

    pub(crate) fn node(&self) -> Option<&Node> {
        self.0.as_deref()
    }

    /// Where it stands among spans; none outside any span.
    pub(crate) fn place(&self) -> Option<Place> {
        self.node()?.place()
    }

    /// None once somebody else has seen it.
    #[inline]
    pub(crate) fn node_mut(&mut self) -> Option<&mut Node> {
        self.0.as_mut().and_then(Arc::get_mut)
    }

    /// Keeps the memory of a place that is left for good.
    #[inline]
    pub(crate) fn retire(self) {
        if let Some(node) = self.0 {
            spare::keep(node);
        }
    }

    /// Exchanges this and the thread's context: once to enter, once more to leave. Nothing is counted or copied for
    /// it. A thread that is going away has none to exchange.
    #[inline]
    pub(crate) fn swap(&mut self) {
        let _ = CURRENT.try_with(|current| std::mem::swap(&mut *current.borrow_mut(), self));
    }

    /// Makes this the thread's context until the guard goes.
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        self.swap();
        Entered(self)
    }
}

/// While it lives, the thread is in the context, which itself holds the one before.
pub(crate) struct Entered<'a>(&'a mut Context);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.swap();
    }
}

pin_project! {
    /// A future in a [`Context`]; see [`Context::wrap`].
    #[must_use = "futures do nothing unless they are polled"]
    #[derive(Debug)]
    pub struct InContext<F> {
        context: Context,
        // Emptied when dropped, so that its destructor runs in the context as well.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for InContext<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let _entered = this.context.enter();
            let mut future = this.future;
            future.set(None);
        }
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else {
            unreachable!("only emptied when dropped");
        };
        let _entered = this.context.enter();
        future.poll(cx)
    }
}

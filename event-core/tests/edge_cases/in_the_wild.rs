//! Shapes of code that people have: web handlers, services, combinators, builders, visitors. Each does its work with
//! the attribute on everything.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::{self, Display, Write as _};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use event_core::testing::Capture;
use event_core::{StepFinished, StepStarted, emits};

use super::twin::{assert_paired, block_on};

/// A handler as axum takes them: any async function of extractors.
trait Handler<T, S>: Clone + Send + Sync + 'static {
    fn call(self, request: Request, state: S) -> Pin<Box<dyn Future<Output = Response> + Send>>;
}

struct Request(HashMap<String, String>);

#[derive(Debug, PartialEq)]
struct Response(u16, String);

trait FromRequest<S>: Sized {
    type Rejection: IntoResponse;
    fn from_request(request: &Request, state: &S) -> impl Future<Output = Result<Self, Self::Rejection>> + Send;
}

trait IntoResponse {
    fn into_response(self) -> Response;
}

impl IntoResponse for Response {
    #[emits(StepStarted, StepFinished)]
    fn into_response(self) -> Response {
        self
    }
}

impl IntoResponse for String {
    #[emits(StepStarted, |out| StepFinished { result_summary: Some(&out.1), ..StepFinished::default() })]
    fn into_response(self) -> Response {
        Response(200, self)
    }
}

impl<T: IntoResponse, E: IntoResponse> IntoResponse for Result<T, E> {
    #[emits(StepStarted, StepFinished)]
    fn into_response(self) -> Response {
        match self {
            Ok(value) => value.into_response(),
            Err(error) => error.into_response(),
        }
    }
}

struct Query<T>(T);
struct State<S>(S);

impl<S: Sync> FromRequest<S> for Query<u32> {
    type Rejection = Response;

    #[emits(StepStarted, StepFinished)]
    async fn from_request(request: &Request, _: &S) -> Result<Self, Response> {
        let n = request.0.get("n").ok_or_else(|| Response(400, "no n".to_owned()))?;
        n.parse().map(Query).map_err(|error| Response(422, format!("{error}")))
    }
}

impl<S: Clone + Sync> FromRequest<S> for State<S> {
    type Rejection = Response;

    #[emits(StepStarted, StepFinished)]
    async fn from_request(_: &Request, state: &S) -> Result<Self, Response> {
        Ok(Self(state.clone()))
    }
}

impl<F, Fut, R, S, A, B> Handler<(A, B), S> for F
where
    F: FnOnce(A, B) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send,
    R: IntoResponse,
    S: Send + Sync + 'static,
    A: FromRequest<S> + Send,
    B: FromRequest<S> + Send,
    <A as FromRequest<S>>::Rejection: Send,
{
    #[emits(StepStarted, StepFinished)]
    fn call(self, request: Request, state: S) -> Pin<Box<dyn Future<Output = Response> + Send>> {
        Box::pin(async move {
            let first = match A::from_request(&request, &state).await {
                Ok(first) => first,
                Err(rejection) => return rejection.into_response(),
            };
            let second = match B::from_request(&request, &state).await {
                Ok(second) => second,
                Err(rejection) => return rejection.into_response(),
            };
            self(first, second).await.into_response()
        })
    }
}

#[emits(StepStarted { step: u64::from(n), ..StepStarted::default() }, StepFinished)]
async fn doubles(Query(n): Query<u32>, State(limit): State<Arc<u32>>) -> Result<String, Response> {
    tokio::task::yield_now().await;
    if n > *limit {
        return Err(Response(413, format!("{n} is too much")));
    }
    Ok((n * 2).to_string())
}

#[test]
fn handlers_of_a_web_server() {
    #[emits(StepStarted, StepFinished)]
    fn serve<H: Handler<T, Arc<u32>>, T>(handler: &H, n: &str) -> Response {
        let request = Request([("n".to_owned(), n.to_owned())].into());
        block_on(async { handler.clone().call(request, Arc::new(100)).await })
    }
    let capture = Capture::start();
    assert_eq!(serve(&doubles, "21"), Response(200, "42".to_owned()));
    assert_eq!(serve(&doubles, "101"), Response(413, "101 is too much".to_owned()));
    assert_eq!(serve(&doubles, "x").0, 422);
    assert_paired(&capture.events());
}

/// A service as tower has them.
trait Service<R> {
    type Response;
    type Error;
    type Future: Future<Output = Result<Self::Response, Self::Error>>;
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>>;
    fn call(&mut self, request: R) -> Self::Future;
}

#[derive(Clone)]
struct Echo;

impl Service<String> for Echo {
    type Response = String;
    type Error = Infallible;
    type Future = std::future::Ready<Result<String, Infallible>>;

    #[emits(StepStarted, StepFinished)]
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    #[emits(StepStarted { node_id: &request, ..StepStarted::default() }, StepFinished)]
    fn call(&mut self, request: String) -> Self::Future {
        std::future::ready(Ok(request))
    }
}

#[derive(Clone)]
struct Timed<S>(S);

impl<S, R> Service<R> for Timed<S>
where
    S: Service<R> + Clone + Send + 'static,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = (S::Response, u8);
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    #[emits(StepStarted, StepFinished)]
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx)
    }

    #[emits(StepStarted, StepFinished)]
    fn call(&mut self, request: R) -> Self::Future {
        let clone = self.0.clone();
        let mut inner = std::mem::replace(&mut self.0, clone);
        Box::pin(async move { Ok((inner.call(request).await?, 1)) })
    }
}

#[test]
fn layers_of_services() {
    let capture = Capture::start();
    let answer = block_on(async {
        let mut service = Timed(Timed(Echo));
        std::future::poll_fn(|cx| service.poll_ready(cx)).await?;
        service.call("text".to_owned()).await
    });
    assert_eq!(answer, Ok((("text".to_owned(), 1), 1)));
    assert_paired(&capture.events());
}

/// Adaptors of iterators, as an extension of every iterator.
trait Steps: Iterator + Sized {
    #[emits(StepStarted, StepFinished)]
    fn pairs(self) -> Pairs<Self>
    where
        Self::Item: Clone,
    {
        Pairs {
            inner: self,
            last: None,
        }
    }
}

impl<I: Iterator> Steps for I {}

struct Pairs<I: Iterator> {
    inner: I,
    last: Option<I::Item>,
}

impl<I> Iterator for Pairs<I>
where
    I: Iterator,
    I::Item: Clone,
{
    type Item = (I::Item, I::Item);

    #[emits(StepStarted, StepFinished)]
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let last = match self.last.take() {
            Some(last) => last,
            None => self.inner.next()?,
        };
        let next = self.inner.next()?;
        self.last = Some(next.clone());
        Some((last, next))
    }

    #[emits(StepStarted, StepFinished)]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (low, high) = self.inner.size_hint();
        (low.saturating_sub(1), high)
    }

    #[emits(StepStarted, StepFinished)]
    fn fold<B, F>(mut self, init: B, mut f: F) -> B
    where
        Self: Sized,
        F: FnMut(B, Self::Item) -> B,
    {
        let mut folded = init;
        loop {
            match self.next() {
                Some(pair) => folded = f(folded, pair),
                None => break folded,
            }
        }
    }
}

#[test]
fn adaptors_of_iterators() {
    let capture = Capture::start();
    let differences: Vec<i32> = [1, 4, 9].into_iter().pairs().map(|(a, b)| b - a).collect();
    assert_eq!(differences, [3, 5]);
    assert_eq!([1, 4, 9].iter().pairs().fold(0, |sum, (a, b)| sum + a * b), 40);
    assert_paired(&capture.events());
}

/// A builder whose state is in its type.
struct Missing;
struct Given<T>(T);

#[must_use]
struct Builder<'a, N> {
    name: N,
    notes: Vec<&'a dyn Display>,
    kept: PhantomData<fn() -> N>,
}

impl<'a> Builder<'a, Missing> {
    #[emits(StepStarted, StepFinished)]
    fn new() -> Self {
        Self {
            name: Missing,
            notes: Vec::new(),
            kept: PhantomData,
        }
    }

    #[emits(StepStarted, StepFinished)]
    fn name<S: Into<String>>(self, name: S) -> Builder<'a, Given<String>> {
        Builder {
            name: Given(name.into()),
            notes: self.notes,
            kept: PhantomData,
        }
    }
}

impl<'a, N> Builder<'a, N> {
    #[emits(StepStarted, StepFinished)]
    fn note(mut self, note: &'a dyn Display) -> Self {
        self.notes.push(note);
        self
    }
}

impl Builder<'_, Given<String>> {
    #[emits(StepStarted, |out| StepFinished { result_summary: Some(out), ..StepFinished::default() })]
    fn build(self) -> Result<String, fmt::Error> {
        let Self {
            name: Given(mut name),
            notes,
            ..
        } = self;
        for note in notes {
            write!(name, " {note}")?;
        }
        Ok(name)
    }
}

#[test]
fn builders_with_a_state_in_their_type() {
    let capture = Capture::start();
    assert_eq!(
        Builder::new().note(&1).name("name").note(&"two").build().unwrap(),
        "name 1 two"
    );
    assert_paired(&capture.events());
}

/// A visitor, as serde has them.
struct Words<'de>(PhantomData<&'de ()>);

impl<'de> serde::de::Visitor<'de> for Words<'de> {
    type Value = Vec<&'de str>;

    #[emits(StepStarted, StepFinished)]
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    #[emits(StepStarted, StepFinished)]
    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        if text.is_empty() {
            return Err(E::custom("no words"));
        }
        Ok(text.split(' ').collect())
    }
}

#[emits(StepStarted, StepFinished)]
fn words<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<&'de str>, D::Error> {
    from.deserialize_str(Words(PhantomData))
}

#[test]
fn visitors_and_deserializers() {
    let capture = Capture::start();
    assert_eq!(
        words(&mut serde_json::Deserializer::from_str("\"a b\"")).unwrap(),
        ["a", "b"]
    );
    assert!(
        words(&mut serde_json::Deserializer::from_str("\"\""))
            .unwrap_err()
            .to_string()
            .starts_with("no words")
    );
    let told = words(&mut serde_json::Deserializer::from_str("1"))
        .unwrap_err()
        .to_string();
    assert!(told.contains("expected a text"), "{told}");
    assert_paired(&capture.events());
}

/// A future by hand, with a pinned field.
struct Countdown<F> {
    left: u8,
    inner: Pin<Box<F>>,
}

impl<F: Future> Future for Countdown<F> {
    type Output = (u8, F::Output);

    #[emits(StepStarted { step: u64::from(self.left), ..StepStarted::default() }, StepFinished)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let this = &mut *self;
        let output = std::task::ready!(this.inner.as_mut().poll(cx));
        Poll::Ready((this.left, output))
    }
}

#[test]
fn futures_by_hand() {
    let capture = Capture::start();
    assert_eq!(
        block_on(Countdown {
            left: 3,
            inner: Box::pin(async { "done" })
        }),
        (0, "done")
    );
    let events = capture.events();
    assert_paired(&events);
    assert_eq!(events.len(), 8);
}

//! Futures and streams that are returned, not awaited: 49 to 51 and 64. Their call is what they do, not their making.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use event_core::emits;
use event_core::testing::Capture;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};

use super::autos::autos;
use super::twin::{Begun, Done, Loud, begun, block_on, compare, end, seen, twins};

async fn pause() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[test]
fn case_49_a_boxed_future_is_finished_by_what_it_gives() {
    twins! {
        [Begun { n: text.len() as u64 }, |out| Done { value: Some(*out) }]
        fn<'a>(text: &'a str, loud: Loud) -> Pin<Box<dyn Future<Output = Result<u64, String>> + Send + 'a>> {
            seen("made");
            let length = text.len() as u64;
            Box::pin(async move {
                let _loud = loud;
                pause().await;
                if length == 0 {
                    return Err("no text".to_owned());
                }
                Ok(length)
            })
        }
    }
    assert_eq!(autos!(plain("", Loud("loud"))), autos!(attributed("", Loud("loud"))));
    let calls = |text| {
        compare(
            || block_on(plain(text, Loud("loud"))),
            || block_on(attributed(text, Loud("loud"))),
        )
    };
    let events = calls("abc");
    assert_eq!((begun(&events), end(&events)), (Some(3), ("ok", Some(3))));
    assert_eq!(calls("")[1].text("error"), Some("no text"));
}

#[test]
fn case_50_an_opaque_future_is_finished_by_what_it_gives() {
    {
        twins! { [Begun { n }, |out| Done { value: Some(*out) }] fn(n: u64) -> impl Future<Output = u64> + Send {
            seen("made");
            let twice = n * 2;
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                twice
            }
        } }
        let events = compare(|| block_on(plain(2)), || block_on(attributed(2)));
        assert_eq!((begun(&events), end(&events)), (Some(2), ("ok", Some(4))));
        let given_up = |future: Pin<Box<dyn Future<Output = u64>>>| {
            block_on(async { tokio::time::timeout(Duration::from_millis(1), future).await.is_err() })
        };
        let events = compare(|| given_up(Box::pin(plain(2))), || given_up(Box::pin(attributed(2))));
        assert_eq!(end(&events).0, "cancelled");
    }
    {
        twins! { [Begun { n }, |out| Done { value: Some(*out) }] fn(n: u64) -> impl Future<Output = Result<u64, String>> {
            ready(n.checked_sub(1).ok_or_else(|| "zero".to_owned()))
        } }
        assert_eq!(
            end(&compare(|| block_on(plain(2)), || block_on(attributed(2)))),
            ("ok", Some(1))
        );
        assert_eq!(
            end(&compare(|| block_on(plain(0)), || block_on(attributed(0)))).0,
            "error"
        );
    }
    twins! { fn() -> impl Future<Output = ()> {
        async { panic!("in a poll") }
    } }
    assert_eq!(
        end(&compare(|| block_on(plain()), || block_on(attributed()))).0,
        "panicked"
    );
}

#[test]
fn case_50_a_returned_future_that_is_not_polled_publishes_nothing() {
    #[emits(Begun, Done)]
    fn lazy() -> impl Future<Output = u8> {
        async { 1 }
    }
    #[emits(Begun, Done)]
    fn boxed() -> BoxFuture<'static, u8> {
        Box::pin(async { 1 })
    }
    let capture = Capture::start();
    drop((lazy(), boxed()));
    assert_eq!(capture.events(), []);
}

#[test]
fn case_51_an_alias_of_a_boxed_future_is_one() {
    trait Service {
        type Future: Future<Output = Result<u64, String>>;
        fn call(&self, n: u64) -> Self::Future;
    }
    struct Boxed;
    impl Service for Boxed {
        type Future = BoxFuture<'static, Result<u64, String>>;

        #[emits(Begun { n }, |out| Done { value: Some(*out) })]
        fn call(&self, n: u64) -> Self::Future {
            Box::pin(async move {
                pause().await;
                n.checked_sub(1).ok_or_else(|| "zero".to_owned())
            })
        }
    }
    assert_eq!(end(&compare(|| Ok(1), || block_on(Boxed.call(2)))), ("ok", Some(1)));
    assert_eq!(
        compare(|| true, || block_on(Boxed.call(0)).is_err())[1].text("error"),
        Some("zero")
    );
}

#[test]
fn case_51_a_returned_stream_is_finished_by_its_end() {
    #[emits(Begun { n }, Done)]
    fn opaque(n: u64) -> impl Stream<Item = u64> {
        stream::iter(0..n)
    }
    #[emits(Begun { n }, Done)]
    fn boxed<'a>(n: u64, _text: &'a str) -> BoxStream<'a, Result<u64, String>> {
        stream::iter(0..n)
            .map(Ok)
            .chain(stream::once(async { Err("broken".to_owned()) }))
            .boxed()
    }
    let events = compare(|| vec![0, 1, 2], || block_on(opaque(3).collect::<Vec<_>>()));
    assert_eq!((end(&events).0, &events[1].payload["items"]), ("ok", &3.into()));
    let events = compare(|| 2, || block_on(boxed(1, "text").collect::<Vec<_>>()).len());
    assert_eq!(events[1].text("error"), Some("broken"));
    let events = compare(|| 1, || block_on(opaque(3).take(1).collect::<Vec<_>>()).len());
    assert_eq!(end(&events).0, "cancelled");
}

#[async_trait]
trait Fetch: Sync {
    async fn fetch(&self, url: &str, loud: Loud) -> Result<u64, String>;

    #[emits(Begun { n: 7 }, |out| Done { value: Some(*out) })]
    async fn provided(&self) -> Result<u64, String> {
        self.fetch("provided", Loud("argument")).await
    }
}

struct Below;

#[async_trait]
impl Fetch for Below {
    #[emits(Begun { n: url.len() as u64 }, |out| Done { value: Some(*out) })]
    async fn fetch(&self, url: &str, loud: Loud) -> Result<u64, String> {
        pause().await;
        let _ = &loud;
        if url.is_empty() {
            return Err("no url".to_owned());
        }
        Ok(url.len() as u64)
    }
}

#[test]
fn case_64_methods_below_async_trait_are_finished_by_their_value() {
    let fetch = |url: &'static str| {
        let fetcher: Arc<dyn Fetch + Send> = Arc::new(Below);
        block_on(async move { fetcher.fetch(url, Loud("loud")).await })
    };
    let expected = |result: Result<u64, &str>| {
        seen("loud");
        result.map_err(str::to_owned)
    };
    let events = compare(|| expected(Ok(3)), || fetch("abc"));
    assert_eq!((begun(&events), end(&events)), (Some(3), ("ok", Some(3))));
    let events = compare(|| expected(Err("no url")), || fetch(""));
    assert_eq!(events[1].text("error"), Some("no url"));
    let events = compare(
        || {
            seen("argument");
            Ok(8)
        },
        || block_on(Below.provided()),
    );
    assert_eq!(
        (events.len(), begun(&events), end(&events)),
        (4, Some(7), ("ok", Some(8)))
    );
}

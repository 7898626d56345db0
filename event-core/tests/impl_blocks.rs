//! The attribute on an impl block: its options for the methods that carry it, and the type's name before theirs.
#![deny(warnings, clippy::pedantic)]

use async_trait::async_trait;
use event_core::testing::{Capture, Events};
use event_core::{Envelope, Event, emits};
use serde_json::{Value, json};

#[derive(Event, serde::Serialize, Default)]
struct Begun {
    n: u32,
}

#[derive(Event, serde::Serialize, Default)]
struct Done {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<u32>,
}

#[derive(serde::Serialize)]
struct Code {
    code: u32,
}

fn events(run: impl FnOnce()) -> Events {
    let capture = Capture::start();
    run();
    capture.events()
}

/// Where the first call says that it happened, below this module.
fn function(events: &[Envelope]) -> &str {
    let function = events[0].text("function").unwrap();
    function.strip_prefix("impl_blocks::").unwrap()
}

fn finished<'a>(events: &'a [Envelope], key: &str) -> Option<&'a Value> {
    events.last().unwrap().payload.get(key)
}

struct Engine<T> {
    is_loud: bool,
    item: T,
}

#[emits(when = self.is_loud, err = |e| Code { code: *e })]
impl<T: Clone> Engine<T> {
    /// It says something.
    #[emits(Begun { n }, |out| Done { value: Some(*out) })]
    fn run(&self, n: u32) -> Result<u32, u32> {
        if n == 0 { Err(7) } else { Ok(n) }
    }

    #[emits(Begun { n: 1 }, Done, when = true, err = _)]
    async fn always(&mut self) -> T {
        tokio::task::yield_now().await;
        self.item.clone()
    }

    #[emits(Begun { n: 2 })]
    fn point(&self) {}

    #[emits(Begun, Done)]
    #[emits(Begun, Done)]
    fn twice(&self) {}

    fn untouched(&self) -> T {
        self.item.clone()
    }

    #[cfg_attr(all(), doc = "a condition that holds", emits(Begun { n: 3 }, Done))]
    fn on(&self) {}

    #[cfg_attr(any(), emits(Begun { n: 4 }, Done))]
    fn off(&self) -> bool {
        self.is_loud
    }
}

const fn engine(is_loud: bool) -> Engine<u32> {
    Engine { is_loud, item: 5 }
}

#[test]
fn methods_have_the_options_of_their_block() {
    assert!(events(|| assert_eq!(engine(false).run(1), Ok(1))).is_empty());
    assert!(events(|| engine(false).point()).is_empty());
    let events = events(|| assert_eq!(engine(true).run(0), Err(7)));
    assert_eq!(finished(&events, "code"), Some(&json!(7)));
    assert_eq!(finished(&events, "outcome"), Some(&json!("error")));
}

#[tokio::test]
async fn a_methods_own_options_win() {
    let capture = Capture::start();
    assert_eq!(engine(false).always().await, 5);
    assert_eq!(function(&capture.events()), "Engine::always");
}

#[test]
fn the_name_of_the_type_stands_before_the_methods() {
    assert_eq!(
        function(&events(|| assert_eq!(engine(true).run(1), Ok(1)))),
        "Engine::run"
    );
    assert_eq!(function(&events(|| engine(true).point())), "Engine::point");
}

#[test]
fn methods_without_the_attribute_publish_nothing() {
    assert!(events(|| assert_eq!(engine(true).untouched(), 5)).is_empty());
}

#[test]
fn each_of_two_attributes_on_a_method_has_the_options() {
    assert!(events(|| engine(false).twice()).is_empty());
    let events = events(|| engine(true).twice());
    assert_eq!(events.len(), 4);
    assert!(
        events
            .iter()
            .all(|event| event.text("function").unwrap().ends_with("Engine::twice"))
    );
}

#[test]
fn a_method_below_cfg_attr_has_the_options_if_the_condition_holds() {
    assert_eq!(function(&events(|| engine(true).on())), "Engine::on");
    assert!(events(|| engine(false).on()).is_empty());
    assert!(events(|| assert!(engine(true).off())).is_empty());
}

trait Count {
    fn count(&self) -> u32;
}

#[emits]
impl Count for Vec<u32> {
    #[emits(Begun, |out| Done { value: Some(*out) })]
    fn count(&self) -> u32 {
        self.iter().sum()
    }
}

#[emits]
impl<T> Count for &[T] {
    #[emits(Begun, Done)]
    fn count(&self) -> u32 {
        1
    }
}

#[emits]
impl<T, const N: usize> Count for [T; N] {
    #[emits(Begun, Done)]
    fn count(&self) -> u32 {
        2
    }
}

struct Wrapped<C>(C);

#[emits]
impl<C> Count for &Wrapped<C>
where
    C: Count,
{
    #[emits(Begun, Done)]
    fn count(&self) -> u32 {
        self.0.count()
    }
}

#[emits]
impl Count for (u8, Wrapped<u8>) {
    #[emits(Begun, Done)]
    fn count(&self) -> u32 {
        4
    }
}

macro_rules! counts {
    ($($ty:ty),*) => {
        $(
            #[emits]
            impl Count for $ty {
                #[emits(Begun, Done)]
                fn count(&self) -> u32 {
                    5
                }
            }
        )*
    };
}

counts!(String, dyn std::fmt::Debug + Send);

#[test]
fn a_trait_is_implemented_for_all_kinds_of_types() {
    let function = |run: &dyn Fn() -> u32| {
        let events = events(|| assert!(run() > 0));
        function(&events).to_owned()
    };
    let debug: &(dyn std::fmt::Debug + Send) = &1;
    assert_eq!(function(&|| Count::count(&vec![1, 2])), "Vec::count");
    assert_eq!(function(&|| Count::count(&&[1, 2][..])), "[T]::count");
    assert_eq!(function(&|| Count::count(&[1, 2])), "[T; N]::count");
    assert_eq!(function(&|| Count::count(&&Wrapped(vec![1]))), "Wrapped::count");
    assert_eq!(function(&|| Count::count(&(1, Wrapped(1)))), "(u8, Wrapped)::count");
    assert_eq!(function(&|| Count::count(&String::new())), "String::count");
    assert_eq!(function(&|| debug.count()), "dyn Debug::count");
}

#[async_trait]
trait Fetch {
    async fn fetch(&self, url: String) -> Result<u32, u32>;
    async fn pair(&mut self, pair: (String, u32)) -> u32;
    fn sync(&self) -> u32;
}

struct Client;

#[emits(err = |e| Code { code: *e })]
#[async_trait]
impl Fetch for Client {
    #[emits(Begun { n: u32::try_from(url.len()).unwrap_or_default() }, |out| Done { value: Some(*out) })]
    async fn fetch(&self, url: String) -> Result<u32, u32> {
        tokio::task::yield_now().await;
        if url.is_empty() { Err(404) } else { Ok(1) }
    }

    #[emits(Begun { n: count + 1 }, |out| Done { value: Some(*out) }, err = _)]
    async fn pair(&mut self, (name, count): (String, u32)) -> u32 {
        tokio::task::yield_now().await;
        drop(name);
        count
    }

    #[emits(Begun, Done, err = _)]
    fn sync(&self) -> u32 {
        3
    }
}

#[tokio::test]
async fn async_trait_below_the_attribute_sees_methods_that_are_watched() {
    let capture = Capture::start();
    let mut client: Box<dyn Fetch> = Box::new(Client);
    assert_eq!(client.fetch(String::new()).await, Err(404));
    assert_eq!(client.fetch("url".to_owned()).await, Ok(1));
    assert_eq!(client.pair(("a".to_owned(), 2)).await, 2);
    assert_eq!(client.sync(), 3);
    let events = capture.events();
    assert_eq!(finished(&events[..2], "code"), Some(&json!(404)));
    assert_eq!(finished(&events[..4], "value"), Some(&json!(1)));
    assert_eq!(finished(&events[..6], "n"), Some(&json!(3)));
    assert_eq!(finished(&events, "outcome"), Some(&json!("ok")));
    assert_eq!(function(&events[2..]), "Client::fetch");
}

#[tokio::test]
async fn a_future_of_async_trait_that_is_dropped_is_cancelled() {
    let capture = Capture::start();
    {
        let mut fetch = std::pin::pin!(Client.fetch("url".to_owned()));
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(fetch.as_mut().poll(cx).is_pending())).await);
    }
    assert_eq!(finished(&capture.events(), "outcome"), Some(&json!("cancelled")));
}

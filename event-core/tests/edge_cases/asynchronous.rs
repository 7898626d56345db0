//! Async functions: 59 to 63, 65 and 66. Below and above `#[async_trait]`, 64, is in `surroundings`.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Mutex;
use std::task::{Context, Waker};
use std::time::Duration;

use event_core::testing::Capture;
use event_core::{Event, emits};

use super::autos::autos;
use super::twin::{Begun, Done, Loud, begun, block_on, compare, end, same_async, twins};

#[derive(Event, serde::Serialize)]
struct Shown<'a> {
    text: &'a str,
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[test]
fn case_59_a_future_that_is_not_polled_publishes_nothing() {
    twins! { async fn(a: Loud) { drop(a); } }
    let capture = Capture::start();
    drop(plain(Loud("a")));
    drop(attributed(Loud("a")));
    assert_eq!(capture.events(), []);
}

#[test]
fn case_59_a_future_that_is_dropped_on_its_way_was_cancelled() {
    twins! { async fn() -> u8 {
        let _local = Loud("local");
        tokio::time::sleep(Duration::from_secs(1)).await;
        7
    } }
    let patience = Duration::from_millis(1);
    let events = compare(
        || block_on(async { tokio::time::timeout(patience, plain()).await.ok() }),
        || block_on(async { tokio::time::timeout(patience, attributed()).await.ok() }),
    );
    assert_eq!(end(&events).0, "cancelled");
}

#[test]
fn case_59_a_future_that_is_dropped_by_a_panic_elsewhere_was_cancelled() {
    twins! { async fn() { pause().await; } }
    let dropped_by_a_panic = |future: std::pin::Pin<Box<dyn Future<Output = ()>>>| -> () {
        let mut future = future;
        let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        panic!("elsewhere")
    };
    let events = compare(
        || block_on(async { dropped_by_a_panic(Box::pin(plain())) }),
        || block_on(async { dropped_by_a_panic(Box::pin(attributed())) }),
    );
    assert_eq!(end(&events).0, "cancelled");
}

#[test]
fn case_60_a_future_has_the_auto_traits_of_its_twin() {
    twins! { [Shown { text: &format!("{a}") }, Done] async fn<T>(a: u8, held: T) -> T {
        pause().await;
        let _ = a;
        held
    } }
    assert_eq!(autos!(plain(1, 1_u8))[..3], autos!(attributed(1, 1_u8))[..3]);
    assert_eq!(autos!(plain(1, 1_u8))[0], ("Send", true));
    assert_eq!(
        autos!(plain(1, Rc::new(1)))[..3],
        autos!(attributed(1, Rc::new(1)))[..3]
    );
    assert_eq!(autos!(plain(1, Rc::new(1)))[0], ("Send", false));
    let cell = || RefCell::new(1);
    assert_eq!(autos!(plain(1, cell()))[..3], autos!(attributed(1, cell()))[..3]);
    assert_eq!(autos!(plain(1, cell()))[1], ("Sync", false));
    same_async!(1, "held".to_owned());
}

#[test]
fn case_60_a_future_is_as_safe_to_unwind_through_as_its_twin() {
    twins! { [Begun { n: u64::from(a) }, |out| Done { value: Some(u64::from(*out)) }] async fn<T>(a: u8, held: T) -> u8 {
        std::future::ready(()).await;
        drop(held);
        a
    } }
    assert_eq!(
        autos!(plain(1, 1_u8))[3..],
        [("UnwindSafe", true), ("RefUnwindSafe", true)]
    );
    assert_eq!(autos!(plain(1, 1_u8)), autos!(attributed(1, 1_u8)));
    let cell = || RefCell::new(1);
    assert_eq!(autos!(plain(1, cell())), autos!(attributed(1, cell())));
    let mut n = 1;
    assert_eq!(autos!(plain(1, &mut n)), autos!(attributed(1, &mut n)));
}

#[test]
fn case_61_guards_in_start_are_gone_before_the_body() {
    twins! {
        [Begun { n: m.lock().unwrap().len() as u64 }, |out| Done { value: Some(*out + m.lock().unwrap().len() as u64) }]
        async fn(m: &Mutex<Vec<u8>>) -> u64 {
            m.lock().unwrap().push(1);
            pause().await;
            m.lock().unwrap().push(2);
            3
        }
    }
    let m = Mutex::new(Vec::new());
    assert_eq!(autos!(attributed(&m))[0], ("Send", true));
    let events = compare(
        || block_on(plain(&Mutex::new(Vec::new()))),
        || block_on(attributed(&Mutex::new(Vec::new()))),
    );
    assert_eq!((begun(&events), end(&events)), (Some(0), ("ok", Some(5))));
}

#[test]
fn case_62_start_may_borrow_from_what_it_makes() {
    twins! { [Shown { text: m.lock().unwrap().as_str() }, |out| Done { value: Some(out.len() as u64) }] async fn(m: &Mutex<String>) -> String {
        pause().await;
        m.lock().unwrap().clone()
    } }
    let m = Mutex::new("text".to_owned());
    assert_eq!(autos!(attributed(&m))[0], ("Send", true));
    let events = same_async!(&m);
    assert_eq!((events[0].text("text"), end(&events)), (Some("text"), ("ok", Some(4))));

    #[emits(Shown { text: &String::from_utf8_lossy(&bytes.borrow()) }, Done)]
    async fn local(bytes: Rc<RefCell<Vec<u8>>>) -> usize {
        bytes.borrow_mut().push(b'!');
        pause().await;
        bytes.borrow().len()
    }
    let events = compare(|| 3, || block_on(local(Rc::new(RefCell::new(b"hi".to_vec())))));
    assert_eq!(events[1].text("text"), Some("hi"));
}

trait Native {
    async fn required(&self, n: u64) -> Result<u64, String>;

    #[emits(Begun { n }, |out| Done { value: Some(*out) })]
    async fn provided(&self, n: u64) -> Result<u64, String> {
        self.required(n).await
    }
}

#[trait_variant::make(Send)]
trait Shared {
    async fn fetch(&self, n: u64) -> u64;
}

struct Service;

impl Native for Service {
    #[emits(Begun { n: n + 1 }, |out| Done { value: Some(*out) })]
    async fn required(&self, n: u64) -> Result<u64, String> {
        pause().await;
        if n == 0 { Err("zero".to_owned()) } else { Ok(n) }
    }
}

impl Shared for Service {
    #[emits(Begun { n }, |out| Done { value: Some(*out) })]
    async fn fetch(&self, n: u64) -> u64 {
        pause().await;
        n * 2
    }
}

async fn fetched<S: Shared + Sync>(service: S) -> u64 {
    service.fetch(4).await
}

#[test]
fn case_63_async_methods_of_traits() {
    let events = compare(|| Ok(2), || block_on(Service.provided(2)));
    let n: Vec<_> = events
        .iter()
        .map(|event| event.payload["n"].as_u64().unwrap())
        .collect();
    assert_eq!(n, [2, 3, 3, 2]);
    let events = compare(|| true, || block_on(Service.provided(0)).is_err());
    assert_eq!(events[3].text("error"), Some("zero"));

    let spawned = || {
        block_on(async {
            tokio::spawn(event_core::Context::current().wrap(fetched(Service)))
                .await
                .unwrap()
        })
    };
    assert_eq!(compare(|| 8, spawned).len(), 2);
}

#[test]
fn case_65_calls_at_the_same_time_are_siblings() {
    #[emits(Begun { n }, |out| Done { value: Some(*out) })]
    async fn branch(n: u64) -> u64 {
        tokio::time::sleep(Duration::from_millis(n)).await;
        n
    }
    #[emits(Begun { n: 0 }, |out| Done { value: Some(*out) })]
    async fn joins() -> u64 {
        let (a, b) = tokio::join!(branch(20), branch(10));
        let c = tokio::select! {
            c = branch(1) => c,
            _ = branch(100) => unreachable!("slower"),
        };
        a + b
            + c
            + futures_util::future::join_all((2..5).map(branch))
                .await
                .iter()
                .sum::<u64>()
    }
    let events = compare(|| 40, || block_on(joins()));
    assert_eq!(events.len(), 16);
    let root = events[0].text("span_id");
    for event in events.iter().filter(|event| event.payload["n"] != 0) {
        assert_eq!(event.text("parent_id"), root, "{event:?}");
    }
    let lost = events.iter().find(|event| event.text("outcome") == Some("cancelled"));
    assert_eq!(lost.unwrap().payload["n"], 100);
}

#[test]
fn case_66_tasks_and_threads_are_entered_by_hand() {
    #[emits(Begun { n }, Done)]
    fn inside(n: u64) {
        let _ = n;
    }
    #[emits(Begun { n: 0 }, Done)]
    async fn spawns() {
        let context = event_core::Context::current();
        let carried = context.clone();
        std::thread::spawn(move || carried.run(|| inside(1))).join().unwrap();
        std::thread::spawn(|| inside(2)).join().unwrap();
        let carried = context.clone();
        tokio::task::spawn_blocking(move || carried.run(|| inside(3)))
            .await
            .unwrap();
        tokio::spawn(context.wrap(async { inside(4) })).await.unwrap();
    }
    let capture = Capture::start();
    block_on(spawns());
    let events = capture.events();
    let parents: Vec<_> = [1, 2, 3, 4]
        .map(|n| {
            events
                .iter()
                .find(|event| event.payload["n"] == n)
                .map(|event| event.text("parent_id"))
        })
        .into();
    let root = Some(events[0].text("span_id"));
    assert_eq!(parents, [root, None, root, root]);
}

#[test]
fn a_future_goes_on_on_another_thread() {
    #[emits(Begun { n: 1 }, |out| Done { value: Some(*out) })]
    async fn outer() -> u64 {
        pause().await;
        inner().await
    }
    #[emits(Begun { n: 2 }, Done)]
    async fn inner() -> u64 {
        tokio::task::yield_now().await;
        3
    }
    let capture = Capture::start();
    let mut future = Box::pin(outer());
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
    };
    let first = runtime();
    first.block_on(async {
        let mut polled = pin!(&mut future);
        let _ = std::future::poll_fn(|cx| std::task::Poll::Ready(polled.as_mut().poll(cx))).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    });
    let value = std::thread::spawn(move || runtime().block_on(future)).join().unwrap();
    drop(first);
    assert_eq!(value, 3);
    let events = capture.events();
    assert_eq!((events.len(), events[3].text("outcome")), (4, Some("ok")));
    assert_eq!(events[1].text("parent_id"), events[0].text("span_id"));
}

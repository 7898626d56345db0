//! The measurements. Each starts servers of its own and ends with them; clients share one thread, the publisher has
//! another.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use redis::Value;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::sleep;

use crate::client::{Client, Form, Got};
use crate::publisher::Publisher;
use crate::server::{self, Kind, STREAM, Server};

/// How long a server may need to see that a client has come.
const SETTLE: Duration = Duration::from_millis(500);
/// A server that does nothing takes no more than this of its core between two looks.
const IDLE: Duration = Duration::from_millis(5);
/// After so long without an event there comes none.
const PATIENCE: Duration = Duration::from_secs(3);
/// What the wire's stream keeps.
const MAXLEN: u64 = 10_000;
/// A client that takes no more than so many events a second is slow.
const SLOW_READ_BYTES: usize = 64 * 1024;

pub struct Load {
    pub clients: u64,
    pub per_second: u64,
    pub seconds: u64,
}

pub async fn burst(kind: Kind, form: Form, clients: u64, events: u64) -> String {
    let server = Server::start(kind, server::redis());
    let viewers = connect(&server, form, clients, false).await;
    let publisher = server.publisher(None);
    let (worked, began) = (server.work(), Instant::now());
    let published = publish(publisher, move |publisher| publisher.flat_out(events));
    let all = read(viewers, events - 1).await;
    finish(published).await;
    let worked = server.work() - worked;
    let last = all.iter().filter_map(|got| got.borrow().last).max().unwrap_or(began);
    let came: u64 = all.iter().map(|got| got.borrow().events).sum();
    let per_second = came as f64 / last.duration_since(began).as_secs_f64();
    let by_its_core = came as f64 / worked.as_secs_f64();
    format!("{per_second:.0} {by_its_core:.0} {}", clients * events - came)
}

pub async fn latency(kind: Kind, form: Form, load: &Load) -> String {
    let server = Server::start(kind, server::redis());
    let viewers = connect(&server, form, load.clients, true).await;
    let (mut ages, lost) = paced(&server, viewers, load).await;
    format!("{} {} {lost:.4}", quantile(&mut ages, 0.5), quantile(&mut ages, 0.99))
}

pub async fn stuck(seconds: u64, is_stuck: bool) -> String {
    let server = Server::start(Kind::Bridge, server::redis());
    let _never_reads = if is_stuck {
        connect(&server, Form::Plain, 1, false).await
    } else {
        Vec::new()
    };
    let viewers = connect(&server, Form::Plain, 10, true).await;
    let load = Load {
        clients: 10,
        per_second: 5_000,
        seconds,
    };
    let (mut ages, lost) = paced(&server, viewers, &load).await;
    assert!(lost == 0.0, "{lost} were lost");
    quantile(&mut ages, 0.99).to_string()
}

pub async fn flood(kind: Kind, clients: u64, events: u64) -> String {
    let server = Server::start(kind, server::redis());
    let viewers = connect(&server, Form::Plain, clients, false).await;
    let publisher = server.publisher(Some(MAXLEN));
    let published = publish(publisher, move |publisher| publisher.flat_out(events));
    let all = read(viewers, events - 1).await;
    finish(published).await;
    let came: u64 = all.iter().map(|got| got.borrow().events).sum();
    (clients * events - came).to_string()
}

pub async fn replay(kind: Kind, events: u64) -> String {
    let redis = server::redis();
    Publisher::to_redis(redis.port, None).flat_out(events);
    let bare = xrange(&redis.url(), events);
    let server = Server::start(kind, redis);
    // When it works no more, it has read what it keeps.
    let mut work = Duration::ZERO;
    while server.work() > work {
        work = server.work() + IDLE;
        sleep(SETTLE * 2).await;
    }
    let (worked, began) = (server.work(), Instant::now());
    let mut viewer = Client::connect(server.port, Form::Framed, "after=0").await;
    viewer.read_until(events - 1, PATIENCE).await;
    let got = viewer.got.borrow();
    assert_eq!((got.events, got.lost), (events, 0));
    let replayed = events as f64 / got.last.unwrap().duration_since(began).as_secs_f64();
    let by_its_core = events as f64 / (server.work() - worked).as_secs_f64();
    let (bare, bare_by_its_core) = bare;
    format!("{replayed:.0} {bare:.0} {by_its_core:.0} {bare_by_its_core:.0}")
}

/// Reads everything, a thousand at a time, and looks at nothing; entries a second, and a second of processor time.
fn xrange(url: &str, events: u64) -> (f64, f64) {
    let worked = server::work_of("self");
    let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
    let (mut from, mut count, began) = ("-".to_owned(), 0, Instant::now());
    while count < events {
        let mut command = redis::cmd("XRANGE");
        command.arg(STREAM).arg(&from).arg("+").arg("COUNT").arg(1000);
        let Value::Array(entries) = command.query(&mut connection).unwrap() else {
            panic!("XRANGE answers with an array");
        };
        count += entries.len() as u64;
        let Some(Value::Array(last)) = entries.last() else {
            break;
        };
        let Some(Value::BulkString(id)) = last.first() else {
            break;
        };
        from = format!("({}", String::from_utf8_lossy(id));
    }
    assert_eq!(count, events);
    let worked = server::work_of("self") - worked;
    (
        events as f64 / began.elapsed().as_secs_f64(),
        events as f64 / worked.as_secs_f64(),
    )
}

pub async fn idle(kind: Kind, form: Form, connections: u64) -> String {
    let server = Server::start(kind, server::redis());
    // What the first ones need is not theirs alone.
    let _first = connect(&server, form, 10, false).await;
    let before = server.resident_bytes();
    let _connections = connect(&server, form, connections, false).await;
    sleep(SETTLE * 4).await;
    ((server.resident_bytes() - before) / connections).to_string()
}

pub async fn steady(load: &Load, slow: u64) -> String {
    let server = Server::start(Kind::Bridge, server::redis());
    let viewers = connect(&server, Form::Plain, load.clients - slow, false).await;
    let slow = connect(&server, Form::Plain, slow, false).await;
    let slow: Vec<_> = slow
        .into_iter()
        .map(|viewer| spawn_local(viewer.read_slowly(SLOW_READ_BYTES)))
        .collect();
    let (per_second, time) = (load.per_second, Duration::from_secs(load.seconds));
    let publisher = server.publisher(Some(MAXLEN));
    let published = publish(publisher, move |publisher| publisher.paced(per_second, time));
    let reading = spawn_local(read(viewers, u64::MAX - 1));
    sleep(time / 10).await;
    let tenth = server.resident_bytes();
    sleep(time * 9 / 10).await;
    let end = server.resident_bytes();
    let publisher = finish(published).await;
    let all = reading.await.unwrap();
    slow.iter().for_each(JoinHandle::abort);
    let lost: u64 = all.iter().map(|got| publisher.published() - got.borrow().events).sum();
    format!("{} {} {lost}", tenth / 1024, end / 1024)
}

/// Publishes at a pace while the viewers read: the age of every event, and the share of events that did not come.
async fn paced(server: &Server, viewers: Vec<Client>, load: &Load) -> (Vec<u32>, f64) {
    let (per_second, time) = (load.per_second, Duration::from_secs(load.seconds));
    let publisher = server.publisher(Some(MAXLEN));
    let published = publish(publisher, move |publisher| publisher.paced(per_second, time));
    let clients = viewers.len() as u64;
    // Those who are still reading when the publisher ends hear nothing more after a while.
    let all = read(viewers, u64::MAX - 1).await;
    let published = finish(published).await.published() * clients;
    let came: u64 = all.iter().map(|got| got.borrow().events).sum();
    let ages = all
        .iter()
        .flat_map(|got| got.borrow_mut().ages.take().unwrap())
        .collect();
    (ages, (published - came) as f64 / published as f64)
}

async fn connect(server: &Server, form: Form, clients: u64, with_ages: bool) -> Vec<Client> {
    let mut viewers = Vec::new();
    for _ in 0..clients {
        let viewer = Client::connect(server.port, form, "").await;
        viewer.got.borrow_mut().ages = with_ages.then(Vec::new);
        viewers.push(viewer);
    }
    sleep(SETTLE).await;
    viewers
}

/// Lets everybody read up to this number, or until nothing comes any more.
async fn read(viewers: Vec<Client>, last: u64) -> Vec<Rc<RefCell<Got>>> {
    let mut reading = Vec::new();
    for mut viewer in viewers {
        reading.push(spawn_local(async move {
            viewer.read_until(last, PATIENCE).await;
            viewer.got
        }));
    }
    let mut all = Vec::new();
    for viewer in reading {
        all.push(viewer.await.unwrap());
    }
    all
}

type Publishing = thread::JoinHandle<Publisher>;

fn publish(mut publisher: Publisher, work: impl FnOnce(&mut Publisher) + Send + 'static) -> Publishing {
    thread::spawn(move || {
        work(&mut publisher);
        publisher
    })
}

async fn finish(publishing: Publishing) -> Publisher {
    tokio::task::spawn_blocking(|| publishing.join().unwrap())
        .await
        .unwrap()
}

fn quantile(ages: &mut [u32], share: f64) -> u32 {
    if ages.is_empty() {
        return 0;
    }
    let place = ((ages.len() - 1) as f64 * share) as usize;
    *ages.select_nth_unstable(place).1
}

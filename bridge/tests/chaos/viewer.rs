//! A viewer with moods, which comes back with its cursor whatever happens, and writes down what it was told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fastrand::Rng;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::stream::{Id, parse};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What a viewer was told, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Event(Id),
    Gap {
        lost: u64,
    },
    Reset,
    /// It came back with its cursor; nothing was told.
    Back,
}

pub(crate) struct Viewer {
    port: u16,
    random: Rng,
    cursor: String,
    pub(crate) told: Vec<Told>,
    /// Only reads on, to come to the end.
    is_calm: Arc<AtomicBool>,
}

/// Why a connection is over.
enum Left {
    Cut,
    Breaking,
    Closing,
}

impl Viewer {
    pub(crate) fn new(port: u16, seed: u64, is_calm: Arc<AtomicBool>) -> Self {
        Self {
            port,
            random: Rng::with_seed(seed),
            cursor: "0".to_owned(),
            told: Vec::new(),
            is_calm,
        }
    }

    /// Watches until it has seen the end, which is known by then.
    pub(crate) async fn watch(mut self, end: tokio::sync::watch::Receiver<Option<Id>>) -> Self {
        loop {
            let credit = if self.random.bool() { "&credit=65536" } else { "" };
            let url = format!(
                "ws://127.0.0.1:{}/events?framed=1{credit}&after={}",
                self.port, self.cursor
            );
            if let Ok((mut socket, _)) = connect_async(url).await {
                self.told.push(Told::Back);
                let left = self.read(&mut socket, !credit.is_empty(), &end).await;
                match left {
                    // Nobody answers any more, or says no word.
                    Ok(Left::Cut) | Err(_) => {}
                    Ok(Left::Closing) => drop(timeout(Duration::from_secs(1), socket.close(None)).await),
                    Ok(Left::Breaking) => {
                        if let MaybeTlsStream::Plain(socket) = socket.get_ref() {
                            socket.set_zero_linger().unwrap();
                        }
                    }
                }
                if self.is_at(&end) {
                    return self;
                }
            }
            sleep(Duration::from_millis(self.random.u64(10..200))).await;
        }
    }

    fn is_at(&self, end: &tokio::sync::watch::Receiver<Option<Id>>) -> bool {
        let last = self.told.iter().rev().find(|told| **told != Told::Back);
        end.borrow().is_some_and(|end| last == Some(&Told::Event(end)))
    }

    async fn read(
        &mut self,
        socket: &mut Socket,
        has_credit: bool,
        end: &tokio::sync::watch::Receiver<Option<Id>>,
    ) -> Result<Left, Error> {
        loop {
            if self.is_at(end) {
                return Ok(Left::Closing);
            }
            if !self.is_calm.load(Ordering::SeqCst) {
                match self.random.u32(..400) {
                    0 => return Ok(Left::Breaking),
                    1 => return Ok(Left::Closing),
                    // Stands still.
                    2 => sleep(Duration::from_millis(self.random.u64(..2_000))).await,
                    // Crawls.
                    3..50 => sleep(Duration::from_millis(self.random.u64(..20))).await,
                    _ => {}
                }
            }
            // The end may become known when all has come.
            let message = match timeout(Duration::from_millis(200), socket.next()).await {
                Ok(Some(message)) => message?,
                Ok(None) => return Ok(Left::Cut),
                Err(_) => continue,
            };
            let Message::Text(text) = message else { continue };
            text.lines().for_each(|line| self.take(line));
            if has_credit {
                let ack = format!(r#"{{"op":"ack","cursor":"{}"}}"#, self.cursor);
                socket.send(Message::text(ack)).await?;
            }
        }
    }

    fn take(&mut self, line: &str) {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no line: {line}"));
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        if line.get("event").is_some() {
            self.cursor = text("cursor");
            self.told.push(Told::Event(parse(&self.cursor)));
            return;
        }
        match text("control").as_str() {
            // Its place behind the gap is that of what comes next: until then it would be told again.
            "gap" => self.told.push(Told::Gap {
                lost: line["lost"].as_u64().expect("Redis can tell how many"),
            }),
            "reset" => {
                self.told.push(Told::Reset);
                self.cursor = text("cursor");
            }
            _ => {}
        }
    }
}

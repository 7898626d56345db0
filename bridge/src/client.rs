//! A client of the bridge: what the framed WebSocket brings, typed, in order, over any number of disconnections.
//!
//! Owns the way back: after whatever ends a connection it comes again with its cursor, later and later and never in step
//! with others, so that nothing is missed and nothing comes twice. It is never silent either: what was lost, and why
//! nothing comes, are items like the events.
//!
//! ```
//! # use event_core::EventBus;
//! use event_bridge::client::{Client, Item};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let bus = EventBus::memory();
//! # let bridge = event_bridge::Bridge::builder().port(0).log(bus.log()).spawn()?;
//! # let url = bridge.url();
//! # bus.publish_value("greeted", serde_json::json!({"whom": "world"}));
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let mut client = Client::builder(url).after("0").event_type("greeted").build()?;
//! loop {
//!     match client.next().await? {
//!         Item::Event(event) => {
//!             let greeted = event.envelope()?;
//!             println!("{} greeted {:?}", greeted.ts, greeted.text("whom"));
//!             // Kept somewhere, it is where another client goes on: Client::builder(url).after(&event.cursor).
//!             println!("done with {}", event.cursor);
//! #           assert_eq!(greeted.text("whom"), Some("world"));
//!             break;
//!         }
//!         Item::Gap(gap) => println!("{:?} events are gone: {}", gap.lost, gap.why),
//!         Item::Reset(reset) => println!("another log: {}", reset.why),
//!         Item::State(state) => println!("{state}"),
//!     }
//! }
//! # Ok(()) }) }
//! ```

mod backoff;
mod builder;
mod connection;
mod error;
mod http;
mod item;
mod progress;
mod target;

use std::fmt;
use std::time::Duration;

use futures_util::stream::{Stream, StreamExt as _, unfold};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_tungstenite::tungstenite::{self, Message};

use self::backoff::Backoff;
pub use self::builder::{Builder, TOKEN_VARIABLE};
use self::connection::{Opening, Socket};
pub use self::error::ClientError;
pub use self::http::RunSummary;
pub use self::item::{Gap, Item, Received, Reset, State};
use self::progress::Progress;
use self::target::Target;

/// See the module's description.
pub struct Client {
    target: Target,
    /// The parameters of the first connection, but for the cursor.
    filters: Vec<(String, String)>,
    start: Option<(String, String)>,
    progress: Progress,
    phase: Phase,
    backoff: Backoff,
    /// After how long without a word a connection is taken for dead.
    silence: Duration,
    /// When the bridge last said anything, on this connection.
    heard: Instant,
}

enum Phase {
    Waiting(Instant),
    Opening(Opening),
    Open(Box<Socket>),
    /// It would be refused again.
    Over(ClientError),
}

impl Client {
    /// A client of the bridge at `url`: `http://127.0.0.1:9999`, or `https://…`.
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder::new(url.into())
    }

    /// What comes next; waits for it, over all disconnections. Dropping the future loses nothing.
    ///
    /// # Errors
    ///
    /// If the bridge refuses the client for good: the same error from then on.
    pub async fn next(&mut self) -> Result<Item, ClientError> {
        loop {
            if let Some(item) = self.progress.next() {
                return Ok(item);
            }
            match &mut self.phase {
                Phase::Waiting(until) => {
                    sleep_until(*until).await;
                    let start = self.progress.start().or_else(|| self.start.clone());
                    // Without any, what was added since the first connection would be missed.
                    let start = start.or_else(|| self.progress.guess());
                    let parameters = start.iter().chain(&self.filters);
                    self.phase = Phase::Opening(self.target.open(parameters));
                }
                Phase::Opening(opening) => {
                    self.phase = match opening.await {
                        Ok(socket) => {
                            self.heard = Instant::now();
                            Phase::Open(Box::new(socket))
                        }
                        Err(error) if error.is_terminal() => Phase::Over(error),
                        Err(error) => return Ok(self.disconnected(error.retry_after(), error.to_string())),
                    };
                }
                Phase::Open(socket) => {
                    let heard = timeout_at(self.heard + self.silence, socket.next()).await;
                    if let Some(item) = self.hear(heard) {
                        return Ok(item);
                    }
                }
                Phase::Over(error) => return Err(error.clone()),
            }
        }
    }

    /// Takes what came over the socket; nothing at all means that it was silent for too long.
    fn hear(&mut self, heard: Result<Option<Result<Message, tungstenite::Error>>, Elapsed>) -> Option<Item> {
        self.heard = Instant::now();
        let why = match heard {
            Ok(Some(Ok(Message::Text(text)))) => {
                self.progress.take(&text);
                self.backoff.reset();
                return None;
            }
            Ok(Some(Ok(Message::Close(frame)))) => {
                let closed = ClientError::closed(frame.as_ref());
                if closed.is_terminal() {
                    self.phase = Phase::Over(closed);
                    return None;
                }
                closed.to_string()
            }
            Ok(Some(Ok(_))) => return None,
            Ok(Some(Err(error))) => format!("the connection broke: {error}"),
            Ok(None) => "the connection ended".to_owned(),
            Err(_) => "nothing came for too long".to_owned(),
        };
        Some(self.disconnected(self.progress.retry_after(), why))
    }

    /// The same as a stream, which ends after an error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Item, ClientError>> {
        unfold(Some(self), |client| async {
            let mut client = client?;
            let item = client.next().await;
            let rest = item.is_ok().then_some(client);
            Some((item, rest))
        })
    }

    /// From where another client would go on, once something was heard.
    pub fn cursor(&self) -> Option<&str> {
        self.progress.cursor()
    }

    fn disconnected(&mut self, retry_after: Option<Duration>, why: String) -> Item {
        let wait = retry_after.unwrap_or_else(|| self.backoff.next());
        self.progress.disconnected();
        self.phase = Phase::Waiting(Instant::now() + wait);
        Item::State(State::Disconnected { why, retry_in: wait })
    }
}

impl fmt::Debug for Client {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("target", &self.target)
            .field("cursor", &self.cursor())
            .finish_non_exhaustive()
    }
}

//! The stream as it really was: every id that Redis ever gave, whatever has become of it. Read without any code of the
//! bridge's, and in one step with whatever takes something away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use redis::{AsyncConnectionConfig, Client, Pipeline, Value, cmd, pipe};
use tokio::sync::Mutex;
use tokio::time::sleep;

pub(crate) type Id = (u64, u64);

const STREAM: &str = "agent_events";
/// So many every few milliseconds.
const BATCH: u64 = 5;
const PAUSE: Duration = Duration::from_millis(10);
/// Whether a command was done whose answer was given up nobody can tell, and then the truth is lost.
const PATIENCE: Duration = Duration::from_secs(60);

type Entries = Vec<(String, Vec<(String, String)>)>;

/// See the module's description.
pub(crate) struct Stream {
    client: Client,
    /// One for each time that the stream began anew.
    epochs: Mutex<Vec<Vec<Id>>>,
}

impl Stream {
    pub(crate) fn of(url: &str) -> Arc<Self> {
        Arc::new(Self {
            client: Client::open(url).unwrap(),
            epochs: Mutex::new(vec![Vec::new()]),
        })
    }

    /// What there was so far.
    pub(crate) async fn epochs(&self) -> Vec<Vec<Id>> {
        self.read_and(&Pipeline::new()).await;
        self.epochs.lock().await.clone()
    }

    /// Reads what is new and, with nothing in between, has Redis do something.
    pub(crate) async fn read_and(&self, command: &Pipeline) {
        let mut epochs = self.epochs.lock().await;
        let ids = epochs.last_mut().unwrap();
        loop {
            let from = ids.last().map_or("-".to_owned(), |(ms, seq)| format!("({ms}-{seq}"));
            let mut both = pipe();
            both.atomic().cmd("XRANGE").arg(STREAM).arg(from).arg("+");
            for command in command.cmd_iter() {
                both.add_command(command.clone());
            }
            let read: Result<Vec<Value>, _> = self.ask(&both).await;
            if let Ok(answers) = read {
                let entries: Entries = redis::from_redis_value(answers.into_iter().next().unwrap()).unwrap();
                ids.extend(entries.iter().map(|(id, _)| parse(id)));
                return;
            }
            sleep(PAUSE).await;
        }
    }

    /// The stream is deleted; what comes next belongs to another.
    pub(crate) async fn delete(&self) {
        let mut command = pipe();
        command.cmd("DEL").arg(STREAM);
        self.read_and(&command).await;
        self.epochs.lock().await.push(Vec::new());
    }

    /// Deleted, and begun anew with an id from long ago.
    pub(crate) async fn begin_with_an_earlier_id(&self) {
        let mut command = pipe();
        command.cmd("DEL").arg(STREAM);
        let json = r#"{"type":"early"}"#;
        command.cmd("XADD").arg(STREAM).arg("5-5").arg("json").arg(json);
        self.read_and(&command).await;
        self.epochs.lock().await.push(Vec::new());
    }

    /// All but the newest are gone.
    pub(crate) async fn trim(&self, keep: u64) {
        let mut command = pipe();
        command.cmd("XTRIM").arg(STREAM).arg("MAXLEN").arg(keep);
        self.read_and(&command).await;
    }

    /// Any command, which may fail or cut its own connection.
    pub(crate) async fn tell(&self, command: &str) {
        let mut words = command.split(' ');
        let mut whole = pipe();
        whole.add_command(cmd(words.next().unwrap()).arg(words.collect::<Vec<_>>()).clone());
        let _: Result<Value, _> = self.ask(&whole).await;
    }

    /// Publishes until it is told to stop. What a failure leaves in doubt shows when the stream is read.
    pub(crate) async fn publish(self: Arc<Self>, is_over: Arc<AtomicBool>) {
        let next = AtomicU64::new(0);
        while !is_over.load(Ordering::SeqCst) {
            let mut batch = pipe();
            for _ in 0..BATCH {
                let n = next.fetch_add(1, Ordering::SeqCst);
                let json = format!(
                    r#"{{"id":"{n}","type":"numbered","payload":{{"n":{n},"filler":"{:200}"}}}}"#,
                    ""
                );
                batch.cmd("XADD").arg(STREAM).arg("*").arg("json").arg(json).ignore();
            }
            let _: Result<Value, _> = self.ask(&batch).await;
            sleep(PAUSE).await;
        }
    }

    async fn ask<T: redis::FromRedisValue>(&self, commands: &Pipeline) -> Result<T, redis::RedisError> {
        let patient = AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
        let mut connection = self
            .client
            .get_multiplexed_async_connection_with_config(&patient)
            .await?;
        commands.query_async(&mut connection).await
    }
}

/// `ms-seq`, with or without an ordinal behind it.
pub(crate) fn parse(id: &str) -> Id {
    let id = id.split('@').next().unwrap();
    let (ms, seq) = id.split_once('-').unwrap_or((id, "0"));
    (ms.parse().unwrap(), seq.parse().unwrap())
}

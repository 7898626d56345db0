//! What arrived, read without any code of ours: the numbers in the payloads, in the order of the stream.

use redis::{Client, Connection, Value, cmd, pipe};

use crate::redis_server::RedisServer;

const STREAM: &str = "agent_events";

type Entries = Vec<(String, Vec<(String, String)>)>;

/// The numbers that were read, also those that the server has forgotten since.
#[derive(Default)]
pub struct Reader {
    pub numbers: Vec<u64>,
    /// Read behind it.
    last: Option<String>,
}

impl Reader {
    /// Reads what is new.
    pub fn read(&mut self, server: &RedisServer) {
        let from = self.from();
        let entries = cmd("XRANGE")
            .arg(STREAM)
            .arg(from)
            .arg("+")
            .query(&mut connection(server));
        self.take(entries.unwrap());
    }

    /// Reads what is new and, with nothing in between, lets the server do this.
    pub fn read_and(&mut self, server: &RedisServer, command: &[&str]) {
        let mut both = pipe();
        both.atomic().cmd("XRANGE").arg(STREAM).arg(self.from()).arg("+");
        both.cmd(command[0]).arg(&command[1..]);
        let (entries, _): (Entries, Value) = both.query(&mut connection(server)).unwrap();
        self.take(entries);
    }

    fn from(&self) -> String {
        self.last.as_ref().map_or("-".to_owned(), |last| format!("({last}"))
    }

    fn take(&mut self, entries: Entries) {
        for (id, fields) in entries {
            let event: serde_json::Value = serde_json::from_str(&fields[0].1).unwrap();
            self.numbers.extend(event["payload"]["n"].as_u64());
            self.last = Some(id);
        }
    }
}

pub fn connection(server: &RedisServer) -> Connection {
    Client::open(server.url()).unwrap().get_connection().unwrap()
}

/// Has the server do something. It may end the connection over it.
pub fn tell(server: &RedisServer, command: &str) {
    let mut words = command.split(' ');
    let mut command = cmd(words.next().unwrap());
    let _: Value = command
        .arg(words.collect::<Vec<_>>())
        .query(&mut connection(server))
        .unwrap();
}

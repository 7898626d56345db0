//! A client of server-sent events, or of NDJSON, over HTTP/1.0 by hand, which spares it chunks.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;

use super::in_time;

pub(crate) struct Sse {
    lines: Lines<BufReader<TcpStream>>,
    pub(crate) head: String,
    /// As an `EventSource` would send it.
    pub(crate) last_event_id: String,
    pub(crate) retry_ms: Option<u64>,
    pub(crate) comments: usize,
}

#[derive(Debug)]
pub(crate) struct Message {
    /// Empty for an event.
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl Sse {
    pub(crate) async fn connect(port: u16, query: &str) -> Self {
        Self::connect_with(port, query, &[("accept", "text/event-stream")]).await
    }

    pub(crate) async fn resume(port: u16, query: &str, last_event_id: &str) -> Self {
        let headers = [("accept", "text/event-stream"), ("last-event-id", last_event_id)];
        Self::connect_with(port, query, &headers).await
    }

    pub(crate) async fn connect_with(port: u16, query: &str, headers: &[(&str, &str)]) -> Self {
        in_time("an HTTP stream begins", async {
            let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let mut request = format!("GET /events{query} HTTP/1.0\r\nhost: localhost\r\n");
            for (name, value) in headers {
                request.extend([name, ": ", value, "\r\n"]);
            }
            request.push_str("\r\n");
            socket.write_all(request.as_bytes()).await.unwrap();
            let mut stream = Self {
                lines: BufReader::new(socket).lines(),
                head: String::new(),
                last_event_id: String::new(),
                retry_ms: None,
                comments: 0,
            };
            while let Some(line) = stream.lines.next_line().await.unwrap().filter(|line| !line.is_empty()) {
                stream.head.extend([&line.to_ascii_lowercase(), "\n"]);
            }
            stream
        })
        .await
    }

    /// None at the end.
    pub(crate) async fn line(&mut self) -> Option<String> {
        in_time("a line", self.lines.next_line()).await.unwrap()
    }

    /// The next message, read as the standard says; none at the end.
    pub(crate) async fn message(&mut self) -> Option<Message> {
        let (mut name, mut data) = (String::new(), String::new());
        loop {
            let line = self.line().await?;
            if line.is_empty() && !data.is_empty() {
                let data = serde_json::from_str(&data).unwrap();
                return Some(Message { name, data });
            }
            match line.split_once(": ") {
                Some(("id", id)) => id.clone_into(&mut self.last_event_id),
                Some(("event", event)) => event.clone_into(&mut name),
                Some(("data", text)) => data.push_str(text),
                Some(("retry", ms)) => self.retry_ms = ms.parse().ok(),
                _ if line.starts_with(':') => self.comments += 1,
                _ => assert_eq!(line, "", "a line of no known form"),
            }
        }
    }

    /// The next message of this name; an event has none.
    pub(crate) async fn named(&mut self, name: &str) -> Value {
        loop {
            let message = self.message().await.unwrap_or_else(|| panic!("ended before {name:?}"));
            if message.name == name {
                return message.data;
            }
        }
    }

    /// The sequence numbers of the next `count` events, with nothing but heartbeats in between.
    pub(crate) async fn seqs(&mut self, count: usize) -> Vec<u64> {
        let mut seqs = Vec::new();
        while seqs.len() < count {
            let message = self.message().await.expect("the stream goes on");
            match &*message.name {
                "" => seqs.push(super::seq(&message.data)),
                name => assert!(["hello", "heartbeat"].contains(&name), "{message:?}"),
            }
        }
        seqs
    }
}

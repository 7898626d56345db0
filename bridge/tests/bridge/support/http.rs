//! HTTP/1.0 by hand, so that every byte of a request is the test's own.

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::in_time;

pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    /// As text, where it is one.
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn read(answer: &(impl AsRef<[u8]> + ?Sized)) -> Self {
        let answer = answer.as_ref();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let (head, body) = (String::from_utf8_lossy(&answer[..end]), &answer[end + 4..]);
        let answer = Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.into_owned(),
            body: String::from_utf8_lossy(body).into_owned(),
            bytes: body.to_vec(),
        };
        // Answers to HEAD tell of a body that they lack.
        if let Some(length) = answer.header("content-length").filter(|_| !body.is_empty()) {
            assert_eq!(length, body.len().to_string(), "{}", answer.head);
        }
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// The body's NDJSON lines.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.body
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub(crate) async fn get(port: u16, path: &str) -> Answer {
    get_with(port, path, &[("host", "localhost")]).await
}

/// With these headers and no others.
pub(crate) async fn get_with(port: u16, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(port, "GET", path, headers, "").await
}

/// With these headers, a body, and its length if there is one.
pub(crate) async fn send(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    in_time(path, async {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let mut request = format!("{method} {path} HTTP/1.0\r\n");
        for (name, value) in headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        if !body.is_empty() {
            request.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
        }
        request.extend(["\r\n", body]);
        socket.write_all(request.as_bytes()).await.unwrap();
        Answer::read(&rest_of(&mut socket).await)
    })
    .await
}

/// All that comes until the peer closes.
pub(crate) async fn rest(socket: &mut (impl AsyncRead + Unpin)) -> String {
    String::from_utf8(rest_of(socket).await).unwrap()
}

async fn rest_of(socket: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut answer = Vec::new();
    // A peer that closes with something unread breaks off, after what it said.
    let _ = in_time("the peer closes", socket.read_to_end(&mut answer)).await;
    answer
}

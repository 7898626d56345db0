//! WebSocket clients: one that knows nothing but events, as the guide's page, and one that reads lines.

use std::collections::VecDeque;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderName;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::{in_time, seq};

type Socket = WebSocketStream<Box<dyn Wire>>;

/// What a viewer's bytes go over.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {
    fn socket(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Wire for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}

pub(crate) struct Plain {
    socket: Socket,
}

impl Plain {
    pub(crate) async fn connect(port: u16, query: &str) -> Self {
        Self::try_connect(port, query).await.unwrap()
    }

    pub(crate) async fn try_connect(port: u16, query: &str) -> Result<Self, Error> {
        Self::connect_with(port, query, &[]).await
    }

    /// With these headers besides those of the handshake.
    pub(crate) async fn connect_with(port: u16, query: &str, headers: &[(&str, &str)]) -> Result<Self, Error> {
        let url = format!("ws://localhost:{port}/events{query}");
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let name = HeaderName::try_from(*name).unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let socket: Box<dyn Wire> = Box::new(TcpStream::connect(("127.0.0.1", port)).await?);
        let (socket, _) = in_time("a viewer connects", client_async(request, socket)).await?;
        Ok(Self { socket })
    }

    /// Over a connection that is there already.
    pub(crate) async fn over(socket: impl Wire + 'static, port: u16, query: &str) -> Self {
        let url = format!("ws://localhost:{port}/events{query}");
        let socket: Box<dyn Wire> = Box::new(socket);
        let (socket, _) = in_time("a viewer connects", client_async(url, socket)).await.unwrap();
        Self { socket }
    }

    /// The next text frame; none if the connection is closed.
    pub(crate) async fn text(&mut self) -> Option<String> {
        in_time("a text frame", async {
            loop {
                match self.socket.next().await? {
                    Ok(Message::Text(text)) => return Some(text.to_string()),
                    Ok(Message::Close(_)) | Err(_) => return None,
                    Ok(_) => {}
                }
            }
        })
        .await
    }

    pub(crate) async fn event(&mut self) -> Value {
        let text = self.text().await.expect("the connection is open");
        serde_json::from_str(&text).unwrap()
    }

    /// The sequence numbers of the next `count` events.
    pub(crate) async fn seqs(&mut self, count: usize) -> Vec<u64> {
        let mut seqs = Vec::new();
        while seqs.len() < count {
            seqs.push(seq(&self.event().await));
        }
        seqs
    }

    /// Reads on until the close frame; its code.
    pub(crate) async fn close_code(&mut self) -> Option<u16> {
        in_time("a close frame", async {
            loop {
                match self.socket.next().await? {
                    Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                    Err(_) => return None,
                    Ok(_) => {}
                }
            }
        })
        .await
    }

    /// Closes as a browser's tab does.
    pub(crate) async fn close(mut self) {
        self.socket.close(None).await.unwrap();
    }

    /// Breaks off without a word.
    pub(crate) fn reset(self) {
        self.socket.get_ref().socket().set_zero_linger().unwrap();
    }

    pub(crate) async fn send(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }
}

pub(crate) struct Framed {
    pub(crate) socket: Plain,
    lines: VecDeque<Value>,
    /// From where it would resume.
    pub(crate) cursor: String,
}

impl Framed {
    /// Connects with `framed=1` and what else is in `query`, and hears `hello`.
    pub(crate) async fn connect(port: u16, query: &str) -> Self {
        let socket = Plain::connect(port, &format!("?framed=1{query}")).await;
        let mut viewer = Self {
            socket,
            lines: VecDeque::new(),
            cursor: String::new(),
        };
        let hello = viewer.line().await.unwrap();
        assert_eq!(
            (&hello["control"], &hello["protocol"]),
            (&Value::from("hello"), &Value::from(1)),
            "{hello}"
        );
        hello["cursor"].as_str().unwrap().clone_into(&mut viewer.cursor);
        viewer
    }

    pub(crate) async fn resume(port: u16, cursor: &str) -> Self {
        Self::connect(port, &format!("&after={cursor}")).await
    }

    /// The next line; none if the connection is closed.
    pub(crate) async fn line(&mut self) -> Option<Value> {
        while self.lines.is_empty() {
            let text = self.socket.text().await?;
            self.lines
                .extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        }
        let line = self.lines.pop_front()?;
        if line.get("event").is_some() {
            line["cursor"].as_str().unwrap().clone_into(&mut self.cursor);
        }
        Some(line)
    }

    /// The next line that is of this control.
    pub(crate) async fn control(&mut self, name: &str) -> Value {
        loop {
            let line = self.line().await.unwrap_or_else(|| panic!("closed before {name}"));
            if line["control"] == name {
                return line;
            }
        }
    }

    /// The next line that is an event, or a control that tells of a loss.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            let line = self.line().await.expect("the connection is open");
            if line["control"] != "heartbeat" {
                return line;
            }
        }
    }

    /// The next line, which must be an event.
    pub(crate) async fn event(&mut self) -> Value {
        let mut line = self.next().await;
        assert!(line.get("event").is_some(), "expected an event: {line}");
        line["event"].take()
    }

    /// The sequence numbers of the next `count` events.
    pub(crate) async fn seqs(&mut self, count: usize) -> Vec<u64> {
        let mut seqs = Vec::new();
        while seqs.len() < count {
            seqs.push(seq(&self.event().await));
        }
        seqs
    }
}

//! A connection: TCP, TLS or a unix socket, logged in, its database chosen, and known to answer. Owns the socket, what makes
//! a dead one fail in time, and the bytes read from it that nobody has taken yet.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use redis::ConnectionAddr;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::{CONNECT_TIMEOUT, RESPONSE_TIMEOUT};
use super::replies::{self, Extent, Item, Malformed};
use super::server::{self, Server};
use super::{errors, resp, tls};
use crate::log::{LogError, LogErrorKind};

/// What is read at a time, until more is known to come.
const INPUT_BYTES: usize = 32 * 1024;
/// The most that is made ready for an answer before it comes.
const MAX_EXPECTED_BYTES: usize = 1024 * 1024;
/// With less room than this it is not worth reading.
const MIN_ROOM_BYTES: usize = 4 * 1024;

/// Whatever carries bytes both ways.
trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

/// See the module's description.
pub(super) struct Wire {
    socket: Box<dyn Socket>,
    input: BytesMut,
    /// What of the input was given out as a reply.
    taken: usize,
    /// How long the last answer was that was asked for: the next is often alike.
    expected_bytes: usize,
}

/// What Redis answered to a command that writes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply<'a> {
    /// A status or a text: `OK`, `PONG`, an id.
    Text(&'a [u8]),
    /// An error: its code and its text.
    Error(&'a [u8]),
}

/// Connects, logs in, and waits until the server says that it serves.
pub(super) async fn connect(server: &Server) -> Result<Wire, LogError> {
    let unreachable = |why: &str| errors::failure(LogErrorKind::Unreachable, &server.address, why);
    match timeout(CONNECT_TIMEOUT, open(server)).await {
        Ok(Ok(wire)) => Ok(wire),
        Ok(Err(Fault::Refusal(line))) => Err(errors::refusal(&server.address, &line)),
        Ok(Err(Fault::Io(error))) if tls::is_distrust(&error) => Err(errors::distrust(&server.address, error)),
        Ok(Err(Fault::Io(error))) => Err(unreachable(&error.to_string())),
        Err(_) => Err(unreachable(&format!("no answer within {CONNECT_TIMEOUT:?}"))),
    }
}

enum Fault {
    Io(io::Error),
    /// What the server answered.
    Refusal(Vec<u8>),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

async fn open(server: &Server) -> Result<Wire, Fault> {
    let socket: Box<dyn Socket> = match (server.place(), &server.trust) {
        (ConnectionAddr::Tcp(host, port), _) => Box::new(tcp(host, *port).await?),
        (ConnectionAddr::TcpTls { host, port, .. }, Some(trust)) => {
            Box::new(trust.handshake(host, tcp(host, *port).await?).await?)
        }
        #[cfg(unix)]
        (ConnectionAddr::Unix(path), _) => Box::new(tokio::net::UnixStream::connect(path).await?),
        (other, _) => {
            let why = format!("{other} can't be connected to from here");
            return Err(io::Error::new(io::ErrorKind::Unsupported, why).into());
        }
    };
    let mut wire = Wire {
        socket,
        input: BytesMut::new(),
        taken: 0,
        expected_bytes: INPUT_BYTES,
    };
    wire.greet(server).await?;
    Ok(wire)
}

async fn tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let socket = SockRef::from(&stream);
    socket.set_tcp_keepalive(&server::keepalive())?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket.set_tcp_user_timeout(Some(server::USER_TIMEOUT))?;
    Ok(stream)
}

impl Wire {
    /// Logs in, chooses the database, and asks for a sign of life: a server that is stopped accepts connections too,
    /// and what were sent to it would be of unknown fate.
    async fn greet(&mut self, server: &Server) -> Result<(), Fault> {
        let login = server.login();
        let mut commands: Vec<Vec<&[u8]>> = Vec::new();
        if let Some(password) = login.password() {
            let mut auth = vec![b"AUTH".as_slice()];
            auth.extend(login.username().map(str::as_bytes));
            auth.push(password.as_bytes());
            commands.push(auth);
        }
        let database = login.db().to_string();
        if login.db() != 0 {
            commands.push(vec![b"SELECT", database.as_bytes()]);
        }
        commands.push(vec![b"PING"]);
        let mut out = Vec::new();
        for words in &commands {
            resp::command(words, &mut out);
        }
        self.socket.write_all(&out).await?;
        self.socket.flush().await?;
        for words in commands {
            match self.answer().await? {
                // Who may only write may not ask for a sign of life; this is one.
                Err(line) if words[0] != b"PING" || !line.starts_with(b"NOPERM") => return Err(Fault::Refusal(line)),
                _ => {}
            }
        }
        Ok(())
    }

    async fn answer(&mut self) -> io::Result<Result<(), Vec<u8>>> {
        loop {
            match self.reply()? {
                Some(Reply::Text(_)) => return Ok(Ok(())),
                Some(Reply::Error(line)) => return Ok(Err(line.to_vec())),
                None => {}
            }
            poll_fn(|cx| self.poll_read(cx)).await?;
        }
    }

    /// The next reply among what was read.
    pub(super) fn reply(&mut self) -> io::Result<Option<Reply<'_>>> {
        self.input.advance(std::mem::take(&mut self.taken));
        let Some((item, len)) = replies::item(&self.input, 0)? else {
            return Ok(None);
        };
        self.taken = len;
        match item {
            Item::Text(place) => Ok(Some(Reply::Text(&self.input[place]))),
            Item::Error(place) => Ok(Some(Reply::Error(&self.input[place]))),
            _ => Err(malformed()),
        }
    }

    /// Sends commands, and waits for all their replies: so many, in one piece. `patience` is how long the server may wait
    /// on purpose. If it fails, or is not waited for, the connection is of no use any more.
    pub(super) async fn ask(&mut self, commands: &[u8], replies: u64, patience: Duration) -> io::Result<Bytes> {
        self.socket.write_all(commands).await?;
        self.socket.flush().await?;
        self.input.advance(std::mem::take(&mut self.taken));
        if self.room() < self.expected_bytes / 2 {
            self.input.reserve(self.expected_bytes);
        }
        let mut extent = Extent::of(replies);
        let late = patience.saturating_add(RESPONSE_TIMEOUT);
        loop {
            if let Some(end) = extent.end(&self.input)? {
                self.expected_bytes = end.clamp(INPUT_BYTES, MAX_EXPECTED_BYTES);
                return Ok(self.input.split_to(end).freeze());
            }
            let read = timeout(late, poll_fn(|cx| self.poll_read(cx)));
            read.await
                .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, format!("no answer for {late:?}")))??;
        }
    }

    /// Reads some; the end is an error.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.room() < MIN_ROOM_BYTES {
            self.input.reserve(INPUT_BYTES.max(self.input.len()));
        }
        let count = ready!(pin!(self.socket.read_buf(&mut self.input)).poll(cx))?;
        if count == 0 {
            let text = "the server closed the connection";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, text)));
        }
        Poll::Ready(Ok(()))
    }

    fn room(&self) -> usize {
        self.input.capacity() - self.input.len()
    }

    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.socket).poll_write(cx, bytes)
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.socket).poll_flush(cx)
    }
}

/// The error for an answer that no Redis server gives.
pub(super) fn malformed() -> io::Error {
    let text = "a reply of an unexpected form; something else may be listening there";
    io::Error::new(io::ErrorKind::InvalidData, text)
}

impl From<Malformed> for io::Error {
    fn from(_: Malformed) -> Self {
        malformed()
    }
}

//! A connection to write to: TCP, TLS or a unix socket, logged in, its database chosen, and known to answer. Owns the
//! socket, what makes a dead one fail in time, and the bytes read from it that are no reply yet.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use redis::ConnectionAddr;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::CONNECT_TIMEOUT;
use super::resp::{self, Reply};
use super::server::{self, Server};
use super::{errors, tls};
use crate::log::{LogError, LogErrorKind};

const INPUT_BYTES: usize = 32 * 1024;

/// Whatever carries bytes both ways.
trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

/// See the module's description.
pub(super) struct Wire {
    socket: Box<dyn Socket>,
    input: Vec<u8>,
    /// What of the input holds bytes that are not taken yet.
    start: usize,
    end: usize,
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
        input: vec![0; INPUT_BYTES],
        start: 0,
        end: 0,
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
        match resp::reply(&self.input[self.start..self.end]) {
            Ok(Some((reply, len))) => {
                self.start += len;
                Ok(Some(reply))
            }
            Ok(None) => Ok(None),
            Err(resp::Malformed) => Err(malformed()),
        }
    }

    /// Reads some; the end is an error.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.make_room();
        let mut room = ReadBuf::new(&mut self.input[self.end..]);
        ready!(Pin::new(&mut *self.socket).poll_read(cx, &mut room))?;
        let count = room.filled().len();
        Poll::Ready(self.filled(count))
    }

    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.socket).poll_write(cx, bytes)
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.socket).poll_flush(cx)
    }

    fn make_room(&mut self) {
        if self.start > 0 {
            self.input.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.input.len() {
            self.input.resize(self.end + INPUT_BYTES, 0);
        }
    }

    fn filled(&mut self, count: usize) -> io::Result<()> {
        self.end += count;
        if count == 0 {
            let text = "the server closed the connection";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
        }
        Ok(())
    }
}

/// The error for an answer that no Redis server gives.
pub(super) fn malformed() -> io::Error {
    let text = "a reply of an unexpected form; something else may be listening there";
    io::Error::new(io::ErrorKind::InvalidData, text)
}

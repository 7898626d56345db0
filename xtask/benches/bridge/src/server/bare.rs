//! The ceiling: a server that has nothing to do but write. One connection feeds it with frames as they are to be sent;
//! what has come of them goes to every other connection, all that is pending in one write.

use std::io::IoSlice;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast::{self, Receiver, Sender};

const MAX_PARTS: usize = 256;
/// More than any burst has parts.
const CAPACITY: usize = 65_536;
const ANSWER: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
    sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

pub fn serve() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket
            .bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into())
            .unwrap();
        socket.listen(4096).unwrap();
        socket.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(socket.into()).unwrap();
        println!("{}", listener.local_addr().unwrap().port());
        let sender = broadcast::Sender::new(CAPACITY);
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            tokio::spawn(connection(socket, sender.clone()));
        }
    });
}

async fn connection(mut socket: TcpStream, sender: Sender<Bytes>) {
    socket.set_nodelay(true).unwrap();
    let mut buffer = BytesMut::with_capacity(256);
    while buffer.len() < 4 {
        socket.read_buf(&mut buffer).await.unwrap();
    }
    if buffer.starts_with(b"FEED") {
        buffer.advance(4);
        feed(socket, buffer, &sender).await;
    } else {
        while !buffer.ends_with(b"\r\n\r\n") {
            socket.read_buf(&mut buffer).await.unwrap();
        }
        drop(buffer);
        let receiver = sender.subscribe();
        drop(sender);
        socket.write_all(ANSWER).await.unwrap();
        // Its end is the client's.
        let _ = deliver(socket, receiver).await;
    }
}

async fn feed(mut socket: TcpStream, mut buffer: BytesMut, sender: &Sender<Bytes>) {
    loop {
        if !buffer.is_empty() {
            // Nobody may listen yet.
            let _ = sender.send(buffer.split().freeze());
        }
        buffer.reserve(64 * 1024);
        if socket.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
            return;
        }
    }
}

async fn deliver(mut socket: TcpStream, mut receiver: Receiver<Bytes>) -> Option<()> {
    loop {
        let mut parts = vec![receiver.recv().await.ok()?];
        while parts.len() < MAX_PARTS
            && let Ok(part) = receiver.try_recv()
        {
            parts.push(part);
        }
        let mut slices: Vec<_> = parts.iter().map(|part| IoSlice::new(part)).collect();
        let mut slices = slices.as_mut_slice();
        while !slices.is_empty() {
            let written = socket.write_vectored(slices).await.ok()?;
            IoSlice::advance_slices(&mut slices, written);
        }
    }
}

//! Clients that count: each looks at the number of every event it gets, in the thread of all of them. They parse no
//! more than that, so that what is measured is the server.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use memchr::{memchr, memmem};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::event;

/// Reads at one time; shared, because only one client reads at a time.
const READ_BYTES: usize = 256 * 1024;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Plain,
    Framed,
}

/// What one client got.
#[derive(Default)]
pub struct Got {
    pub events: u64,
    /// Numbers that did not come.
    pub lost: u64,
    /// The number that must come next.
    next: u64,
    /// When the last event came.
    pub last: Option<Instant>,
    /// Of each event, in microseconds, if they are wanted.
    pub ages: Option<Vec<u32>>,
}

pub struct Client {
    socket: TcpStream,
    form: Form,
    /// What is to come of a frame of lines.
    lines: usize,
    /// Read, but not the whole of an event.
    rest: Vec<u8>,
    pub got: Rc<RefCell<Got>>,
}

impl Client {
    pub async fn connect(port: u16, form: Form, query: &str) -> Self {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        socket.set_nodelay(true).unwrap();
        let framed = if form == Form::Framed { "framed=1&" } else { "" };
        let path = format!("/events?{framed}{query}");
        let path = path.trim_end_matches(['?', '&']);
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let end = loop {
            assert!(
                socket.read_buf(&mut rest).await.unwrap() > 0,
                "no answer to the handshake"
            );
            if let Some(end) = memmem::find(&rest, b"\r\n\r\n") {
                break end + 4;
            }
        };
        assert!(rest.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&rest));
        rest.drain(..end);
        Self {
            socket,
            form,
            lines: 0,
            rest,
            got: Rc::default(),
        }
    }

    /// Reads until it has the event with this number, or for so long nothing has come.
    pub async fn read_until(&mut self, last: u64, patience: Duration) {
        while self.got.borrow().next <= last {
            match tokio::time::timeout(patience, self.socket.readable()).await {
                Ok(ready) => ready.unwrap(),
                Err(_) => return,
            }
            if !BUFFER.with_borrow_mut(|buffer| self.read(buffer)) {
                return;
            }
        }
    }

    /// Takes so many bytes a second, for ever. It looks at none, and so gives its signs of life unasked.
    pub async fn read_slowly(mut self, bytes_per_second: usize) {
        let mut buffer = vec![0; bytes_per_second / 10];
        for tenth in 0_u64.. {
            if !self.socket.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                return;
            }
            if tenth % 100 == 0 {
                self.give_sign();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Says that it is there. A socket that takes no six bytes is lost anyhow.
    fn give_sign(&self) {
        let _ = self.socket.try_write(PONG);
    }

    /// Reads what is there; false if the server has closed.
    fn read(&mut self, buffer: &mut [u8]) -> bool {
        let kept = self.rest.len();
        buffer[..kept].copy_from_slice(&self.rest);
        let read = match self.socket.try_read(&mut buffer[kept..]) {
            Ok(0) => return false,
            Ok(read) => kept + read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
            Err(_) => return false,
        };
        let taken = self.take(&buffer[..read], Instant::now());
        self.rest.clear();
        self.rest.extend_from_slice(&buffer[taken..read]);
        true
    }

    /// Looks at the events that are whole; how many bytes are done with.
    fn take(&mut self, bytes: &[u8], now: Instant) -> usize {
        let mut got = self.got.borrow_mut();
        let (mut taken, mut is_asked) = (0, false);
        loop {
            if self.lines > 0 {
                let here = &bytes[taken..];
                let done = got.lines(&here[..here.len().min(self.lines)], now);
                self.lines -= done;
                taken += done;
                if self.lines > 0 {
                    break;
                }
            }
            let Some((opcode, header, payload)) = frame(&bytes[taken..]) else {
                break;
            };
            let start = taken + header;
            if (opcode, self.form) == (TEXT, Form::Framed) {
                self.lines = payload;
                taken = start;
                continue;
            }
            let Some(payload) = bytes.get(start..start + payload) else {
                break;
            };
            taken = start + payload.len();
            match opcode {
                TEXT => got.event(payload, now),
                PING => is_asked = true,
                _ => {}
            }
        }
        if is_asked {
            self.give_sign();
        }
        taken
    }
}

const TEXT: u8 = 1;
const PING: u8 = 9;
/// A frame of a client without a payload, masked with zeros.
const PONG: &[u8] = &[0x8a, 0x80, 0, 0, 0, 0];

/// Opcode, bytes of the header, bytes of the payload.
fn frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let opcode = bytes.first()? & 0x0f;
    Some(match bytes.get(1)? {
        126 => (
            opcode,
            4,
            usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().unwrap())),
        ),
        127 => {
            let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().unwrap());
            (opcode, 10, usize::try_from(length).unwrap())
        }
        length => (opcode, 2, usize::from(*length)),
    })
}

impl Got {
    /// Takes the lines that are whole; how many bytes they have.
    fn lines(&mut self, bytes: &[u8], now: Instant) -> usize {
        const CURSOR: &[u8] = br#"{"cursor""#;
        const EVENT: &[u8] = br#","event":"#;
        let mut taken = 0;
        loop {
            let rest = &bytes[taken..];
            // There is no comma in a cursor.
            let event = memchr(b',', rest)
                .filter(|comma| rest.starts_with(CURSOR) && rest[*comma..].starts_with(EVENT))
                .map(|comma| comma + EVENT.len());
            let end = match event {
                // A brace and a line feed.
                Some(start) => Some(start + event::BYTES + 2),
                None => memchr(b'\n', rest).map(|end| end + 1),
            };
            let Some(end) = end.filter(|end| *end <= rest.len()) else {
                return taken;
            };
            if let Some(start) = event {
                self.event(&rest[start..end - 2], now);
            }
            taken += end;
        }
    }

    fn event(&mut self, event: &[u8], now: Instant) {
        // The bridge's own events are shorter or longer; they are about what is lost, which is counted here.
        if event.len() != event::BYTES {
            return;
        }
        let seq = event::seq(event);
        assert!(seq >= self.next, "{seq} came twice or late");
        self.lost += seq - self.next;
        self.next = seq + 1;
        self.events += 1;
        self.last = Some(now);
        if let Some(ages) = &mut self.ages {
            ages.push(u32::try_from(event::age(event, now).as_micros()).unwrap_or(u32::MAX));
        }
    }
}

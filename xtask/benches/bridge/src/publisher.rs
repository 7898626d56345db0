//! Who publishes: into Redis, many commands in a write; or straight into the bare server, which has no log.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::event;
use crate::server::STREAM;

/// Commands on their way at one time.
const BATCH: u64 = 250;

/// Where events are put.
pub struct Publisher {
    socket: TcpStream,
    /// The stream keeps about so many; none means all.
    maxlen: Option<u64>,
    is_redis: bool,
    next: u64,
    command: Vec<u8>,
}

impl Publisher {
    pub fn to_redis(port: u16, maxlen: Option<u64>) -> Self {
        Self::to(port, maxlen, true)
    }

    pub fn to_bare(port: u16) -> Self {
        let mut publisher = Self::to(port, None, false);
        publisher.socket.write_all(b"FEED").unwrap();
        publisher
    }

    fn to(port: u16, maxlen: Option<u64>, is_redis: bool) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.set_nodelay(true).unwrap();
        Self {
            socket,
            maxlen,
            is_redis,
            next: 0,
            command: Vec::new(),
        }
    }

    /// As fast as it goes.
    pub fn flat_out(&mut self, events: u64) {
        let end = self.next + events;
        while self.next < end {
            self.publish(BATCH.min(end - self.next));
        }
    }

    /// So many a second.
    pub fn paced(&mut self, per_second: u64, time: Duration) {
        let (first, began) = (self.next, Instant::now());
        while began.elapsed() < time {
            let due = (began.elapsed().as_secs_f64() * per_second as f64) as u64;
            let behind = (first + due).saturating_sub(self.next);
            if behind > 0 {
                self.publish(behind.min(BATCH));
            }
            sleep(Duration::from_micros(500));
        }
    }

    /// How many were published.
    pub fn published(&self) -> u64 {
        self.next
    }

    fn publish(&mut self, count: u64) {
        self.command.clear();
        for seq in self.next..self.next + count {
            let json = event::json(seq);
            if self.is_redis {
                self.add(&json);
            } else {
                // One text frame of a length that takes two bytes.
                self.command.extend([0x81, 126]);
                self.command.extend(u16::try_from(json.len()).unwrap().to_be_bytes());
                self.command.extend(json.as_bytes());
            }
        }
        self.next += count;
        self.socket.write_all(&self.command).unwrap();
        if self.is_redis {
            self.hear(count);
        }
    }

    fn add(&mut self, json: &str) {
        let maxlen = self.maxlen.map(|maxlen| maxlen.to_string());
        let mut words = vec!["XADD", STREAM];
        if let Some(maxlen) = &maxlen {
            words.extend(["MAXLEN", "~", maxlen]);
        }
        words.extend(["*", "json", json]);
        write!(self.command, "*{}\r\n", words.len()).unwrap();
        for word in words {
            write!(self.command, "${}\r\n{word}\r\n", word.len()).unwrap();
        }
    }

    /// Each answer is a length and an id, on a line each.
    fn hear(&mut self, answers: u64) {
        let (mut lines, mut buffer) = (0, [0; 16 * 1024]);
        while lines < answers * 2 {
            let read = self.socket.read(&mut buffer).unwrap();
            assert!(read > 0, "Redis closed the connection");
            assert!(
                !buffer[..read].contains(&b'-') || !buffer.starts_with(b"-"),
                "Redis refused"
            );
            lines += memchr::memchr_iter(b'\n', &buffer[..read]).count() as u64;
        }
    }
}

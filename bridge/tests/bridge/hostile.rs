//! Peers that send what no client should: of chance, but always the same.

use fastrand::Rng;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::command_line::served;
use crate::support::program::{command, interrupt};
use crate::support::{Framed, Redis, event, get, in_time};

const SEED: u64 = 20_261_126;

/// The program, a viewer that must not notice anything, and what is logged meanwhile.
struct Besieged {
    redis: Redis,
    program: tokio::process::Child,
    log: UnboundedReceiver<String>,
    port: u16,
    viewer: Framed,
    published: u64,
}

impl Besieged {
    async fn start() -> Self {
        let redis = Redis::start();
        let flags = ["serve", "--port", "0", "--header-timeout", "1s", "--log-level", "debug"];
        let mut program = command(&flags).env("REDIS_URL", redis.url()).spawn().unwrap();
        let (port, log) = served(&mut program).await;
        let viewer = Framed::connect(port, "&after=0").await;
        Self {
            redis,
            program,
            log,
            port,
            viewer,
            published: 0,
        }
    }

    /// Whoever reads gets what is published, in the midst of it.
    async fn still_serves(&mut self) {
        let seqs: Vec<_> = (self.published..self.published + 5).collect();
        let events: Vec<_> = seqs.iter().map(|seq| event(*seq)).collect();
        self.redis.add(&events).await;
        assert_eq!(self.viewer.seqs(5).await, seqs);
        self.published += 5;
    }

    /// All is well, no connection is left over, and nothing panicked.
    async fn ends_well(mut self) {
        self.still_serves().await;
        assert_eq!(get(self.port, "/healthz").await.status, 200);
        crate::support::until("all others are gone", || async {
            get(self.port, "/metrics")
                .await
                .body
                .contains("event_bridge_connections 2\n")
        })
        .await;
        interrupt(&self.program).await;
        let status = in_time("it stops", self.program.wait()).await.unwrap();
        assert_eq!(status.code(), Some(0));
        let mut lines = 0;
        while let Some(line) = self.log.recv().await {
            lines += 1;
            assert!(!line.contains("panicked"), "{line}");
        }
        assert!(lines > 0);
    }

    /// Sends bytes, says that there will be no more, and hears what comes.
    async fn say(&self, bytes: &[u8]) -> Vec<u8> {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let mut answer = Vec::new();
        in_time("an end comes", async {
            // The peer may have heard enough at any time.
            if socket.write_all(bytes).await.is_ok() && socket.shutdown().await.is_ok() {
                let _ = socket.read_to_end(&mut answer).await;
            }
        })
        .await;
        answer
    }
}

#[tokio::test]
async fn requests_of_chance_are_answered_or_hung_up_on_and_disturb_nobody() {
    const REQUESTS: [&str; 7] = [
        "GET / HTTP/1.1\r\nhost: localhost\r\nif-none-match: \"x\", W/\"y\"\r\naccept-encoding: gzip, br;q=0.5\r\n\r\n",
        "GET /api/events?after=0&limit=10&type=a&run=0123&outcome=error HTTP/1.1\r\nhost: localhost:1\r\norigin: http://localhost:2\r\n\r\n",
        "GET /api/runs?limit=3 HTTP/1.0\r\nhost: [::1]:9999\r\ncookie: a=b; event-bridge=1.2\r\n\r\n",
        "POST /api/session HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n0123456789",
        "POST /api/session HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\n01234\r\n0\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer 0123456789abcdef\r\nconnection: keep-alive\r\n\r\nGET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "GET /events?framed=1&tail=2 HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ];
    let mut besieged = Besieged::start().await;
    let mut rng = Rng::with_seed(SEED);
    let mut refused = 0;
    for round in 0..1200 {
        let mut request = REQUESTS[rng.usize(..REQUESTS.len())].as_bytes().to_vec();
        for _ in 0..rng.usize(1..6) {
            mutate(&mut request, &mut rng);
        }
        let answer = besieged.say(&request).await;
        let shown = String::from_utf8_lossy(&request).into_owned();
        if !answer.is_empty() {
            let status = answer.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..5));
            let status = status.unwrap_or_else(|| panic!("{:?} to {shown:?}", String::from_utf8_lossy(&answer)));
            assert!(
                [b'1', b'2', b'3', b'4'].contains(&status[0]),
                "{} to {shown:?}",
                String::from_utf8_lossy(&answer)
            );
            refused += u32::from(status[0] == b'4');
        }
        if round % 200 == 0 {
            besieged.still_serves().await;
        }
    }
    assert!(refused > 100, "{refused}");
    besieged.ends_well().await;
}

#[tokio::test]
async fn frames_of_chance_end_their_own_connection_at_most() {
    const OPENING: &[u8] = b"GET /events?framed=1&after=0 HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const OPERATIONS: [&str; 6] = [
        r#"{"op":"ack","cursor":"1795-4@812"}"#,
        r#"{"op":"seek","after":"0"}"#,
        r#"{"op":"filter","type":["a"],"run":[]}"#,
        r#"{"op":"pause"}"#,
        r#"{"op":"resume"}"#,
        "[[[[{\"op\":1e999}",
    ];
    let mut besieged = Besieged::start().await;
    besieged.still_serves().await;
    let mut rng = Rng::with_seed(SEED);
    let mut closed = 0;
    for round in 0..400 {
        let mut bytes = OPENING.to_vec();
        for _ in 0..rng.usize(1..12) {
            let mut payload = if rng.bool() {
                OPERATIONS[rng.usize(..OPERATIONS.len())].as_bytes().to_vec()
            } else {
                (0..rng.usize(..300)).map(|_| rng.u8(..)).collect()
            };
            if rng.u8(..4) == 0 {
                mutate(&mut payload, &mut rng);
            }
            frame(&mut bytes, &payload, &mut rng);
        }
        if rng.u8(..8) == 0 {
            bytes.extend((0..rng.usize(..40_000)).map(|_| rng.u8(..)));
        }
        let answer = besieged.say(&bytes).await;
        // It may have been hung up on before it had read the answer.
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 101"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        let protocol_error = 1002u16.to_be_bytes();
        closed += u32::from(answer.windows(2).any(|bytes| bytes == protocol_error));
        if round % 100 == 0 {
            besieged.still_serves().await;
        }
    }
    assert!(closed > 50, "{closed}");
    besieged.ends_well().await;
}

/// Cuts, repeats, changes or adds something.
fn mutate(bytes: &mut Vec<u8>, rng: &mut Rng) {
    if bytes.is_empty() {
        return;
    }
    let at = rng.usize(..bytes.len());
    match rng.u8(..7) {
        0 => bytes.truncate(at),
        1 => bytes[at] = rng.u8(..),
        2 => bytes[at] ^= 1 << rng.u8(..8),
        3 => {
            bytes.remove(at);
        }
        4 => bytes.insert(at, *b"\r\n\0 :%;,?&=\xff\"/".get(rng.usize(..15)).unwrap_or(&b'x')),
        5 => {
            let part = bytes[at..(at + rng.usize(..40)).min(bytes.len())].to_vec();
            bytes.splice(at..at, part);
        }
        _ => {
            let many = vec![rng.u8(..); rng.usize(..2000)];
            bytes.splice(at..at, many);
        }
    }
}

/// A frame of a client, more often right than wrong.
fn frame(bytes: &mut Vec<u8>, payload: &[u8], rng: &mut Rng) {
    let opcode = if rng.bool() { 1 } else { rng.u8(..16) };
    let is_final = if rng.u8(..6) == 0 { 0 } else { 0x80 };
    let reserved = if rng.u8(..12) == 0 { rng.u8(..8) << 4 } else { 0 };
    bytes.push(is_final | reserved | opcode);
    let is_masked = if rng.u8(..12) == 0 { 0 } else { 0x80 };
    let told = if rng.u8(..12) == 0 {
        rng.usize(..) >> rng.u8(..60)
    } else {
        payload.len()
    };
    match told {
        told @ 0..126 => bytes.push(is_masked | u8::try_from(told).unwrap()),
        told @ 126..65_536 => {
            bytes.push(is_masked | 0x7e);
            bytes.extend(u16::try_from(told).unwrap().to_be_bytes());
        }
        told => {
            bytes.push(is_masked | 0x7f);
            bytes.extend((told as u64).to_be_bytes());
        }
    }
    let mask: [u8; 4] = if is_masked == 0 {
        [0; 4]
    } else {
        rng.u32(..).to_be_bytes()
    };
    if is_masked != 0 {
        bytes.extend(mask);
    }
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

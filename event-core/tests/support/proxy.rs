//! A way to a redis-server that can be cut: in the middle of an answer, or so that neither side hears of it.

#![allow(dead_code, reason = "each test program uses its part")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

pub(crate) struct Proxy {
    pub(crate) port: u16,
    state: Arc<State>,
}

struct State {
    /// How many bytes of answers still pass; then the connection is cut.
    answer_bytes: AtomicI64,
    /// The same of questions.
    question_bytes: AtomicI64,
    /// What passes takes so long, in milliseconds.
    delay_ms: AtomicU64,
    /// Nothing passes any more, and nobody is told.
    is_silent: AtomicBool,
    /// Connections that were cut.
    cuts: AtomicUsize,
}

impl Proxy {
    pub(crate) fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            answer_bytes: AtomicI64::new(i64::MAX),
            question_bytes: AtomicI64::new(i64::MAX),
            delay_ms: AtomicU64::new(0),
            is_silent: AtomicBool::new(false),
            cuts: AtomicUsize::new(0),
        });
        let shared = state.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else {
                    continue;
                };
                let (questions, answers) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let state = shared.clone();
                thread::spawn(move || state.pass(questions, server, false));
                let state = shared.clone();
                thread::spawn(move || state.pass(answers, client, true));
            }
        });
        Self { port, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Cuts a connection once so many bytes of answers have passed; later ones are whole.
    pub(crate) fn cut_after_answers_of(&self, bytes: i64) {
        self.state.answer_bytes.store(bytes, Ordering::SeqCst);
    }

    /// Drops the rest of what was asked once so many bytes of it have passed, and the connection with it.
    pub(crate) fn cut_after_questions_of(&self, bytes: i64) {
        self.state.question_bytes.store(bytes, Ordering::SeqCst);
    }

    /// Holds each piece up, on its way there and back.
    pub(crate) fn delay(&self, time: Duration) {
        let ms = u64::try_from(time.as_millis()).unwrap();
        self.state.delay_ms.store(ms, Ordering::SeqCst);
    }

    pub(crate) fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::SeqCst)
    }

    /// Of the connections that there are.
    pub(crate) fn be_silent(&self, is_silent: bool) {
        self.state.is_silent.store(is_silent, Ordering::SeqCst);
    }
}

impl State {
    fn pass(&self, mut from: TcpStream, mut to: TcpStream, are_answers: bool) {
        let mut bytes = vec![0; 64 * 1024];
        let mut is_dead = false;
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            is_dead |= self.is_silent.load(Ordering::SeqCst);
            if is_dead {
                continue;
            }
            thread::sleep(Duration::from_millis(self.delay_ms.load(Ordering::SeqCst)));
            let budget = if are_answers {
                &self.answer_bytes
            } else {
                &self.question_bytes
            };
            let left = budget.fetch_sub(i64::try_from(count).unwrap(), Ordering::SeqCst);
            let passing = usize::try_from(left).unwrap_or_default().min(count);
            if to.write_all(&bytes[..passing]).is_err() {
                break;
            }
            if passing < count {
                budget.store(i64::MAX, Ordering::SeqCst);
                self.cuts.fetch_add(1, Ordering::SeqCst);
                break;
            }
        }
        let _gone = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}

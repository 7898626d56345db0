//! A redis-server of the tests' own: on a free port, in a folder of its own, stopped by its process id. The tests of
//! other packages use this file as well.

#![allow(dead_code, reason = "each test program uses its part")]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long anything that is waited for may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct RedisServer {
    child: Option<Child>,
    folder: TempDir,
    pub(crate) port: u16,
    options: Vec<String>,
}

impl RedisServer {
    /// A running server that keeps its data over a kill.
    pub(crate) fn start() -> Self {
        Self::with_options(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    pub(crate) fn with_options(options: &[&str]) -> Self {
        let mut server = Self::absent(options);
        server.launch();
        server
    }

    /// A port on which nothing listens yet.
    pub(crate) fn absent(options: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        Self {
            child: None,
            folder: tempfile::tempdir().unwrap(),
            port,
            options: options.iter().map(ToString::to_string).collect(),
        }
    }

    /// Starts it, again or for the first time, on the same port and data.
    pub(crate) fn launch(&mut self) {
        let mut command = Command::new("redis-server");
        command.args([
            "--bind",
            "127.0.0.1",
            "--port",
            &self.port.to_string(),
            "--save",
            "",
            "--dir",
        ]);
        command
            .arg(self.folder.path())
            .args(&self.options)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("these tests need redis-server ({error}); install it: apt-get install redis-server, or brew install redis")
        });
        self.child = Some(child);
        // While it loads its data, it listens but answers with an error.
        eventually("redis-server answers", || {
            let answer = self.ping().ok()?;
            (answer.starts_with("+PONG") || answer.starts_with("-NOAUTH")).then_some(())
        });
    }

    fn ping(&self) -> io::Result<String> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
        connection.set_read_timeout(Some(Duration::from_secs(1)))?;
        connection.write_all(b"PING\r\n")?;
        let mut answer = [0; 64];
        let length = connection.read(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Its process id.
    pub(crate) fn process(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Stops it in the middle of its work, as a machine that hangs; or lets it go on.
    pub(crate) fn pause(&self, is_paused: bool) {
        let signal = if is_paused { "-STOP" } else { "-CONT" };
        let process = self.process().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &process])
                .status()
                .unwrap()
                .success()
        );
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits for a condition; panics with its name if it does not come.
pub(crate) fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        sleep(Duration::from_millis(10));
    }
}

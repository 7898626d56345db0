//! A redis-server of a test's own: on a free port, in a folder of its own, stopped by its process id.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long the server may take to listen.
const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct RedisServer {
    process: Option<Child>,
    folder: TempDir,
    port: u16,
}

impl RedisServer {
    /// A running server that keeps its data when it is killed.
    pub(crate) fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self {
            process: None,
            folder: tempfile::tempdir().unwrap(),
            port: free,
        };
        server.launch();
        server
    }

    /// Starts it, the first time or again, on its port and data.
    pub(crate) fn launch(&mut self) {
        let port = self.port.to_string();
        let process = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--port",
                &port,
                "--save",
                "",
                "--appendonly",
                "yes",
            ])
            .args(["--appendfsync", "always", "--dir"])
            .arg(self.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server starts; it is installed by: apt-get install redis-server");
        self.process = Some(process);
        let deadline = Instant::now() + DEADLINE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < deadline, "redis-server does not listen on port {port}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
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

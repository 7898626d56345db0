//! A redis-server of the tests' own: on a free port, in a folder of its own, stopped by its process id.

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
        let mut server = Self::absent();
        server.options = options.iter().map(ToString::to_string).collect();
        server.launch();
        server
    }

    /// A port on which nothing listens yet.
    pub(crate) fn absent() -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        Self {
            child: None,
            folder: tempfile::tempdir().unwrap(),
            port,
            options: Vec::new(),
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
            panic!("redis-server can't be started ({error}); install it: apt-get install redis-server")
        });
        self.child = Some(child);
        eventually("redis-server listens", || {
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        });
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) async fn client(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        let deadline = Instant::now() + DEADLINE;
        loop {
            // While it loads its data, it answers with an error.
            match client.get_multiplexed_async_connection().await {
                Ok(mut connection) => match redis::cmd("PING").query_async::<String>(&mut connection).await {
                    Ok(_) => return connection,
                    Err(error) => assert!(Instant::now() < deadline, "{error}"),
                },
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
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

//! The program `event-bridge serve` as a process, to be killed; and what Linux knows of it.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::redis_server::DEADLINE;

pub(crate) struct Bridge {
    pub(crate) port: u16,
    url: String,
    child: Option<Child>,
}

/// What a process has in use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) files: usize,
    pub(crate) resident_kib: usize,
}

impl Bridge {
    pub(crate) async fn start(url: String) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut bridge = Self { port, url, child: None };
        bridge.launch().await;
        bridge
    }

    /// Starts it again, on the same port.
    pub(crate) async fn launch(&mut self) {
        let child = Command::new(env!("CARGO_BIN_EXE_event-bridge"))
            .args(["serve", "--port", &self.port.to_string(), "--redis", &self.url])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        self.child = Some(child.unwrap());
        timeout(DEADLINE, async {
            while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .expect("the bridge serves");
    }

    pub(crate) async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.unwrap();
        }
    }

    /// As Ctrl-C does.
    pub(crate) async fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let process = child.id().unwrap().to_string();
        let signalled = Command::new("kill").args(["-INT", &process]).status().await.unwrap();
        assert!(signalled.success());
        let status = timeout(DEADLINE, child.wait())
            .await
            .expect("the bridge stops")
            .unwrap();
        assert!(status.success(), "{status}");
    }

    pub(crate) fn usage(&self) -> Usage {
        let process = self.child.as_ref().and_then(Child::id).expect("it runs");
        let files = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Usage {
            files,
            resident_kib: resident.trim().trim_end_matches(" kB").parse().unwrap(),
        }
    }
}

//! A redis-server of the measurement's own, on a free port, without persistence; and how busy it was.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use event_core::EventBus;
use event_core::log::{RedisConfig, RedisLog};
use tempfile::TempDir;

pub const STREAM: &str = "agent_events";
/// Linux counts the time of processes in these.
const TICKS_PER_SECOND: f64 = 100.0;

pub struct Server {
    child: Child,
    _folder: TempDir,
    pub port: u16,
}

impl Server {
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let child = Command::new("redis-server")
            .args([
                "--port",
                &port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
            ])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server starts");
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            sleep(Duration::from_millis(10));
        }
        Self {
            child,
            _folder: folder,
            port,
        }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn bus(&self, maxlen: u64) -> EventBus {
        let config = RedisConfig {
            stream: STREAM.to_owned(),
            maxlen_entries: maxlen,
            ..RedisConfig::new(self.url()).unwrap()
        };
        EventBus::new(RedisLog::new(config).unwrap())
    }

    /// Seconds of processor time that it has taken.
    pub fn work(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, numbers) = stat.rsplit_once(')').unwrap();
        let numbers: Vec<&str> = numbers.split_whitespace().collect();
        // utime and stime: the 14th and 15th field, the name being the second.
        let ticks: u32 = numbers[11..13].iter().map(|ticks| ticks.parse::<u32>().unwrap()).sum();
        f64::from(ticks) / TICKS_PER_SECOND
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

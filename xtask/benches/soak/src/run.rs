//! One fault, again and again, while a process publishes. Owns the order of a run; what it means is the verdict's business.

use std::thread::sleep;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::Value;

use crate::fault::{Fault, Place};
use crate::proxy::Proxy;
use crate::publisher::{Disk, Publisher};
use crate::reader::{Reader, tell};
use crate::redis_server::RedisServer;
use crate::verdict::{Life, Verdict};

/// Between two processes' numbers.
const LIFE: u64 = 1_000_000_000;

pub fn run(fault: Fault, has_spool: bool, time: Duration, seed: u64) -> Verdict {
    let mut server = if fault == Fault::Forget {
        RedisServer::with_options(&["--appendonly", "no"])
    } else {
        RedisServer::start()
    };
    let (proxy, folder) = (Proxy::to(server.port), tempfile::tempdir().unwrap());
    let url = if fault.needs_proxy() { proxy.url() } else { server.url() };
    let url = if fault == Fault::Acl {
        tell(&server, "ACL SETUSER agent on >s3cret ~* +@all");
        url.replace("//", "//agent:s3cret@")
    } else {
        url
    };
    let disk = match fault {
        _ if !has_spool => Disk::None,
        Fault::DiskFull => Disk::Small(folder.path()),
        _ => Disk::Folder(folder.path()),
    };
    let start = |life: u64| Publisher::start(&url, disk, life * LIFE, seed + life);
    let (mut publisher, mut reader) = (start(0), Reader::default());
    let mut random = Rng::with_seed(seed);
    let (mut lives, mut times, began) = (Vec::new(), 0, Instant::now());
    while times == 0 || began.elapsed() < time {
        sleep(Duration::from_millis(random.u64(200..2_000)));
        if fault == Fault::Publisher {
            server.kill();
            sleep(Duration::from_millis(random.u64(200..3_000)));
            lives.push(life(lives.len(), publisher.kill()));
            publisher = start(lives.len() as u64);
            server.launch();
        } else {
            fault.strike(&mut Place {
                server: &mut server,
                proxy: &proxy,
                reader: &mut reader,
                random: &mut random,
            });
        }
        times += 1;
    }
    // What was cut or delayed last has an end as well.
    proxy.cut_after_answers_of(i64::MAX);
    proxy.cut_after_questions_of(i64::MAX);
    lives.push(life(lives.len(), publisher.end()));
    reader.read(&server);
    Verdict::new(fault, has_spool, times, &lives, &reader.numbers)
}

fn life(index: usize, said: Value) -> Life {
    let first = index as u64 * LIFE;
    Life {
        numbers: first..said["next"].as_u64().unwrap(),
        said,
    }
}

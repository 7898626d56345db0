//! The guide's way: redis-py, one event after another.

use std::process::Command;

use crate::event;
use crate::server::{STREAM, Server};

const PROGRAM: &str = r#"
import json, sys, time
import redis
port, count, maxlen, stream, text = sys.argv[1:]
client = redis.Redis(host="127.0.0.1", port=int(port))
trim = {"maxlen": int(maxlen), "approximate": True} if int(maxlen) else {}
event = json.loads(text)
began = time.perf_counter()
for seq in range(int(count)):
    event["payload"]["seq"] = seq
    client.xadd(stream, {"json": json.dumps(event)}, **trim)
print(int(count) / (time.perf_counter() - began))
"#;

pub fn rate(server: &Server, events: u64, maxlen: u64) -> f64 {
    let numbers = [u64::from(server.port()), events, maxlen].map(|number| number.to_string());
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    let output = Command::new(python)
        .args(["-c", PROGRAM])
        .args(numbers)
        .args([STREAM, &event::by_hand(0).replace(":0000000,", ":0,")])
        .output()
        .expect("Python starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    printed
        .trim()
        .parse()
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

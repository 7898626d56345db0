//! The program `event-bridge`, run as people run it.

use std::process::{Output, Stdio};

use tokio::process::{Child, Command};

use super::in_time;

/// The program with these arguments, and nothing of the test's own environment that it would listen to.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_event-bridge"));
    for name in [
        "REDIS_URL",
        "REDIS_HOST",
        "EVENT_STREAM",
        "EVENT_STREAM_MAXLEN",
        "EVENT_BRIDGE_CONFIG",
        "EVENT_BRIDGE_TOKEN",
        "EVENT_BRIDGE_TOKEN_FILE",
        "WS_PORT",
        "RUST_LOG",
        "NO_COLOR",
    ] {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs it to its end.
pub(crate) async fn run(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = in_time("the command ends", command.output()).await.unwrap();
    Said {
        code: status.code(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

/// Ctrl-C.
pub(crate) async fn interrupt(child: &Child) {
    let pid = child.id().unwrap().to_string();
    let kill = Command::new("kill").args(["-INT", &pid]).status().await;
    assert!(kill.unwrap().success());
}

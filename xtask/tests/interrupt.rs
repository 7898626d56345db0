//! What Ctrl-C leaves behind: nothing.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Far more than ending two processes takes.
const DEADLINE: Duration = Duration::from_secs(30);

/// A `cargo` that starts something long, says which process it is, and waits for it.
const CARGO: &str = "#!/bin/sh\nsleep 600 &\necho \"started $!\"\nwait\n";

#[test]
fn an_interrupted_run_takes_with_it_what_its_step_had_started() {
    for signal in [Signal::INT, Signal::TERM] {
        let programs = tempfile::tempdir().unwrap();
        let cargo = programs.path().join("cargo");
        fs::write(&cargo, CARGO).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", programs.path().display(), std::env::var("PATH").unwrap());

        let mut run = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["test", "--no-install", "--only", "rustdoc"])
            .env("PATH", path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(run.stdout.take().unwrap());
        let started = output
            .lines()
            .map(Result::unwrap)
            .find_map(|line| line.strip_prefix("started ")?.parse().ok());
        let grandchild = Pid::from_raw(started.unwrap()).unwrap();

        kill_process(Pid::from_child(&run), signal).unwrap();
        assert_eq!(run.wait().unwrap().code(), Some(130), "{signal:?}");
        let deadline = Instant::now() + DEADLINE;
        while is_running(grandchild) {
            assert!(Instant::now() < deadline, "{grandchild:?} outlived {signal:?}");
            std::thread::yield_now();
        }
    }
}

/// Whether a process is there and not merely waiting to be collected.
fn is_running(process: Pid) -> bool {
    let number = process.as_raw_nonzero().to_string();
    let state = Command::new("ps").args(["-o", "stat=", "-p", &number]).output();
    state.is_ok_and(|state| state.stdout.first().is_some_and(|first| *first != b'Z'))
}

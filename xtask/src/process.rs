//! Programs we start: their output, shown and kept, and their end.
//!
//! Owns every child. Each runs in a process group of its own, so that whatever it started (test binaries, redis-server,
//! a browser's driver) ends with it: after the step, and when we are told to stop. It never reads what a child printed.

use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

/// How long a group may take to end by itself after it was asked to.
const GRACE: Duration = Duration::from_secs(5);
/// How often we look whether it has.
const LOOK: Duration = Duration::from_millis(20);
/// The exit code of a program that Ctrl-C ended, by convention of shells: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// How a child ended.
pub(crate) struct Finished {
    /// It exited with code 0.
    pub(crate) is_success: bool,
    /// Standard output and standard error in the order they were written.
    pub(crate) output: String,
}

/// What the signal handler has to know. One child runs at a time.
struct Current {
    group: Option<Pid>,
    /// Set once, by the handler: nothing may be started any more.
    is_stopping: bool,
}

static CURRENT: Mutex<Current> = Mutex::new(Current {
    group: None,
    is_stopping: false,
});

fn current() -> MutexGuard<'static, Current> {
    // Two plain fields cannot be left half changed, so a poisoned lock is as good as any.
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on Ctrl-C, a hang-up and a termination end the running child with all it started, then us.
pub(crate) fn end_with_children() -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])
        .context("cannot install the handler that ends child processes on Ctrl-C")?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            let group = {
                let mut current = current();
                current.is_stopping = true;
                current.group
            };
            if let Some(group) = group {
                end_group(group);
            }
            eprintln!("xtask: interrupted; what it had started was ended");
            std::process::exit(INTERRUPTED);
        }
    });
    Ok(())
}

/// Runs a program to its end, showing its output as it comes.
pub(crate) fn run_shown(command: &mut Command) -> Result<Finished> {
    run(command, true, None)
}

/// Runs a program to its end and only keeps its output.
pub(crate) fn run_quiet(command: &mut Command) -> Result<Finished> {
    run(command, false, None)
}

/// Runs a program as [`run_quiet`], and ends it, with all it started, after `limit`.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<Finished> {
    run(command, false, Some(limit))
}

/// What a program printed on standard output, or why it could not be asked.
pub(crate) fn stdout_of(command: &mut Command) -> Result<String> {
    let line = line_of(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!(
            "`{line}` failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as one would type it.
pub(crate) fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn run(command: &mut Command, is_shown: bool, limit: Option<Duration>) -> Result<Finished> {
    // One pipe for both streams: with two, errors would drift away from the lines they belong to.
    let (reader, writer) = io::pipe().context("cannot make a pipe for a child's output")?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0);
    let mut child = start(command)?;
    // The command holds our copies of the pipe's writing end; without this the end of the output never comes.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (kept, is_drained) = keep(reader, is_shown);
    let group = Pid::from_child(&child);
    let watchdog = limit.map(|limit| Watchdog::watch(group, limit));
    let status = child
        .wait()
        .with_context(|| format!("cannot wait for `{}`", line_of(command)))?;
    let is_overdue = watchdog.is_some_and(Watchdog::has_bitten);
    end_group(group);
    finish();
    if is_overdue {
        bail!("`{}` was ended: it took too long", line_of(command));
    }
    // A process that left the group may hold the pipe open for ever; its output is not ours to wait for.
    let _silent = is_drained.recv_timeout(GRACE);
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Finished {
        is_success: status.success(),
        output: String::from_utf8_lossy(&kept).into_owned(),
    })
}

fn start(command: &mut Command) -> Result<Child> {
    let mut current = current();
    if current.is_stopping {
        drop(current);
        wait_for_the_end();
    }
    let child = command.spawn().with_context(|| {
        format!(
            "cannot start `{}`: is it installed and on the PATH? `cargo xtask setup` looks",
            line_of(command)
        )
    })?;
    current.group = Some(Pid::from_child(&child));
    Ok(child)
}

fn finish() {
    let mut current = current();
    current.group = None;
    if current.is_stopping {
        drop(current);
        wait_for_the_end();
    }
}

/// The signal handler is about to end this process: no further step, no summary of half a run.
fn wait_for_the_end() -> ! {
    loop {
        thread::park();
    }
}

/// Ends a group when its time is over.
struct Watchdog {
    call_off: Sender<()>,
    watch: JoinHandle<bool>,
}

impl Watchdog {
    fn watch(group: Pid, limit: Duration) -> Self {
        let (call_off, is_called_off) = mpsc::channel();
        let watch = thread::spawn(move || {
            let is_overdue = is_called_off.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
            if is_overdue {
                end_group(group);
            }
            is_overdue
        });
        Self { call_off, watch }
    }

    /// Calls it off; whether it was too late for that.
    fn has_bitten(self) -> bool {
        drop(self.call_off);
        self.watch.join().unwrap_or(false)
    }
}

/// Copies the child's output into memory, and to our own output if it is shown.
fn keep(mut reader: io::PipeReader, is_shown: bool) -> (Arc<Mutex<Vec<u8>>>, Receiver<()>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let (done, is_drained) = mpsc::channel();
    let sink = Arc::clone(&kept);
    thread::spawn(move || {
        let mut chunk = [0_u8; 8192];
        while let Ok(length @ 1..) = reader.read(&mut chunk) {
            if is_shown {
                let mut out = io::stdout().lock();
                // Nobody may be reading us any more; the child's result still counts.
                let _closed = out.write_all(&chunk[..length]).and_then(|()| out.flush());
            }
            sink.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(&chunk[..length]);
        }
        let _gone = done.send(());
    });
    (kept, is_drained)
}

/// Ends what is left of a group: asks, waits, insists. Nothing happens if nobody is left.
fn end_group(group: Pid) {
    let _gone = kill_process_group(group, Signal::TERM);
    let deadline = Instant::now() + GRACE;
    while test_kill_process_group(group).is_ok() {
        if Instant::now() >= deadline {
            let _gone = kill_process_group(group, Signal::KILL);
            return;
        }
        thread::sleep(LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_is_kept_in_the_order_it_was_written() {
        let finished = run_quiet(&mut shell("echo one; echo two >&2; echo three; exit 3")).unwrap();
        assert_eq!(finished.output, "one\ntwo\nthree\n");
        assert!(!finished.is_success);
    }

    #[test]
    fn what_a_child_left_running_is_ended() {
        let finished = run_quiet(&mut shell("sleep 600 & echo $!")).unwrap();
        let left: i32 = finished.output.trim().parse().unwrap();
        let left = Pid::from_raw(left).unwrap();
        assert!(finished.is_success);
        let deadline = Instant::now() + GRACE;
        // Whoever adopted it may still have to collect it, so it is given a moment.
        while is_running(left) {
            assert!(Instant::now() < deadline, "{left:?} outlived the child that started it");
            thread::sleep(LOOK);
        }
    }

    #[test]
    fn a_program_that_takes_too_long_is_ended() {
        let error = run_within(&mut shell("sleep 600"), LOOK).err().unwrap();
        assert!(error.to_string().contains("was ended"), "{error}");
    }

    /// Whether a process is there and not merely waiting to be collected.
    fn is_running(process: Pid) -> bool {
        let number = process.as_raw_nonzero().to_string();
        let state = Command::new("ps")
            .args(["-o", "stat=", "-p", &number])
            .output()
            .unwrap();
        state.stdout.first().is_some_and(|first| *first != b'Z')
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run_quiet(&mut Command::new("no-such-program-anywhere")).err().unwrap();
        assert!(error.to_string().contains("`no-such-program-anywhere`"), "{error}");
    }
}

//! Instructions, as valgrind's callgrind counts them.
//!
//! Owns callgrind's flags and its files (<https://valgrind.org/docs/manual/cl-format.html>). Only what the calling
//! thread executes inside a measured burst counts.

use anyhow::{Context, Result, bail};

use super::program::{Form, Program};
use crate::process;
use crate::workspace::Workspace;

/// Calls in a burst of the measured program.
const CALLS: usize = 256;

/// Instructions per call.
pub(super) fn instructions(
    workspace: &Workspace,
    program: &Program,
    name: &str,
    form: Form,
    bursts: usize,
) -> Result<f64> {
    let folder = workspace.target().join("bench/callgrind");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let file = format!("--callgrind-out-file={}", folder.join("out").display());
    let calls = program.calls();
    let mut command = workspace.command(
        "valgrind",
        &[
            "--quiet",
            "--tool=callgrind",
            // A thread collects only while it is in there itself: writers and exporters never are.
            "--toggle-collect=measured_burst",
            "--separate-threads=yes",
            &file,
            &calls.to_string_lossy(),
            name,
            &form.to_string(),
            "ir",
            &bursts.to_string(),
        ],
    );
    let finished = process::run_quiet(&mut command)?;
    if !finished.is_success {
        bail!("`{}` failed: {}", process::line_of(&command), finished.output.trim());
    }
    let mut counted = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        counted.extend(total(&text).filter(|&total| total > 0));
    }
    let [total] = counted.as_slice() else {
        bail!(
            "{name}, {form}: one thread was to be counted, callgrind counted {}",
            counted.len()
        );
    };
    Ok(f64::from(u32::try_from(*total)?) / f64::from(u32::try_from(bursts * CALLS)?))
}

/// The instructions in a file, which has those of one thread.
fn total(text: &str) -> Option<u64> {
    let total = text.lines().find_map(|line| line.strip_prefix("totals:"))?;
    total.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::total;

    #[test]
    fn the_totals_of_a_thread_are_read() {
        assert_eq!(
            total("thread: 1\nevents: Ir\nfn=(1) main\n12 4\n\ntotals: 28506180\n"),
            Some(28_506_180)
        );
        assert_eq!(total("thread: 1\n"), None);
    }
}

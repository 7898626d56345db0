//! The probe: a small crate that is linked into the programs of a crate under test, and installs a real bus in them.
//!
//! Owns that crate's sources, written below `target`, and the file it reports to. It changes nothing of the crate under
//! test and nothing of event-core: the same expansion meets the same library, with a bus or without.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::copy::write_if_changed;

/// How a crate root gets it linked.
pub(crate) const LINK: &str = "extern crate transparency_probe as _;\n";
/// Names the file to report to; with it a bus is installed, without it none.
pub(crate) const VARIABLE: &str = "TRANSPARENCY_EVENTS";

/// What the processes of a run published.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Events {
    pub(crate) published: u64,
    /// Pushed out of the queue by newer ones: hot loops are faster than any writer.
    pub(crate) dropped: u64,
    pub(crate) waiting: u64,
    pub(crate) started: u64,
    pub(crate) finished: u64,
}

/// Writes the crate, and returns its folder.
pub(crate) fn write(folder: &Path, event_core: &Path) -> Result<PathBuf> {
    let probe = folder.join("probe");
    fs::create_dir_all(probe.join("src")).with_context(|| format!("cannot make {}", probe.display()))?;
    let manifest = format!(
        "[package]\nname = \"transparency-probe\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nbytes = \"1\"\nevent-core = {{ path = {:?} }}\n",
        event_core.display().to_string()
    );
    write_if_changed(&probe.join("Cargo.toml"), &manifest)?;
    write_if_changed(&probe.join("src/lib.rs"), include_str!("lib.rs"))?;
    Ok(probe)
}

/// Adds up the lines of a report, one for each process; no file means that no process got so far.
pub(crate) fn read(path: &Path) -> Result<Events> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut sum = Events::default();
    for line in text.lines() {
        let process: Events =
            serde_json::from_str(line).with_context(|| format!("{}: not a line of the probe", path.display()))?;
        sum.published += process.published;
        sum.dropped += process.dropped;
        sum.waiting += process.waiting;
        sum.started += process.started;
        sum.finished += process.finished;
    }
    Ok(sum)
}

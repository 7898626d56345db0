//! What is in a folder of the spool when a program starts. Owns the names of the files, and what a crash left whole in them.
//!
//! ```text
//! lock                              held while somebody writes here
//! sent                              how far its entries have come
//! 00000000000000000042.events       frames from number 42 on; the next file's name says where it ends
//! ```

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::frame::frames;

const SUFFIX: &str = ".events";

/// A file of frames.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) first: u64,
    pub(super) bytes: u64,
}

pub(super) fn path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}{SUFFIX}"))
}

pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

pub(super) fn list(folder: &Path) -> io::Result<VecDeque<Segment>> {
    let mut segments = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        let name = file.file_name();
        let first = name.to_str().and_then(|name| name.strip_suffix(SUFFIX)?.parse().ok());
        if let Some(first) = first {
            segments.push(Segment {
                first,
                bytes: file.metadata()?.len(),
            });
        }
    }
    segments.sort_by_key(|segment| segment.first);
    Ok(segments.into())
}

/// Where the entries of a folder end.
#[derive(Debug, Default)]
pub(super) struct End {
    /// The number behind the last whole entry; none without any.
    pub(super) number: Option<u64>,
    /// What stands behind it, and is no entry.
    pub(super) torn_bytes: u64,
}

/// Segments at the end without a whole entry are deleted.
pub(super) fn end_of(folder: &Path, segments: &mut VecDeque<Segment>) -> io::Result<End> {
    let mut end = End::default();
    while let Some(segment) = segments.back() {
        let path = path(folder, segment.first);
        let bytes = fs::read(&path)?;
        let (mut last, mut whole) = (None, 0);
        for (frame, frame_end) in frames(&bytes) {
            last = last.max(Some(frame.number));
            whole = frame_end;
        }
        end.torn_bytes += (bytes.len() - whole) as u64;
        if let Some(last) = last {
            end.number = Some(last.saturating_add(1));
            return Ok(end);
        }
        fs::remove_file(&path)?;
        segments.pop_back();
    }
    Ok(end)
}

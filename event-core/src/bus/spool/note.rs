//! How far the entries of a folder have come, noted beside them. Owns the form of the note, and what it means that there
//! is none.
//!
//! ```text
//! sent u64 | tried u64 | checksum u32          little endian
//! ```

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::folder;

/// See the module's description.
#[derive(Debug)]
pub(super) struct Note {
    file: File,
    /// The first number that has not arrived.
    pub(super) sent: u64,
    /// The first number that was never on its way: what is before it, and not before `sent`, may have arrived as well.
    pub(super) tried: u64,
}

impl Note {
    /// Without a whole note nothing is known to have arrived, and all of it may have.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = folder::open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let [sent, tried] = read(&bytes).unwrap_or([0, u64::MAX]);
        Ok(Self { file, sent, tried })
    }

    pub(super) fn write(&mut self) -> io::Result<()> {
        let numbers = [self.sent.to_le_bytes(), self.tried.to_le_bytes()].concat();
        let checksum = crc32fast::hash(&numbers).to_le_bytes();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&[&numbers[..], &checksum[..]].concat())
    }
}

/// None if nothing was written there yet, or not to the end.
fn read(bytes: &[u8]) -> Option<[u64; 2]> {
    let (numbers, checksum) = bytes.split_first_chunk::<16>()?;
    let (sent, tried) = numbers.split_first_chunk()?;
    let is_whole = crc32fast::hash(numbers).to_le_bytes() == checksum;
    let tried = tried.first_chunk().filter(|_| is_whole)?;
    Some([u64::from_le_bytes(*sent), u64::from_le_bytes(*tried)])
}

//! Entries as they stand in a file of the spool. Owns the form of a frame, and the way back from bytes that may be torn
//! or damaged anywhere to the entries that are whole. It reads and writes no file.
//!
//! ```text
//! marker u8 | flags u8 | length u32 | number u64 | checksum u32 | entry          little endian
//! ```

/// No JSON text holds this byte: behind damage the next frame is found by it, and nothing inside an entry is taken for one.
const MARKER: u8 = 0x1e;
pub(super) const HEADER: usize = 18;

/// An entry, and what is kept with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    /// Entries are counted through: a hole in the numbers tells exactly how many were damaged.
    pub(super) number: u64,
    /// The writer's own business.
    pub(super) flags: u8,
    pub(super) entry: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Bytes in the file.
    pub(super) fn size(&self) -> usize {
        HEADER + self.entry.len()
    }

    /// Appends the frame. False, and nothing is appended, if the entry is longer than a frame can say, or is no JSON.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> bool {
        let Ok(length) = u32::try_from(self.entry.len()) else {
            return false;
        };
        if self.entry.contains(&MARKER) {
            return false;
        }
        let start = out.len();
        out.extend_from_slice(&[MARKER, self.flags]);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&self.number.to_le_bytes());
        let checksum = checksum(&out[start..], self.entry);
        out.extend_from_slice(&checksum.to_le_bytes());
        out.extend_from_slice(self.entry);
        true
    }

    /// The frame at the front of `bytes`, if it is whole.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, behind) = bytes.split_first_chunk::<HEADER>()?;
        let [MARKER, flags, fields @ ..] = header else {
            return None;
        };
        let (length, fields) = fields.split_first_chunk()?;
        let (number, expected) = fields.split_first_chunk()?;
        let entry = behind.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        let is_whole = checksum(&header[..HEADER - 4], entry).to_le_bytes() == expected;
        // Should what was torn fit what was written behind it: another frame begins in there.
        let is_one = is_whole && !entry.contains(&MARKER);
        is_one.then_some(Self {
            number: u64::from_le_bytes(*number),
            flags: *flags,
            entry,
        })
    }

    /// The first whole frame anywhere in `bytes`, and where it starts.
    pub(super) fn find(bytes: &'a [u8]) -> Option<(usize, Self)> {
        let markers = bytes.iter().enumerate().filter(|(_, byte)| **byte == MARKER);
        markers
            .map(|(start, _)| start)
            .find_map(|start| Some((start, Self::read(&bytes[start..])?)))
    }
}

fn checksum(header: &[u8], entry: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(entry);
    hasher.finalize()
}

/// The whole frames in `bytes`, each with the place behind it; what is damaged between them is passed over.
pub(super) fn frames(bytes: &[u8]) -> impl Iterator<Item = (Frame<'_>, usize)> {
    let mut end = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(end..)?;
        let (skipped, frame) = Frame::find(rest)?;
        end += skipped + frame.size();
        Some((frame, end))
    })
}

#[cfg(test)]
pub(super) mod any_bytes;

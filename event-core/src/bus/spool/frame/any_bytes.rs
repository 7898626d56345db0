//! What must hold of any bytes at all, taken for a file of the spool. The fuzzer runs it, and so do ordinary tests.

use super::{Frame, frames};

/// Panics if `bytes` break a rule.
pub(crate) fn hold(bytes: &[u8]) {
    let mut last_end = 0;
    for (frame, end) in frames(bytes) {
        // Nothing is invented: what is found is there, whole, behind what was found before.
        let start = end - frame.size();
        assert!(start >= last_end && end <= bytes.len());
        assert_eq!(Frame::read(&bytes[start..]), Some(frame));
        let mut again = Vec::new();
        assert!(frame.write(&mut again));
        assert_eq!(again, bytes[start..end], "one form for one entry");
        last_end = end;
    }
    // A whole frame behind anything is found.
    let mut behind = bytes.to_vec();
    let entry = Frame {
        number: 7,
        flags: 1,
        entry: br#"{"type":"found"}"#,
    };
    assert!(entry.write(&mut behind));
    let last = frames(&behind).last();
    assert!(last.is_some_and(|(_, end)| end == behind.len()), "{last:?}");
}

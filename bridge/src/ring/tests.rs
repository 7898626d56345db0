use event_core::log::{Content, Entry};

use super::*;

const BYTES: usize = 64 * 1024;

fn entry(ms: u64, json: String) -> Entry {
    Entry {
        id: EntryId { ms, seq: 0 },
        ordinal: Some(ms),
        content: Content::Json(json.into()),
    }
}

#[test]
fn entries_that_are_repeated_for_ever_fill_no_memory() {
    let ring = Ring::new(BYTES, 1000);
    ring.restart(Cursor::START, Vec::new());
    let mut seen = Seen::default();
    for ms in 1..10_000 {
        let repeated = entry(ms, r#"{"id":"x","type":"a"}"#.to_owned());
        ring.push(frame(&[repeated], &mut seen, |_, _| {}));
    }
    let state = ring.lock();
    assert!(
        state.blocks.len() <= BYTES / size_of::<Block>(),
        "{}",
        state.blocks.len()
    );
    assert_eq!(state.head.cursor.id.ms, 9999);
}

#[test]
fn what_filters_look_at_counts_as_memory() {
    let node = "n".repeat(10_000);
    let text = format!(r#"{{"type":"a","payload":{{"node_id":"{node}"}}}}"#);
    let blocks = frame(&[entry(1, text.clone())], &mut Seen::default(), |_, _| {});
    // As a line, as a frame, and apart.
    assert!(blocks[0].bytes >= 2 * text.len() + node.len(), "{}", blocks[0].bytes);
}

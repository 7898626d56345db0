//! What must hold of any bytes at all, taken for an entry of the log. The fuzzer runs it, and so do ordinary tests.

use bytes::Bytes;
use event_core::catalog::normalize;
use event_core::log::{Content, Entry, EntryId};
use serde_json::Value;

use super::{MAX_RAW_BYTES, glance, judge, read};

/// Panics if reading `bytes` breaks a rule.
pub(crate) fn hold(bytes: &[u8]) {
    let entry = Entry {
        id: EntryId { ms: 1, seq: 0 },
        ordinal: None,
        content: Content::Json(Bytes::copy_from_slice(bytes)),
    };
    if let Some(event) = std::str::from_utf8(bytes).ok().and_then(glance) {
        assert_eq!(
            judge(event.text).as_ref(),
            Ok(&event),
            "a look finds what the parser finds"
        );
    }
    let whole = serde_json::from_slice::<Value>(bytes);
    match read(&entry) {
        Ok(event) => {
            assert_eq!(event.text.as_bytes(), bytes, "an event is passed on unchanged");
            let keys = event.keys();
            assert_eq!(*keys.kind, *event.kind);
            let _ = (event.is_failure(), event.payload.tokens(), event.payload.cost());
            // What JSON can't be held as a value, such as a number beyond all, is passed on all the same.
            if let Ok(mut whole) = whole
                && let Some(payload) = whole.get_mut("payload").and_then(Value::as_object_mut)
            {
                normalize(&keys.kind, payload);
            }
        }
        Err(invalid) => {
            assert_eq!(invalid.bytes, bytes.len());
            assert!(invalid.raw.len() <= MAX_RAW_BYTES, "{}", invalid.raw.len());
            let is_event = whole.is_ok_and(|whole| whole.get("type").is_some_and(Value::is_string));
            assert!(!is_event, "{}", invalid.reason);
        }
    }
}

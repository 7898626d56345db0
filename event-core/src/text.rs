//! What authors of events need for texts: stable hashes, and cutting to length. Owns nothing.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes` as `sha256:` and 64 hex digits: for `prompt_hash` and `args_hash`, where the text itself is
/// not to be shown.
///
/// ```
/// assert!(event_core::hash("a prompt").starts_with("sha256:"));
/// ```
pub fn hash(bytes: impl AsRef<[u8]>) -> String {
    let mut text = String::with_capacity(7 + 64);
    text.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The [`hash()`] of a value's JSON without white space and with the keys of its maps in order: for `args_hash`. Equal
/// arguments have equal hashes, whatever the order of a `HashMap`.
///
/// ```
/// use serde_json::json;
///
/// let hash = event_core::hash_json(&json!({ "b": 1, "a": ["x"] }));
/// assert_eq!(hash, event_core::hash(r#"{"a":["x"],"b":1}"#));
/// ```
///
/// In Python, of texts and integers: `sha256(json.dumps(args, sort_keys=True, separators=(",", ":"),
/// ensure_ascii=False).encode())`. A value that can't be serialised has the hash of the error's text.
pub fn hash_json<T: Serialize + ?Sized>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(value) => {
            let mut json = Vec::new();
            write_sorted(&value, &mut json);
            hash(json)
        }
        // Such as a number that only its text has room for: then the text itself.
        Err(error) => hash(serde_json::to_vec(value).unwrap_or_else(|_| error.to_string().into_bytes())),
    }
}

/// Sorted here, for a feature of `serde_json` that any crate can turn on keeps keys in the order of their coming.
fn write_sorted(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                out.extend_from_slice(if index > 0 { b"," } else { b"" });
                write_sorted(item, out);
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| *key);
            out.push(b'{');
            for (index, (key, field)) in fields.into_iter().enumerate() {
                out.extend_from_slice(if index > 0 { b"," } else { b"" });
                // Writing to a Vec can't fail.
                let _ = serde_json::to_writer(&mut *out, key);
                out.push(b':');
                write_sorted(field, out);
            }
            out.push(b'}');
        }
        scalar => drop(serde_json::to_writer(out, scalar)),
    }
}

/// The longest start of `text` that has at most `max_bytes` bytes and ends between characters.
///
/// ```
/// assert_eq!(event_core::truncate("naïve", 3), "na");
/// ```
pub fn truncate(text: &str, max_bytes: usize) -> &str {
    if text.len() <= max_bytes {
        return text;
    }
    let end = (0..=max_bytes).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use super::*;

    #[test]
    fn the_hash_is_sha_256_in_hex() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hash(""), empty);
    }

    #[test]
    fn equal_arguments_have_equal_hashes() {
        let keys = || (0..100).map(|n| (format!("k{n}"), n));
        let (sorted, unsorted): (BTreeMap<_, _>, HashMap<_, _>) = (keys().collect(), keys().rev().collect());
        assert_eq!(hash_json(&sorted), hash_json(&unsorted));
        assert_ne!(hash_json(&sorted), hash_json(&[1]));
        // python3: sha256(json.dumps({"é": [1, None, True], "a": {"z": "\n", "b": -5}}, …).encode())
        let args = serde_json::json!({"é": [1, null, true], "a": {"z": "\n", "b": -5}});
        assert_eq!(
            hash_json(&args),
            hash("{\"a\":{\"b\":-5,\"z\":\"\\n\"},\"é\":[1,null,true]}")
        );
    }

    #[test]
    fn what_can_t_be_serialised_has_a_hash_too() {
        assert_eq!(hash_json(&u128::MAX), hash(u128::MAX.to_string()));
        assert!(hash_json(&BTreeMap::from([([1], 2)])).starts_with("sha256:"));
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        for (max_bytes, cut) in ["", "a", "a", "aé", "aé", "aé", "aé", "aé😀", "aé😀"]
            .into_iter()
            .enumerate()
        {
            assert_eq!(truncate("aé😀", max_bytes), cut);
        }
    }
}

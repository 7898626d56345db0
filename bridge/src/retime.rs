//! Events of the past, as if they happened now. Owns what is changed of them, and nothing else is: times by the same span
//! for all, and the ids of events, runs and spans, so that a run that is replayed twice is two runs.

use event_core::Timestamp;
use serde_json::value::RawValue;

use crate::fields::Fields;

/// See the module's description.
#[derive(Clone, Copy, Debug)]
pub struct Retime {
    /// What is added to all times, in microseconds.
    shift: i64,
    /// What ids are mixed with.
    salt: u128,
}

impl Retime {
    /// So that what happened at `first` happens at `now`.
    pub fn new(first: Timestamp, now: Timestamp) -> Self {
        let micros = |ts: Timestamp| i64::try_from(ts.unix_micros).unwrap_or(i64::MAX);
        Self {
            shift: micros(now).saturating_sub(micros(first)),
            salt: fastrand::u128(1..),
        }
    }

    /// The event at its new time; as it is if it is none.
    pub fn event(&self, json: &str) -> String {
        let Ok(fields) = serde_json::from_str::<Fields<'_>>(json) else {
            return json.to_owned();
        };
        let ts = fields.text("ts").and_then(|ts| ts.parse::<Timestamp>().ok());
        let ts = ts.map(|ts| Timestamp {
            unix_micros: ts.unix_micros.saturating_add_signed(self.shift),
        });
        rewritten(&fields, |key, value| match key {
            "ts" => ts.map(|ts| format!("\"{ts}\"")),
            "id" => self.event_id(&text(value)?, ts?),
            "payload" => self.payload(value),
            _ => None,
        })
    }

    fn payload(&self, payload: &RawValue) -> Option<String> {
        let fields: Fields<'_> = serde_json::from_str(payload.get()).ok()?;
        Some(rewritten(&fields, |key, value| match key {
            "run_id" => self.hex_id(&text(value)?, 32),
            "span_id" | "parent_id" => self.hex_id(&text(value)?, 16),
            _ => None,
        }))
    }

    /// The same for the same id, so that what belonged together still does. Never all zero, which is no id.
    fn hex_id(&self, id: &str, digits: usize) -> Option<String> {
        let mask = if digits == 32 { u128::MAX } else { u128::from(u64::MAX) };
        let is_id = id.len() == digits && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mixed = (u128::from_str_radix(id, 16).ok().filter(|_| is_id)? ^ self.salt) & mask;
        Some(format!("\"{:0digits$x}\"", mixed.max(1)))
    }

    /// A UUID of version 7 at its new time, with its random part mixed; others stay what they are.
    fn event_id(&self, id: &str, ts: Timestamp) -> Option<String> {
        const VERSION_AND_VARIANT: u128 = 0xf000_c000_0000_0000_0000;
        let digits: String = id.split('-').collect();
        let is_uuid = id.len() == 36 && digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let old = u128::from_str_radix(&digits, 16).ok().filter(|_| is_uuid)?;
        if old >> 76 & 0xf != 7 {
            return None;
        }
        let random = (1 << 80) - 1;
        let low = (old ^ (self.salt & !VERSION_AND_VARIANT)) & random;
        let new = format!("{:032x}", (u128::from(ts.unix_ms()) << 80) | low);
        Some(format!(
            "\"{}-{}-{}-{}-{}\"",
            new.get(..8)?,
            new.get(8..12)?,
            new.get(12..16)?,
            new.get(16..20)?,
            new.get(20..)?
        ))
    }
}

fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// The object with the values that `change` has others for.
fn rewritten(fields: &Fields<'_>, change: impl Fn(&str, &RawValue) -> Option<String>) -> String {
    let pairs: Vec<_> = fields
        .0
        .iter()
        .map(|(key, value)| {
            let value = change(key, value).unwrap_or_else(|| value.get().to_owned());
            format!("{}:{value}", serde_json::Value::from(key.as_str()))
        })
        .collect();
    format!("{{{}}}", pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{self, Rules};

    const EVENT: &str = r#"{"id":"019aab12-3ffb-7001-8000-000000000001","ts":"2026-11-22T13:51:28.000000Z","type":"a","payload":{"z": 1.50, "run_id":"0af7651916cd43dd8448eb211c80319c","span_id":"00f067aa0ba902b7","a":[ 1 ]}}"#;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_move_by_the_same_span_and_everything_else_stays_where_it_is() {
        let retime = Retime::new(at("2026-11-22T13:51:27Z"), at("2026-12-01T00:00:00Z"));
        let moved = retime.event(EVENT);
        assert!(
            moved.contains(r#""ts":"2026-12-01T00:00:01.000000Z","type":"a","payload":{"z":1.50,"run_id":""#),
            "{moved}"
        );
        assert!(moved.ends_with(r#","a":[ 1 ]}}"#), "{moved}");
        let moved: event_core::Envelope = serde_json::from_str(&moved).unwrap();
        let ms = u64::from_str_radix(&moved.id.replace('-', "")[..12], 16).unwrap();
        assert_eq!(ms, at("2026-12-01T00:00:01Z").unix_ms());
        assert_eq!(&moved.id[14..15], "7");
        assert_ne!(moved.text("run_id"), Some("0af7651916cd43dd8448eb211c80319c"));
        // Sound as before: the forms of all ids are kept.
        let report = check::recording(retime.event(EVENT).as_bytes(), Rules::default()).unwrap();
        assert!(report.is_clean(), "{report}");
    }

    #[test]
    fn what_belonged_together_still_does_and_two_replays_do_not() {
        let new = || Retime::new(at("2026-11-22T13:51:27Z"), at("2026-12-01T00:00:00Z"));
        let (one, other) = (new(), new());
        assert_eq!(one.event(EVENT), one.event(EVENT));
        assert_ne!(one.event(EVENT), other.event(EVENT));
    }

    #[test]
    fn what_is_no_event_stays_as_it_is() {
        let retime = Retime::new(at("2026-11-22T13:51:27Z"), at("2026-12-01T00:00:00Z"));
        for odd in [
            "17",
            "[]",
            r#"{"id":"x","ts":"soon","payload":"no"}"#,
            r#"{"payload":{"run_id":"short"}}"#,
        ] {
            assert_eq!(retime.event(odd), odd);
        }
    }
}

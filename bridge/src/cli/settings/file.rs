//! The settings of a file. Owns reading TOML into keys and texts, and what is said of keys that are none.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::form::quoted;
use super::table::{Setting, Shape, TABLE};

/// How much two words must be alike for one to be meant by the other.
const ALIKE: f64 = 0.7;

/// The values of a file by the keys of their settings, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) values: BTreeMap<&'static str, Vec<String>>,
    /// Whole sentences, but for the file's name.
    pub(super) mistakes: Vec<String>,
}

pub(super) fn read(path: &Path) -> Found {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text),
        Err(error) => Found {
            mistakes: vec![format!("cannot be read: {error}")],
            ..Found::default()
        },
    }
}

fn parse(text: &str) -> Found {
    let mut found = Found::default();
    match DeTable::parse(text) {
        Ok(table) => found.take("", table.get_ref()),
        Err(error) => {
            let line = error
                .span()
                .map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            found
                .mistakes
                .push(format!("line {line}: not TOML: {}", error.message()));
        }
    }
    found
}

impl Found {
    fn take(&mut self, above: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let name = name.get_ref();
            let key = if above.is_empty() {
                name.to_string()
            } else {
                format!("{above}.{name}")
            };
            match (TABLE.iter().find(|setting| setting.key == key), value.get_ref()) {
                (Some(setting), _) if setting.flag.is_none() => self.mistakes.push(format!(
                    "{key}: a secret has no place in a file of settings; put it in a file of its own and name that with access.token_file"
                )),
                (Some(setting), value) => match texts(setting, value) {
                    Some(texts) => {
                        self.values.insert(setting.key, texts);
                    }
                    None => self.mistakes.push(format!("{key}: expected {}, got {}", form_of(setting), kind(value))),
                },
                (None, DeValue::Table(table)) if is_section(&key) => self.take(&key, table),
                (None, _) => self.mistakes.push(unknown(&key)),
            }
        }
    }
}

fn is_section(key: &str) -> bool {
    TABLE.iter().any(|setting| setting.section() == key)
}

fn form_of(setting: &Setting) -> &'static str {
    match setting.shape {
        Shape::One => "a single value",
        Shape::Switch => "true or false",
        Shape::List => "a list of texts",
    }
}

fn texts(setting: &Setting, value: &DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::Array(items) if setting.shape == Shape::List => items
            .iter()
            .map(|item| item.get_ref().as_str().map(str::to_owned))
            .collect(),
        value => text(value).map(|text| vec![text]),
    }
}

fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(is_on) => Some(is_on.to_string()),
        _ => None,
    }
}

fn kind(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
        DeValue::Datetime(_) => "a date".to_owned(),
        value => text(value).map_or_else(|| "another kind of number".to_owned(), |text| quoted(&text)),
    }
}

fn unknown(key: &str) -> String {
    let sections = TABLE.iter().map(Setting::section);
    // A key without a section, and one in the wrong section, are meant as well.
    let candidates = TABLE
        .iter()
        .flat_map(|setting| [(setting.key, setting.key), (setting.name(), setting.key)]);
    let candidates = candidates.chain(sections.map(|section| (section, section)));
    let name = key.rsplit('.').next().unwrap_or(key);
    let alike = candidates.map(|(written, meant)| {
        let likeness = strsim::jaro_winkler(key, written).max(strsim::jaro_winkler(name, written));
        (likeness, meant)
    });
    match alike.max_by(|one, other| one.0.total_cmp(&other.0)) {
        Some((likeness, meant)) if likeness >= ALIKE => {
            format!("{key}: there is no such setting; did you mean {meant}?")
        }
        _ => format!("{key}: there is no such setting; `event-bridge config print` shows all there are"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_all_kinds_are_read_by_their_keys() {
        let found = parse(
            "listen.port = 8000\n[access]\ninsecure = true\nallow_hosts = ['a', \"b\"]\n[limits]\nring_bytes = '1 MiB'\n",
        );
        assert!(found.mistakes.is_empty(), "{:?}", found.mistakes);
        assert_eq!(found.values["listen.port"], ["8000"]);
        assert_eq!(found.values["access.insecure"], ["true"]);
        assert_eq!(found.values["access.allow_hosts"], ["a", "b"]);
        assert_eq!(found.values["limits.ring_bytes"], ["1 MiB"]);
    }

    #[test]
    fn every_mistake_is_named_by_its_key_with_what_was_meant() {
        for (text, expected) in [
            (
                "[limits]\nring_byte = 1",
                "limits.ring_byte: there is no such setting; did you mean limits.ring_bytes?",
            ),
            ("port = 1", "port: there is no such setting; did you mean listen.port?"),
            (
                "[acces]\ninsecure = true",
                "acces: there is no such setting; did you mean access?",
            ),
            (
                "[log]\nport = 1",
                "log.port: there is no such setting; did you mean listen.port?",
            ),
            ("zzz = 1", "zzz: there is no such setting; `event-bridge config print`"),
            ("access.token = 'x'", "access.token: a secret has no place"),
            ("listen = 1", "listen: there is no such setting; did you mean listen"),
            ("listen.port = [1]", "listen.port: expected a single value, got a list"),
            (
                "[access]\nallow_hosts = [1]",
                "access.allow_hosts: expected a list of texts, got a list",
            ),
            ("a = 1\nb = ", "line 2: not TOML"),
        ] {
            let found = parse(text);
            assert!(
                found
                    .mistakes
                    .first()
                    .is_some_and(|mistake| mistake.starts_with(expected)),
                "{:?}",
                found.mistakes
            );
        }
    }
}

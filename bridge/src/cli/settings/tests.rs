use super::*;

/// A row of the README's table.
fn row(setting: &Setting) -> String {
    let flag = setting
        .flag
        .map_or_else(|| "—".to_owned(), |flag| format!("`--{flag}`"));
    let default = setting
        .default_text()
        .map(|default| format!("`{default}`"))
        .unwrap_or_default();
    format!(
        "| `{}` | {flag} | `{}` | {default} | {} |",
        setting.key, setting.env, setting.help
    )
}

#[test]
fn the_readme_has_every_setting() {
    let readme = include_str!("../../../../README.md");
    let missing: Vec<_> = TABLE.iter().map(row).filter(|row| !readme.contains(row)).collect();
    assert!(
        missing.is_empty(),
        "README.md lacks these rows:\n{}",
        missing.join("\n")
    );
}

#[test]
fn no_two_settings_share_a_name() {
    let mut names = std::collections::HashSet::new();
    for setting in TABLE {
        assert!(
            names.insert(setting.key) && names.insert(setting.env),
            "{}",
            setting.key
        );
        assert!(setting.flag.is_none_or(|flag| names.insert(flag)), "{}", setting.key);
    }
}

#[test]
fn what_is_shown_of_the_defaults_is_read_as_the_defaults() {
    let shown = Settings {
        values: Values::default(),
        sources: BTreeMap::new(),
    }
    .to_string();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bridge.toml");
    std::fs::write(&path, &shown).unwrap();
    let found = file::read(&path);
    assert!(found.mistakes.is_empty(), "{:?} in\n{shown}", found.mistakes);
    let mut values = Values::default();
    for (key, texts) in &found.values {
        let setting = TABLE.iter().find(|setting| setting.key == *key).unwrap();
        (setting.set)(&mut values, texts).unwrap();
    }
    assert_eq!(format!("{values:?}"), format!("{:?}", Values::default()));
}

#[test]
fn the_readme_s_file_is_one() {
    let readme = include_str!("../../../../README.md");
    let (_, rest) = readme.split_once("```toml\n# bridge.toml\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bridge.toml");
    std::fs::write(&path, text).unwrap();
    let found = file::read(&path);
    assert!(found.mistakes.is_empty(), "{:?}", found.mistakes);
    assert!(found.values.len() > 5);
}

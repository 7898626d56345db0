//! Source files, and the code in them without what is only said in comments.
//!
//! Owns the walk through folders and the reading of Rust paths as text. It is no parser: it is enough for `use` lines and
//! paths as rustfmt leaves them, and errs by seeing too little.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders that hold no sources of ours.
const FOREIGN: &[&str] = &["node_modules", "dist", "target"];

/// A file and its text.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// Every file below a folder with one of the endings, in the order of their paths.
pub(crate) fn below(folder: &Path, endings: &[&str]) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !FOREIGN.contains(&name) {
                folders.push(path);
            } else if path.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
                let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
                sources.push(Source { path, text });
            }
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(sources)
}

/// The text without line comments. Documentation stays if asked for: its examples are compiled.
pub(crate) fn code(text: &str, keeps_documentation: bool) -> String {
    let mut code = String::with_capacity(text.len());
    for line in text.lines() {
        let trimmed = line.trim_start();
        let is_documentation = trimmed.starts_with("///") || trimmed.starts_with("//!");
        if is_documentation {
            if keeps_documentation {
                code.push_str(line);
            }
        } else if !trimmed.starts_with("//") {
            code.push_str(line.split(" // ").next().unwrap_or_default());
        }
        code.push('\n');
    }
    code
}

/// Whether the text has the name as a word of its own.
pub(crate) fn positions<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(name)
        .map(|(at, _)| at)
        .filter(move |&at| !code[..at].ends_with(is_word) && !code[at + name.len()..].starts_with(is_word))
}

/// The names that follow a path: of `use crate::{log::Log, bus}` after `crate::`, `log` and `bus`.
pub(crate) fn names_after<'a>(code: &'a str, path: &str) -> Vec<&'a str> {
    let starts = code
        .match_indices(path)
        .filter(|(at, _)| !code[..*at].ends_with(is_path));
    starts.flat_map(|(at, _)| names_at(&code[at + path.len()..])).collect()
}

fn is_path(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == ':'
}

/// The first name of a path, or of each path in a group.
fn names_at(rest: &str) -> Vec<&str> {
    let Some(group) = rest.strip_prefix('{') else {
        return first_name(rest).into_iter().collect();
    };
    let mut names = Vec::new();
    let (mut depth, mut start) = (0_u32, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                names.extend(first_name(group[start..at].trim_start()));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

fn first_name(text: &str) -> Option<&str> {
    let end = text.find(|character: char| !(character.is_alphanumeric() || character == '_'));
    Some(&text[..end.unwrap_or(text.len())]).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_dropped_and_documentation_on_demand() {
        let text = "//! uses redis\nuse log::Log; // not bus\n// nor bus\nlet url = \"redis://host\";\n";
        assert_eq!(code(text, false), "\nuse log::Log;\n\nlet url = \"redis://host\";\n");
        assert!(code(text, true).starts_with("//! uses redis\n"));
    }

    #[test]
    fn names_are_whole_words() {
        assert_eq!(positions("my_redis::x redisx redis::y", "redis").count(), 1);
    }

    #[test]
    fn names_after_a_path_are_found_in_lines_and_groups() {
        let code = "use crate::log::Log;\nuse crate::{\n    bus::{Queue, Writer},\n    ids,\n    span::Span,\n};\nlet x = crate::clock::now();";
        assert_eq!(names_after(code, "crate::"), ["log", "bus", "ids", "span", "clock"]);
    }

    #[test]
    fn another_path_with_the_same_end_is_not_taken() {
        assert!(names_after("use my_crate::bus;", "crate::").is_empty());
        assert!(names_after("use super::super::bus;", "super::super::super::").is_empty());
        assert_eq!(names_after("use super::super::bus;", "super::super::"), ["bus"]);
    }

    #[test]
    fn folders_of_others_are_not_walked() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("node_modules/x")).unwrap();
        fs::create_dir(root.path().join("core")).unwrap();
        for file in ["node_modules/x/a.ts", "core/b.ts", "c.ts", "d.rs"] {
            fs::write(root.path().join(file), "").unwrap();
        }
        let found = below(root.path(), &[".ts"]).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|source| source.path.strip_prefix(root.path()).unwrap())
            .collect();
        assert_eq!(names, [Path::new("c.ts"), Path::new("core/b.ts")]);
    }
}

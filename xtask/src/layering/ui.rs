//! The UI's core and worker are free of the page: no view, no component, no framework.
//!
//! Owns that rule. It reads `import` and `export … from` as text, and follows relative paths.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use crate::sources;
use crate::workspace::Workspace;

/// What must run without a page.
const FRAMEWORK_FREE: &[&str] = &["ui/src/core", "ui/src/worker"];

/// The folders of the page.
const PAGE: &[&str] = &["ui/src/views", "ui/src/components"];

/// The framework, by the heads of its packages' names.
const FRAMEWORK: &[&str] = &["preact", "@preact"];

/// Imports of the page or the framework where neither may be.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for folder in FRAMEWORK_FREE {
        for source in sources::below(&workspace.path(folder), &[".ts", ".tsx"])? {
            let file = source.path.strip_prefix(workspace.root())?;
            for module in imported(&sources::code(&source.text, false)) {
                if is_of_the_page(file, module) {
                    findings.push(format!(
                        "{} imports {module:?}; it has to work without a page",
                        file.display()
                    ));
                }
            }
        }
    }
    Ok(findings)
}

/// What a file imports: the string after `from`, or after `import` itself, called or not.
fn imported(code: &str) -> Vec<&str> {
    let heads = ["from", "import"]
        .into_iter()
        .flat_map(|head| sources::positions(code, head).map(move |at| &code[at + head.len()..]));
    heads
        .filter_map(|rest| {
            let rest = rest.trim_start().trim_start_matches('(').trim_start();
            let quote = rest.chars().next().filter(|first| ['"', '\'', '`'].contains(first))?;
            rest[1..].split(quote).next()
        })
        .collect()
}

fn is_of_the_page(file: &Path, module: &str) -> bool {
    if module.starts_with('.') {
        let target = resolved(file, module);
        return PAGE.iter().any(|folder| target.starts_with(folder));
    }
    let head = module.split('/').next().unwrap_or_default();
    FRAMEWORK.contains(&head)
}

/// Where a relative import leads, from the top of the checkout.
fn resolved(file: &Path, module: &str) -> PathBuf {
    let mut target = file.parent().map(Path::to_path_buf).unwrap_or_default();
    for part in Path::new(module).components() {
        match part {
            Component::ParentDir => {
                target.pop();
            }
            Component::Normal(name) => target.push(name),
            _ => {}
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_import_is_seen() {
        let code = "import { h } from \"preact\";\nimport './side';\nexport * from '../views/tree';\nconst x = await import(\"./late\");\n";
        let mut modules = imported(code);
        modules.sort_unstable();
        assert_eq!(modules, ["../views/tree", "./late", "./side", "preact"]);
    }

    #[test]
    fn the_word_in_a_sentence_is_no_import() {
        assert!(imported("const text = \"events from the run\"; Array.from(list);").is_empty());
    }

    #[test]
    fn views_components_and_the_framework_are_the_page() {
        let file = Path::new("ui/src/core/store.ts");
        assert!(is_of_the_page(file, "../views/tree"));
        assert!(is_of_the_page(file, "./../components/row.tsx"));
        assert!(is_of_the_page(file, "@preact/signals"));
        assert!(!is_of_the_page(file, "./ring"));
        assert!(!is_of_the_page(file, "../generated/catalog"));
        assert!(!is_of_the_page(file, "vitest"));
    }
}

//! The bridge's routes are thin and know nothing of each other.
//!
//! Owns that rule. What two routes share belongs below them, in the feed or the server.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use crate::sources;
use crate::workspace::Workspace;

/// Where the routes are.
const FOLDER: &str = "bridge/src/routes";

/// Routes that use another route.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.path(FOLDER);
    let sources = sources::below(&folder, &[".rs"])?;
    let routes: BTreeSet<String> = sources
        .iter()
        .filter_map(|source| route_of(&folder, &source.path))
        .collect();
    let mut findings = Vec::new();
    for source in &sources {
        let Some(own) = route_of(&folder, &source.path) else {
            continue;
        };
        for other in others(&own, &sources::code(&source.text, false), &routes) {
            findings.push(format!("{} uses the route {other}", workspace.shown(&source.path)));
        }
    }
    Ok(findings)
}

/// The route that a file belongs to: its own name, or that of its folder. The table of routes belongs to none.
fn route_of(folder: &Path, file: &Path) -> Option<String> {
    let first = file.strip_prefix(folder).ok()?.components().next()?;
    let name = Path::new(first.as_os_str()).file_stem()?.to_string_lossy().into_owned();
    (name != "mod").then_some(name)
}

fn others(own: &str, code: &str, routes: &BTreeSet<String>) -> Vec<String> {
    let mut used = sources::names_after(code, "super::");
    used.extend(sources::names_after(code, "crate::routes::"));
    routes
        .iter()
        .filter(|route| *route != own && used.contains(&route.as_str()))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{others, route_of};

    #[test]
    fn a_route_may_not_use_another() {
        let routes = ["websocket".to_owned(), "sse".to_owned()].into();
        assert_eq!(others("sse", "use super::websocket::frame;", &routes), ["websocket"]);
        assert_eq!(
            others("sse", "crate::routes::websocket::frame()", &routes),
            ["websocket"]
        );
        assert!(others("sse", "use super::sse;\nuse crate::feed::Feed;", &routes).is_empty());
    }
    #[test]
    fn a_folder_is_one_route() {
        let route = |file| route_of(Path::new("routes"), Path::new(file));
        assert_eq!(route("routes/websocket/session.rs").as_deref(), Some("websocket"));
        assert_eq!(route("routes/ui.rs").as_deref(), Some("ui"));
        assert_eq!(route("routes/mod.rs"), None);
    }
}

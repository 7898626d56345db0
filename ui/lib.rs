//! The browser view of running agents, as bytes.
//!
//! Owns the built files of the page and their content types, embedded when this crate is compiled, so that a bridge
//! needs neither Node.js nor a folder beside it. It must never build the page, read the file system or depend on
//! anything: `dist/` is made from `src/` by `npm run build` and committed.

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used)]

/// One file of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Path below the root of the site, without a leading slash: `index.html`.
    pub path: &'static str,
    /// Value for the `Content-Type` header.
    pub content_type: &'static str,
    /// The file itself.
    pub bytes: &'static [u8],
}

const ASSETS: &[Asset] = &[
    Asset {
        path: "index.html",
        content_type: "text/html; charset=utf-8",
        bytes: include_bytes!("dist/index.html"),
    },
    Asset {
        path: "app.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("dist/app.js"),
    },
    Asset {
        path: "worker.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("dist/worker.js"),
    },
    Asset {
        path: "app.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("dist/app.css"),
    },
    Asset {
        path: "icon.svg",
        content_type: "image/svg+xml",
        bytes: include_bytes!("dist/icon.svg"),
    },
    Asset {
        path: "demo.ndjson",
        content_type: "application/x-ndjson",
        bytes: include_bytes!("dist/demo.ndjson"),
    },
    Asset {
        path: "third-party.txt",
        content_type: "text/plain; charset=utf-8",
        bytes: include_bytes!("dist/third-party.txt"),
    },
];

/// All files of the page.
#[must_use]
pub fn assets() -> &'static [Asset] {
    ASSETS
}

/// The file at a path of the site. A leading slash is ignored, and the root is the page itself.
///
/// ```
/// let page = event_ui::asset("/").map(|asset| asset.path);
/// assert_eq!(page, Some("index.html"));
/// assert!(event_ui::asset("/no-such-file").is_none());
/// ```
#[must_use]
pub fn asset(path: &str) -> Option<&'static Asset> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = if path.is_empty() { "index.html" } else { path };
    ASSETS.iter().find(|asset| asset.path == path)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::{asset, assets};

    #[test]
    fn every_built_file_is_embedded_and_every_embedded_file_is_built() {
        let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
        let built: BTreeSet<String> = fs::read_dir(&dist)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let embedded: BTreeSet<String> = assets().iter().map(|asset| asset.path.to_owned()).collect();
        assert_eq!(built, embedded);
        for asset in assets() {
            assert_eq!(
                asset.bytes,
                fs::read(dist.join(asset.path)).unwrap(),
                "{} is stale",
                asset.path
            );
        }
    }

    #[test]
    fn the_root_is_the_page_with_and_without_a_slash() {
        for path in ["", "/", "index.html", "/index.html"] {
            assert_eq!(asset(path).map(|found| found.path), Some("index.html"), "{path:?}");
        }
    }

    #[test]
    fn an_unknown_path_has_no_file() {
        for path in ["/nothing", "//index.html", "/../lib.rs", "/INDEX.HTML"] {
            assert!(asset(path).is_none(), "{path:?}");
        }
    }

    #[test]
    fn the_page_names_only_files_that_are_embedded() {
        let page = std::str::from_utf8(asset("/").unwrap().bytes).unwrap();
        for (_, rest) in page
            .match_indices("=\"./")
            .map(|(at, found)| page.split_at(at + found.len()))
        {
            let path = rest.split('"').next().unwrap();
            assert!(asset(path).is_some(), "the page names {path}");
        }
    }
}

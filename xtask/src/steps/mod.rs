//! The steps of `cargo xtask test`, in the order in which they run: the quick ones first.
//!
//! Owns the table: names, what each needs, what it runs. A step knows no other step.

mod dependencies;
mod layering;
mod off;
mod rust;
mod ui;

use anyhow::Result;

use crate::setup::Part;
use crate::verdict::Verdict;
use crate::workspace::Workspace;

/// One check.
pub(crate) struct Step {
    /// What `--only` calls it.
    pub(crate) name: &'static str,
    /// What it proves, in one line.
    pub(crate) about: &'static str,
    /// The parts of the machine it cannot do without.
    pub(crate) needs: &'static [Part],
    /// Does it.
    pub(crate) run: fn(&Workspace) -> Result<Verdict>,
}

/// Every step.
pub(crate) const ALL: &[Step] = &[
    Step {
        name: "fmt",
        about: "the Rust sources are formatted",
        needs: &[Part::RustTools],
        run: rust::fmt,
    },
    Step {
        name: "layering",
        about: "nobody imports what stands above it",
        needs: &[],
        run: layering::run,
    },
    Step {
        name: "dependencies",
        about: "permissive licences, one version of heavy crates, nothing unused",
        needs: &[],
        run: dependencies::run,
    },
    Step {
        name: "typecheck",
        about: "the UI's types hold",
        needs: &[Part::Node, Part::UiPackages],
        run: ui::typecheck,
    },
    Step {
        name: "ui",
        about: "the UI's unit tests",
        needs: &[Part::Node, Part::UiPackages],
        run: ui::unit,
    },
    Step {
        name: "dist",
        about: "ui/dist equals a fresh build",
        needs: &[Part::Node, Part::UiPackages],
        run: ui::dist,
    },
    Step {
        name: "clippy",
        about: "no lint in any target with any feature",
        needs: &[Part::RustTools],
        run: rust::clippy,
    },
    Step {
        name: "rustdoc",
        about: "the documentation builds without a warning",
        needs: &[],
        run: rust::rustdoc,
    },
    Step {
        name: "rust",
        about: "every Rust test: unit, property, integration on a real redis-server, documentation",
        needs: &[Part::Redis],
        run: rust::tests,
    },
    Step {
        name: "off",
        about: "with --cfg emits_off nothing is published, nothing of events is left in a binary, and the agent does the same",
        needs: &[],
        run: off::run,
    },
    Step {
        name: "browser",
        about: "the UI in a real browser, and the documentation's clients, against the real bridge",
        needs: &[
            Part::Redis,
            Part::Node,
            Part::UiPackages,
            Part::Chromium,
            Part::Curl,
            Part::Python,
            Part::PythonPackages,
        ],
        run: ui::browser,
    },
];

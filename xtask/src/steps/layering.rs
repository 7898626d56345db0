//! The step that looks at who imports whom.
//!
//! Owns only the order of the looks; the arrows themselves stand in `crate::layering`.

use anyhow::Result;

use crate::layering::{crates, floors, routes, ui};
use crate::metadata::Metadata;
use crate::verdict::Verdict;
use crate::workspace::Workspace;

pub(super) fn run(workspace: &Workspace) -> Result<Verdict> {
    let mut findings = crates::check(&Metadata::read(workspace)?);
    findings.extend(floors::check(workspace)?);
    findings.extend(routes::check(workspace)?);
    findings.extend(ui::check(workspace)?);
    Ok(Verdict::of_findings(findings))
}

//! The step that looks at what we depend on.
//!
//! Owns only the order of the looks; what each means stands in `crate::dependencies`.

use anyhow::Result;

use crate::dependencies::{duplicate, licence, unused};
use crate::metadata::Metadata;
use crate::verdict::Verdict;
use crate::workspace::Workspace;

pub(super) fn run(workspace: &Workspace) -> Result<Verdict> {
    let metadata = Metadata::read(workspace)?;
    println!("{} crates in the tree", metadata.packages.len());
    let mut findings = licence::check(workspace, &metadata)?;
    findings.extend(duplicate::check(&metadata)?);
    findings.extend(unused::check(workspace, &metadata)?);
    Ok(Verdict::of_findings(findings))
}

//! What a build leaves: LLVM IR, which is what the back end is asked to do, and machine code.
//!
//! Owns reading those files. It takes no time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::build::{cargo, done};
use crate::process;
use crate::workspace::Workspace;

/// How much was generated for a crate.
pub(super) struct Output {
    pub(super) ir_lines: u32,
    pub(super) functions: u32,
    pub(super) dev_text: u32,
    pub(super) release_text: u32,
}

/// Builds a crate once more for its IR, and looks at what is there.
pub(super) fn read(workspace: &Workspace, folder: &Path, package: &str) -> Result<Output> {
    done(&mut cargo(workspace, folder, package, &["clean"]))?;
    let mut command = cargo(workspace, folder, package, &["rustc"]);
    // In one unit, or what is shared by many would be counted as often as it was copied.
    done(command.args(["--", "--emit=llvm-ir", "-Ccodegen-units=1"]))?;
    let ir = newest(&folder.join("target/debug/deps"), &format!("{package}-"), ".ll")?;
    let ir = fs::read_to_string(&ir).with_context(|| format!("cannot read {}", ir.display()))?;
    for arguments in [&["build"][..], &["build", "--release"]] {
        done(&mut cargo(workspace, folder, package, arguments))?;
    }
    Ok(Output {
        ir_lines: lines_of_functions(&ir),
        functions: u32::try_from(ir.lines().filter(|line| line.starts_with("define ")).count())?,
        dev_text: machine_code(&folder.join("target/debug/deps"), package)?,
        release_text: machine_code(&folder.join("target/release/deps"), package)?,
    })
}

/// Lines between `define … {` and `}`: declarations and debug information are left out.
fn lines_of_functions(ir: &str) -> u32 {
    let (mut count, mut is_inside) = (0, false);
    for line in ir.lines() {
        is_inside |= line.starts_with("define ");
        count += u32::from(is_inside);
        is_inside &= line != "}";
    }
    count
}

/// The `.text` sections of a library, by the `size` of the same tools that link it.
fn machine_code(folder: &Path, package: &str) -> Result<u32> {
    let library = newest(folder, &format!("lib{package}-"), ".rlib")?;
    let printed = process::stdout_of(Command::new("size").arg("-A").arg(&library))?;
    Ok(text_sections(&printed))
}

fn text_sections(printed: &str) -> u32 {
    let sections = printed.lines().filter(|line| line.starts_with(".text"));
    sections
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u32>().ok())
        .sum()
}

fn newest(folder: &Path, start: &str, end: &str) -> Result<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(start) && name.ends_with(end) {
            found.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    let newest = found.into_iter().max().map(|(_, path)| path);
    newest.with_context(|| format!("{} has no {start}…{end}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_functions_count() {
        let ir = "; ModuleID\ndefine void @a() {\nstart:\n  ret void\n}\ndeclare void @b()\n!1 = !{}\n";
        assert_eq!(lines_of_functions(ir), 4);
    }

    #[test]
    fn the_sections_of_machine_code_are_added() {
        let printed = "section size addr\n.text 0 0\n.text.main 17 0\n.rodata 5 0\n.text.unlikely.b 3 0\n";
        assert_eq!(text_sections(printed), 20);
    }
}

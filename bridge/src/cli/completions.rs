//! `event-bridge completions`. Owns nothing: the commands and their flags are told by the command line itself.

use std::io::{Write as _, stdout};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;

pub(super) const EXAMPLES: &str = "\
Examples:
  event-bridge completions bash > ~/.local/share/bash-completion/completions/event-bridge
  event-bridge completions zsh > ~/.zfunc/_event-bridge     # with fpath+=~/.zfunc in .zshrc
  event-bridge completions fish > ~/.config/fish/completions/event-bridge.fish";

#[derive(Args)]
pub(super) struct Completions {
    /// Of which shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, mut commands: Command) -> anyhow::Result<ExitCode> {
        // Into memory first: the generator panics if its reader has gone.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut commands, "event-bridge", &mut script);
        stdout().write_all(&script)?;
        Ok(ExitCode::SUCCESS)
    }
}

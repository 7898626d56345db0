//! The flags of `serve` and `config`, made from the table. Owns what clap is told of a setting.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use super::FILE_VARIABLE;
use super::table::{Setting, Shape, TABLE};

/// What was said on the command line.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    pub(super) file: Option<PathBuf>,
    pub(super) given: BTreeMap<&'static str, Vec<String>>,
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help(format!(
                "TOML file with settings, which flags and variables go before [env: {FILE_VARIABLE}]"
            ));
        command.arg(file).args(TABLE.iter().filter_map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn argument(setting: &Setting) -> Option<Arg> {
    let flag = setting.flag?;
    let often = if setting.shape == Shape::List {
        " (repeatable)"
    } else {
        ""
    };
    let default = setting.default_text().map(|default| format!(" [default: {default}]"));
    let help = format!(
        "{}{often} [env: {}]{}",
        setting.help,
        setting.env,
        default.unwrap_or_default()
    );
    let argument = Arg::new(setting.key).long(flag).help(help);
    let argument = match setting.shape {
        Shape::Switch => argument.action(ArgAction::SetTrue),
        Shape::One => argument.value_name(setting.value_name).action(ArgAction::Set),
        Shape::List => argument.value_name(setting.value_name).action(ArgAction::Append),
    };
    Some(if setting.section() == "limits" {
        argument.help_heading("Limits").hide_short_help(true)
    } else {
        argument
    })
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.file = matches.get_one::<PathBuf>("config").cloned();
        for setting in TABLE.iter().filter(|setting| setting.flag.is_some()) {
            let texts: Vec<String> = match setting.shape {
                Shape::Switch => matches
                    .get_flag(setting.key)
                    .then(|| "true".to_owned())
                    .into_iter()
                    .collect(),
                _ => matches
                    .get_many::<String>(setting.key)
                    .into_iter()
                    .flatten()
                    .cloned()
                    .collect(),
            };
            if !texts.is_empty() {
                self.given.insert(setting.key, texts);
            }
        }
        Ok(())
    }
}

//! The settings as people see them. Owns the form of `config print`, in which no secret is.

use std::fmt;

use event_core::log::RedisConfig;

use super::Settings;
use super::form::quoted;
use super::table::TABLE;

/// As a file that `--config` takes, each value with where it comes from. No secret is in it.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut section = "";
        for setting in TABLE {
            if setting.section() != section {
                section = setting.section();
                let gap = if section == TABLE[0].section() { "" } else { "\n" };
                writeln!(f, "{gap}[{section}]")?;
            }
            let source = self.source(setting.key);
            let line = match (setting.show)(&self.values) {
                None => format!("# {} is not set", setting.name()),
                Some(_) if setting.flag.is_none() => format!("# {} is set, and not shown", setting.name()),
                Some(_) if setting.key == "redis.url" => {
                    let config = RedisConfig::new(&self.values.redis).map_err(|_| fmt::Error)?;
                    format!("url = {}", quoted(&config.address()))
                }
                Some(value) => format!("{} = {value}", setting.name()),
            };
            writeln!(f, "{line:<44} # {source}")?;
        }
        Ok(())
    }
}

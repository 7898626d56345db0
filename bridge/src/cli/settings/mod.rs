//! The settings of `event-bridge serve`, from flags over variables over a file over defaults. Owns the merging, in this
//! one place, and the sentences about what is not understood: each names the key or flag or variable, and where it stands.

mod file;
mod flags;
mod form;
mod show;
mod table;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use event_bridge::{Bridge, BridgeError};
use event_core::log::{RedisConfig, RedisLog};

pub(crate) use self::flags::Flags;
pub(crate) use self::form::LogFormat;
use self::form::quoted;
use self::table::{Setting, Shape, TABLE, Values};

/// The variable that names the file of settings.
const FILE_VARIABLE: &str = "EVENT_BRIDGE_CONFIG";

/// The settings that count, and where each comes from.
#[derive(Debug)]
pub(crate) struct Settings {
    values: Values,
    sources: BTreeMap<&'static str, Source>,
}

/// Where a value comes from; the later ones go before the earlier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Default,
    File(PathBuf),
    Variable(&'static str),
    Flag(&'static str),
}

impl Flags {
    /// All that is wrong, in one error.
    pub(crate) fn load(self) -> Result<Settings, BridgeError> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let file = self.file.clone().or_else(|| variable(FILE_VARIABLE).map(PathBuf::from));
        let mut settings = Settings {
            values: Values::default(),
            sources: BTreeMap::new(),
        };
        let mut mistakes = Vec::new();
        if let Some(path) = file {
            let found = file::read(&path);
            let source = Source::File(path);
            mistakes.extend(found.mistakes.into_iter().map(|mistake| format!("{source}: {mistake}")));
            for (key, texts) in found.values {
                settings.take(key, &texts, &source, &mut mistakes);
            }
        }
        for setting in TABLE {
            if let (Some(flag), Some(texts)) = (setting.flag, self.given.get(setting.key)) {
                settings.take(setting.key, texts, &Source::Flag(flag), &mut mistakes);
            } else if let Some((name, texts)) = from_environment(setting, &variable) {
                settings.take(setting.key, &texts, &Source::Variable(name), &mut mistakes);
            }
        }
        settings.check_pairs(&mut mistakes);
        if mistakes.is_empty() {
            Ok(settings)
        } else {
            Err(BridgeError::Setting(mistakes.join("\n")))
        }
    }
}

fn from_environment(
    setting: &Setting,
    variable: &impl Fn(&str) -> Option<String>,
) -> Option<(&'static str, Vec<String>)> {
    let Some(text) = variable(setting.env) else {
        let host = (setting.env == "REDIS_URL").then(|| variable("REDIS_HOST")).flatten()?;
        return Some(("REDIS_HOST", vec![format!("redis://{host}")]));
    };
    let texts = match setting.shape {
        Shape::List => text.split(',').map(|item| item.trim().to_owned()).collect(),
        _ => vec![text],
    };
    Some((setting.env, texts))
}

impl Settings {
    /// A bridge that more can reach than its user may think says so.
    pub(crate) fn tell_who_may_read(&self) {
        let values = &self.values;
        let has_token = values.token.is_some() || values.token_file.is_some();
        let is_open = !values.host.is_loopback();
        if has_token {
            tracing::info!("it asks for a token: open it in a browser with #token=TOKEN at the end");
        } else if is_open {
            tracing::warn!("everyone who reaches {} may read the events", values.host);
        }
        if has_token && is_open && values.tls_cert.is_none() {
            tracing::warn!(
                "without TLS the token can be read on its way; see --tls-cert, or put a proxy with TLS in front"
            );
        }
    }

    pub(crate) fn log_level(&self) -> &str {
        &self.values.log_level
    }

    pub(crate) fn log_format(&self) -> LogFormat {
        self.values.log_format
    }

    /// The Redis stream to read.
    pub(crate) fn redis(&self) -> Result<RedisConfig, BridgeError> {
        let mut config = RedisConfig::new(&self.values.redis)?;
        config.stream.clone_from(&self.values.stream);
        config.ca.clone_from(&self.values.redis_ca);
        Ok(config)
    }

    /// The bridge, before it listens: all that can be checked without a network is.
    pub(crate) fn builder(&self) -> Result<event_bridge::Builder, BridgeError> {
        let values = &self.values;
        let log = RedisLog::new(self.redis()?).map_err(|error| self.of_redis(error.into()))?;
        let mut builder = Bridge::builder()
            .host(values.host)
            .port(values.port)
            .insecure(values.insecure)
            .access_log(values.access_log)
            .limits(values.limits.clone())
            .log(Arc::new(log));
        if let Some(token) = self.token()? {
            builder = builder.token(&token).map_err(|error| self.of_token(&error))?;
        }
        if let (Some(cert), Some(key)) = (&values.tls_cert, &values.tls_key) {
            builder = builder.tls(cert, key);
        }
        for origin in &values.allow_origins {
            builder = builder.allow_origin(origin);
        }
        for host in &values.allow_hosts {
            builder = builder.allow_host(host);
        }
        if let Some(dir) = &values.ui_dir {
            builder = builder.ui_dir(dir);
        }
        Ok(builder)
    }

    fn token(&self) -> Result<Option<String>, BridgeError> {
        if self.uses_variable() {
            return Ok(self.values.token.clone());
        }
        let Some(path) = &self.values.token_file else {
            return Ok(None);
        };
        let token = std::fs::read_to_string(path).map_err(|error| {
            let said = format!("{} cannot be read: {error}", path.display());
            BridgeError::Setting(self.said("access.token_file", &said))
        })?;
        Ok(Some(token))
    }

    /// The token itself, rather than a file with it; of both, the nearer one counts.
    fn uses_variable(&self) -> bool {
        self.values.token.is_some() && self.source("access.token") >= self.source("access.token_file")
    }

    fn of_token(&self, error: &BridgeError) -> BridgeError {
        let error = error.to_string();
        let said = error.strip_prefix("token: ").unwrap_or(&error);
        BridgeError::Setting(if self.uses_variable() {
            self.said("access.token", said)
        } else {
            let path = self.values.token_file.as_deref().unwrap_or_else(|| "the file".as_ref());
            self.said("access.token_file", &format!("{}: {said}", path.display()))
        })
    }

    /// The log names the variable, whatever the value came from.
    fn of_redis(&self, error: BridgeError) -> BridgeError {
        let text = error.to_string();
        let settings = [("REDIS_URL: ", "redis.url"), ("EVENT_REDIS_CA: ", "redis.ca")];
        let named = settings
            .iter()
            .find_map(|(name, key)| Some((*key, text.strip_prefix(name)?)));
        match named {
            Some((key, said)) if self.source(key) != &Source::Default => BridgeError::Setting(self.said(key, said)),
            _ => error,
        }
    }

    fn source(&self, key: &str) -> &Source {
        self.sources.get(key).unwrap_or(&Source::Default)
    }

    /// A sentence about the value of a key, with where it stands.
    fn said(&self, key: &str, said: &str) -> String {
        about(self.source(key), key, said)
    }

    fn take(&mut self, key: &'static str, texts: &[String], source: &Source, mistakes: &mut Vec<String>) {
        let Some(setting) = TABLE.iter().find(|setting| setting.key == key) else {
            return;
        };
        match (setting.set)(&mut self.values, texts) {
            Ok(()) => {
                self.sources.insert(setting.key, source.clone());
            }
            Err(expected) => {
                let got = quoted(texts.last().map_or("", String::as_str));
                mistakes.push(about(source, key, &format!("expected {expected}, got {got}")));
            }
        }
    }

    fn check_pairs(&self, mistakes: &mut Vec<String>) {
        let values = &self.values;
        let half = match (&values.tls_cert, &values.tls_key) {
            (Some(_), None) => Some((
                "tls.cert",
                "the certificate needs its private key: give --tls-key as well",
            )),
            (None, Some(_)) => Some((
                "tls.key",
                "the private key needs its certificate: give --tls-cert as well",
            )),
            _ => None,
        };
        mistakes.extend(half.map(|(key, said)| self.said(key, said)));
        let limits = &values.limits;
        if limits.silence <= limits.ping {
            let said = "peers are silent from one ping to the next: it must be longer than limits.ping";
            mistakes.push(self.said("limits.silence", said));
        }
    }
}

/// Flags and variables have names of their own, in a file it is the key.
fn about(source: &Source, key: &str, said: &str) -> String {
    match source {
        Source::Default | Source::File(_) => format!("{source}: {key}: {said}"),
        Source::Variable(_) | Source::Flag(_) => format!("{source}: {said}"),
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

#[cfg(test)]
mod tests;

//! Every setting of `event-bridge serve`: its key in a file, its flag, its variable, its help. One table, which the
//! flags, the file, the variables, `--help`, `config print` and the README's table come from.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use event_bridge::{DEFAULT_PORT, Limits};

use super::form::{self, Form, LogFormat};

/// The settings, as values.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    pub(super) host: IpAddr,
    pub(super) port: u16,
    pub(super) redis: String,
    pub(super) stream: String,
    pub(super) redis_ca: Option<PathBuf>,
    pub(super) token: Option<String>,
    pub(super) token_file: Option<PathBuf>,
    pub(super) insecure: bool,
    pub(super) allow_origins: Vec<String>,
    pub(super) allow_hosts: Vec<String>,
    pub(super) tls_cert: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
    pub(super) ui_dir: Option<PathBuf>,
    pub(super) log_level: String,
    pub(super) log_format: LogFormat,
    pub(super) access_log: bool,
    pub(super) limits: Limits,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            host: IpAddr::from([127, 0, 0, 1]),
            port: DEFAULT_PORT,
            redis: "redis://localhost:6379".to_owned(),
            stream: "agent_events".to_owned(),
            redis_ca: None,
            token: None,
            token_file: None,
            insecure: false,
            allow_origins: Vec::new(),
            allow_hosts: Vec::new(),
            tls_cert: None,
            tls_key: None,
            ui_dir: None,
            log_level: "info".to_owned(),
            log_format: LogFormat::Text,
            access_log: false,
            limits: Limits::default(),
        }
    }
}

/// What a setting is to flags: whether a value follows, and how often it may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    One,
    Switch,
    List,
}

/// One setting.
pub(super) struct Setting {
    /// Its key in a file.
    pub(super) key: &'static str,
    /// Its flag; none for a secret, which has no place in a list of processes.
    pub(super) flag: Option<&'static str>,
    /// Its variable.
    pub(super) env: &'static str,
    pub(super) shape: Shape,
    /// What stands for the value in `--help`.
    pub(super) value_name: &'static str,
    pub(super) help: &'static str,
    /// Takes a value, or says what is expected.
    pub(super) set: fn(&mut Values, &[String]) -> Result<(), &'static str>,
    /// The value as TOML; none if it is not set.
    pub(super) show: fn(&Values) -> Option<String>,
}

fn read<T>(form: &Form<T>, texts: &[String]) -> Result<T, &'static str> {
    let last = texts.last().map_or("", |text| text.trim());
    (form.read)(last).ok_or(form.expected)
}

/// A setting that always has a value, at a place in [`Values`].
macro_rules! one {
    ($key:literal, $flag:literal, $env:literal, $name:literal, $form:expr, $($place:ident).+, $help:expr) => {
        Setting {
            key: $key,
            flag: Some($flag),
            env: $env,
            shape: Shape::One,
            value_name: $name,
            help: $help,
            set: |values, texts| {
                values.$($place).+ = read(&$form, texts)?;
                Ok(())
            },
            show: |values| Some(($form.show)(&values.$($place).+)),
        }
    };
}

/// A setting that need not have a value.
macro_rules! maybe {
    ($key:literal, $flag:expr, $env:literal, $name:literal, $form:expr, $($place:ident).+, $help:expr) => {
        Setting {
            key: $key,
            flag: $flag,
            env: $env,
            shape: Shape::One,
            value_name: $name,
            help: $help,
            set: |values, texts| {
                values.$($place).+ = Some(read(&$form, texts)?);
                Ok(())
            },
            show: |values| values.$($place).+.as_ref().map($form.show),
        }
    };
}

macro_rules! switch {
    ($key:literal, $flag:literal, $env:literal, $place:ident, $help:expr) => {
        Setting {
            shape: Shape::Switch,
            ..one!($key, $flag, $env, "", form::SWITCH, $place, $help)
        }
    };
}

macro_rules! list {
    ($key:literal, $flag:literal, $env:literal, $name:literal, $place:ident, $help:expr) => {
        Setting {
            key: $key,
            flag: Some($flag),
            env: $env,
            shape: Shape::List,
            value_name: $name,
            help: $help,
            set: |values, texts| {
                values.$place = texts.to_vec();
                Ok(())
            },
            show: |values| {
                let items: Vec<_> = values.$place.iter().map(|item| form::quoted(item)).collect();
                Some(format!("[{}]", items.join(", ")))
            },
        }
    };
}

const TIME: Form<Duration> = form::TIME;
const PERIOD: Form<Duration> = form::PERIOD;

/// In the order in which people read them.
pub(super) const TABLE: &[Setting] = &[
    one!(
        "listen.host",
        "host",
        "EVENT_BRIDGE_HOST",
        "HOST",
        form::HOST,
        host,
        "Address to listen on: localhost or an IP address; others than loopback ones need a token or --insecure"
    ),
    one!(
        "listen.port",
        "port",
        "WS_PORT",
        "PORT",
        form::PORT,
        port,
        "Port to listen on; 0 takes any free one"
    ),
    one!(
        "redis.url",
        "redis",
        "REDIS_URL",
        "URL",
        form::TEXT,
        redis,
        "Redis server: redis://[user:password@]host[:port][/db], rediss://… for TLS, or unix:///path; REDIS_HOST is used if REDIS_URL is not set"
    ),
    one!(
        "redis.stream",
        "stream",
        "EVENT_STREAM",
        "KEY",
        form::TEXT,
        stream,
        "Key of the stream"
    ),
    maybe!(
        "redis.ca",
        Some("redis-ca"),
        "EVENT_REDIS_CA",
        "FILE",
        form::PATH,
        redis_ca,
        "PEM file with the certificate authority of a rediss:// server, instead of the platform's"
    ),
    maybe!(
        "access.token",
        None,
        "EVENT_BRIDGE_TOKEN",
        "",
        form::TEXT,
        token,
        "Token to ask for, in the environment only; at least 16 characters"
    ),
    maybe!(
        "access.token_file",
        Some("token-file"),
        "EVENT_BRIDGE_TOKEN_FILE",
        "FILE",
        form::PATH,
        token_file,
        "File with the token to ask for: `Authorization: Bearer …`, or /#token=… in a browser"
    ),
    switch!(
        "access.insecure",
        "insecure",
        "EVENT_BRIDGE_INSECURE",
        insecure,
        "Let everyone who reaches the port read the events, if there is no token"
    ),
    list!(
        "access.allow_origins",
        "allow-origin",
        "EVENT_BRIDGE_ALLOW_ORIGINS",
        "ORIGIN",
        allow_origins,
        "Let pages of this origin read as well, such as https://tools.example"
    ),
    list!(
        "access.allow_hosts",
        "allow-host",
        "EVENT_BRIDGE_ALLOW_HOSTS",
        "NAME",
        allow_hosts,
        "Answer to this host name as well"
    ),
    maybe!(
        "tls.cert",
        Some("tls-cert"),
        "EVENT_BRIDGE_TLS_CERT",
        "FILE",
        form::PATH,
        tls_cert,
        "PEM file with the certificate, and those between it and its authority: serves HTTPS"
    ),
    maybe!(
        "tls.key",
        Some("tls-key"),
        "EVENT_BRIDGE_TLS_KEY",
        "FILE",
        form::PATH,
        tls_key,
        "PEM file with the certificate's private key"
    ),
    maybe!(
        "ui.dir",
        Some("ui-dir"),
        "EVENT_BRIDGE_UI_DIR",
        "DIR",
        form::PATH,
        ui_dir,
        "Serve the UI from this folder instead of the embedded one, while working on it"
    ),
    one!(
        "log.level",
        "log-level",
        "RUST_LOG",
        "LEVEL",
        form::LEVEL,
        log_level,
        "What is logged: error, warn, info, debug, trace, or directives such as warn,event_bridge=debug"
    ),
    one!(
        "log.format",
        "log-format",
        "EVENT_BRIDGE_LOG_FORMAT",
        "FORMAT",
        form::LOG_FORMAT,
        log_format,
        "How it is logged: text, or json (an object a line)"
    ),
    switch!(
        "log.access",
        "access-log",
        "EVENT_BRIDGE_ACCESS_LOG",
        access_log,
        "Log each request: method, path, status, peer; never a query, a header or a token"
    ),
    one!(
        "limits.connections",
        "connections",
        "EVENT_BRIDGE_CONNECTIONS",
        "COUNT",
        form::COUNT,
        limits.connections,
        "Connections at one time; one more is answered with 503"
    ),
    maybe!(
        "limits.connections_per_address",
        Some("connections-per-address"),
        "EVENT_BRIDGE_CONNECTIONS_PER_ADDRESS",
        "COUNT",
        form::COUNT,
        limits.connections_per_address,
        "Connections at one time of one address; one more is answered with 429; unless set, 256 and no bound on loopback"
    ),
    one!(
        "limits.pending_connections",
        "pending-connections",
        "EVENT_BRIDGE_PENDING_CONNECTIONS",
        "COUNT",
        form::COUNT,
        limits.pending_connections,
        "Connections at one time that have not asked for anything; one more pushes out the oldest"
    ),
    maybe!(
        "limits.requests_per_second",
        Some("requests-per-second"),
        "EVENT_BRIDGE_REQUESTS_PER_SECOND",
        "COUNT",
        form::RATE,
        limits.requests_per_second,
        "Requests a second of one address; one more is answered with 429; unless set, 50 and no bound on loopback"
    ),
    one!(
        "limits.request_burst",
        "request-burst",
        "EVENT_BRIDGE_REQUEST_BURST",
        "COUNT",
        form::RATE,
        limits.request_burst,
        "Requests that one address may make at once before it is held to that rate"
    ),
    one!(
        "limits.inbound_bytes",
        "inbound-bytes",
        "EVENT_BRIDGE_INBOUND_BYTES",
        "BYTES",
        form::BYTES,
        limits.inbound_bytes,
        "The largest message that is listened to on a WebSocket, in bytes"
    ),
    one!(
        "limits.handshake_timeout",
        "handshake-timeout",
        "EVENT_BRIDGE_HANDSHAKE_TIMEOUT",
        "TIME",
        PERIOD,
        limits.handshake_timeout,
        "How long a peer may take for the TLS handshake"
    ),
    one!(
        "limits.header_timeout",
        "header-timeout",
        "EVENT_BRIDGE_HEADER_TIMEOUT",
        "TIME",
        PERIOD,
        limits.header_timeout,
        "How long a peer may take for the head of its request"
    ),
    one!(
        "limits.no_progress",
        "no-progress",
        "EVENT_BRIDGE_NO_PROGRESS",
        "TIME",
        PERIOD,
        limits.no_progress,
        "How long a client may take nothing of what waits for it"
    ),
    one!(
        "limits.silence",
        "silence",
        "EVENT_BRIDGE_SILENCE",
        "TIME",
        PERIOD,
        limits.silence,
        "After how long without a word a WebSocket's peer is taken for dead"
    ),
    one!(
        "limits.ping",
        "ping",
        "EVENT_BRIDGE_PING",
        "TIME",
        PERIOD,
        limits.ping,
        "How often a WebSocket is pinged"
    ),
    one!(
        "limits.heartbeat",
        "heartbeat",
        "EVENT_BRIDGE_HEARTBEAT",
        "TIME",
        PERIOD,
        limits.heartbeat,
        "How often a framed client hears that the bridge is alive"
    ),
    one!(
        "limits.keep_alive",
        "keep-alive",
        "EVENT_BRIDGE_KEEP_ALIVE",
        "TIME",
        PERIOD,
        limits.keep_alive,
        "How often a comment is sent on a silent stream of server-sent events"
    ),
    one!(
        "limits.drain",
        "drain",
        "EVENT_BRIDGE_DRAIN",
        "TIME",
        TIME,
        limits.drain,
        "How long clients are given to take their leave when the bridge stops"
    ),
    one!(
        "limits.drain_notice",
        "drain-notice",
        "EVENT_BRIDGE_DRAIN_NOTICE",
        "TIME",
        TIME,
        limits.drain_notice,
        "How long /readyz says no before a bridge that stops accepts no more"
    ),
    one!(
        "limits.ring_bytes",
        "ring-bytes",
        "EVENT_BRIDGE_RING_BYTES",
        "BYTES",
        form::BYTES,
        limits.ring_bytes,
        "Recent events kept in memory, in bytes"
    ),
    one!(
        "limits.ring_entries",
        "ring-entries",
        "EVENT_BRIDGE_RING_ENTRIES",
        "COUNT",
        form::COUNT,
        limits.ring_entries,
        "Recent events kept in memory, in entries"
    ),
    one!(
        "limits.patience",
        "patience",
        "EVENT_BRIDGE_PATIENCE",
        "TIME",
        PERIOD,
        limits.patience,
        "How long one read of the log waits for new entries"
    ),
];

impl Setting {
    /// What it is unless somebody says otherwise, for people.
    pub(super) fn default_text(&self) -> Option<String> {
        let shown = (self.show)(&Values::default())?;
        (!matches!(shown.as_str(), "false" | "[]")).then(|| shown.trim_matches('"').to_owned())
    }

    pub(super) fn section(&self) -> &'static str {
        self.key.split('.').next().unwrap_or_default()
    }

    /// The key below its section.
    pub(super) fn name(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(_, name)| name)
    }
}

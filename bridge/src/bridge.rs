//! A bridge and its builder. Owns the way from settings to a listening socket; what then happens is the server's.

use std::future::Future;
use std::net::{IpAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use event_core::log::Log;
use tokio_rustls::TlsAcceptor;

use crate::config::{Config, Limits, TlsFiles};
use crate::error::BridgeError;
use crate::running::Running;
use crate::server::{self, access, tls, token::Token};
use crate::source::Source;

/// A bridge that listens, and can be [run](Bridge::run).
pub struct Bridge {
    config: Config,
    tls: Option<TlsAcceptor>,
    log: Arc<dyn Log>,
    listener: TcpListener,
}

/// Settings of a bridge. Everything has a default.
#[derive(Clone, Default)]
#[must_use]
pub struct Builder {
    config: Config,
    log: Option<Arc<dyn Log>>,
}

impl Bridge {
    /// Starts with the defaults.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it can be reached from this machine: `http://127.0.0.1:9999`.
    pub fn url(&self) -> String {
        let port = self
            .listener
            .local_addr()
            .map_or(self.config.port, |address| address.port());
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        match self.config.host {
            IpAddr::V4(host) if host.is_unspecified() => format!("{scheme}://127.0.0.1:{port}"),
            IpAddr::V4(host) => format!("{scheme}://{host}:{port}"),
            IpAddr::V6(host) if host.is_unspecified() => format!("{scheme}://[::1]:{port}"),
            IpAddr::V6(host) => format!("{scheme}://[{host}]:{port}"),
        }
    }

    /// Serves until `shutdown` ends, then drains: clients get what is there and are told to come back later.
    ///
    /// Must be called within a tokio runtime that has its timers and its I/O enabled.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), BridgeError> {
        let address = self.config.address();
        let listener = tokio::net::TcpListener::from_std(self.listener);
        let listener = listener.map_err(|error| BridgeError::listen(address, error))?;
        let source = Arc::new(Source::new(self.log, &self.config.limits));
        server::run(listener, &self.config, self.tls, source, shutdown).await;
        Ok(())
    }
}

impl Builder {
    /// The address to listen on: 127.0.0.1. Others than loopback ones need a [token](Builder::token), or
    /// [`Builder::insecure`].
    pub fn host(mut self, host: IpAddr) -> Self {
        self.config.host = host;
        self
    }

    /// The port to listen on: 9999. 0 takes any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.config.port = port;
        self
    }

    /// The log to read. Without one it is that of the process's own bus.
    pub fn log(mut self, log: Arc<dyn Log>) -> Self {
        self.log = Some(log);
        self
    }

    /// Whoever reaches the port may read the events, unless there is a token.
    pub fn insecure(mut self, is_insecure: bool) -> Self {
        self.config.is_insecure = is_insecure;
        self
    }

    /// Asks for this token: `Authorization: Bearer TOKEN`, or in a browser once `/#token=TOKEN`. It has at least 16
    /// characters of printable ASCII.
    pub fn token(mut self, token: &str) -> Result<Self, BridgeError> {
        let token = Token::new(token).map_err(|error| BridgeError::Setting(format!("token: {error}")))?;
        self.config.token = Some(token);
        Ok(self)
    }

    /// Serves HTTPS with the certificate and the private key in these PEM files.
    pub fn tls(mut self, cert: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.config.tls = Some(TlsFiles {
            cert: cert.into(),
            key: key.into(),
        });
        self
    }

    /// Logs a line for each request, under the target `event_bridge::access`: method, path, status and peer, never a
    /// query or a header.
    pub fn access_log(mut self, is_on: bool) -> Self {
        self.config.has_access_log = is_on;
        self
    }

    /// Lets pages of one more origin read, such as `https://tools.example`.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.config.allowed_origins.push(origin.into());
        self
    }

    /// Answers to one more host name.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.config.allowed_hosts.push(host.into());
        self
    }

    /// Serves the UI from a folder instead of the embedded one.
    pub fn ui_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.config.ui_dir = Some(dir.into());
        self
    }

    /// Other bounds than the default ones.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.config.limits = limits;
        self
    }

    /// Clients are given no longer than this to take their leave.
    pub(crate) fn drain_within(mut self, most: Duration) -> Self {
        self.config.limits.drain = self.config.limits.drain.min(most);
        self
    }

    /// Whether a bridge could be made of this, as far as that can be told without listening: files are read, names are
    /// looked at. The error says what is wrong, and what to do.
    pub fn check(&self) -> Result<(), BridgeError> {
        self.prepare().map(|_| ())
    }

    fn prepare(&self) -> Result<Option<TlsAcceptor>, BridgeError> {
        let config = &self.config;
        let address = config.address();
        if !address.ip().is_loopback() && !config.is_insecure && config.token.is_none() {
            return Err(BridgeError::Open(address));
        }
        access::check_names(&config.allowed_origins, &config.allowed_hosts)?;
        if let Some(dir) = &config.ui_dir
            && !dir.is_dir()
        {
            return Err(BridgeError::Setting(format!(
                "--ui-dir: {} is not a folder; build the UI first",
                dir.display()
            )));
        }
        config.tls.as_ref().map(tls::acceptor).transpose()
    }

    /// Listens on the address, on `log` unless one was given.
    pub(crate) fn listen(self, log: impl FnOnce() -> Result<Arc<dyn Log>, BridgeError>) -> Result<Bridge, BridgeError> {
        let address = self.config.address();
        let tls = self.prepare()?;
        let log = self.log.map_or_else(log, Ok)?;
        let listen = || {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        };
        let listener = listen().map_err(|error| BridgeError::listen(address, error))?;
        Ok(Bridge {
            config: self.config,
            tls,
            log,
            listener,
        })
    }

    /// Listens on the address, to be [run](Bridge::run). A log must have been given.
    pub fn bind(self) -> Result<Bridge, BridgeError> {
        self.listen(|| {
            Err(BridgeError::Setting(
                "a bridge that is bound needs a log: Bridge::builder().log(…)".to_owned(),
            ))
        })
    }

    /// Starts it in a thread of its own, on the log given or else on that of the process's own bus.
    pub fn spawn(self) -> Result<Running, BridgeError> {
        Running::start(self)
    }
}

impl std::fmt::Debug for Bridge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bridge")
            .field("config", &self.config)
            .field("stream", &self.log.stream())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("config", &self.config)
            .field("has_log", &self.log.is_some())
            .finish()
    }
}

//! A bridge and its builder. Owns the way from settings to a listening socket; what then happens is the server's.

use std::future::Future;
use std::net::{IpAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use event_core::log::Log;
use tokio_rustls::TlsAcceptor;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Rejection};

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
    routes: Option<BoxedFilter<(Response,)>>,
}

/// Settings of a bridge. Everything has a default.
#[derive(Clone, Default)]
#[must_use]
pub struct Builder {
    config: Config,
    log: Option<Arc<dyn Log>>,
    listener: Option<Arc<TcpListener>>,
    routes: Option<BoxedFilter<(Response,)>>,
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
        server::run(listener, &self.config, self.tls, self.routes, source, shutdown).await;
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

    /// A listener of your own, instead of a host and a port: one that was given to the process, or shared with others.
    /// It needs a token or [`Builder::insecure`] as any address does.
    ///
    /// ```
    /// # use event_core::EventBus;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// let port = listener.local_addr()?.port();
    /// let bridge = event_bridge::Bridge::builder()
    ///     .log(EventBus::memory().log())
    ///     .listener(listener)
    ///     .bind()?;
    /// assert_eq!(bridge.url(), format!("http://127.0.0.1:{port}"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn listener(mut self, listener: TcpListener) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Routes of your own beside the bridge's. They are asked first, and so can take the place of the page at `/`; what
    /// they reject goes on to the bridge. Called again, it adds more.
    ///
    /// The bridge's checks of Host and token, its limits and its headers hold for them as well: where there is a token, who
    /// has not shown it gets the bridge's own page at `/`, which asks for it. Whether a page of another origin may read
    /// them is theirs to decide.
    ///
    /// ```no_run
    /// # use event_core::EventBus;
    /// use warp::Filter;
    ///
    /// # async fn example() -> Result<(), event_bridge::BridgeError> {
    /// let status = warp::path!("status").map(|| "all is well\n");
    /// event_bridge::Bridge::builder()
    ///     .log(EventBus::memory().log())
    ///     .routes(status)
    ///     .bind()?
    ///     .run(async { drop(tokio::signal::ctrl_c().await) })
    ///     .await
    /// # }
    /// ```
    pub fn routes<R, F>(mut self, routes: F) -> Self
    where
        R: warp::Reply + 'static,
        F: Filter<Extract = (R,), Error = Rejection> + Clone + Send + Sync + 'static,
    {
        let routes = routes.map(warp::Reply::into_response).boxed();
        self.routes = Some(match self.routes {
            Some(known) => known.or(routes).unify().boxed(),
            None => routes,
        });
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
        self.clone().placed()?.prepare().map(|_| ())
    }

    /// At the address of the listener, if one was given.
    fn placed(mut self) -> Result<Self, BridgeError> {
        if let Some(listener) = &self.listener {
            let address = listener.local_addr();
            let address = address.map_err(|error| BridgeError::listen(self.config.address(), error))?;
            (self.config.host, self.config.port) = (address.ip(), address.port());
        }
        Ok(self)
    }

    fn prepare(&self) -> Result<Option<TlsAcceptor>, BridgeError> {
        let config = &self.config;
        let address = config.address();
        if !address.ip().is_loopback() && !config.is_insecure && config.token.is_none() {
            return Err(BridgeError::Open(address));
        }
        config.limits.check()?;
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
        let this = self.placed()?;
        let address = this.config.address();
        let tls = this.prepare()?;
        let log = this.log.map_or_else(log, Ok)?;
        let listen = || {
            let listener = match &this.listener {
                Some(listener) => listener.try_clone()?,
                None => TcpListener::bind(address)?,
            };
            listener.set_nonblocking(true)?;
            Ok(listener)
        };
        let listener = listen().map_err(|error| BridgeError::listen(address, error))?;
        Ok(Bridge {
            config: this.config,
            tls,
            log,
            listener,
            routes: this.routes,
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
            .field("listener", &self.listener)
            .field("has_routes", &self.routes.is_some())
            .finish()
    }
}

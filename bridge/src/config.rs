//! The settings of a bridge, with their defaults. Owns the tree and the documented constants; reading flags is the
//! command line's work.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::error::BridgeError;
use crate::server::token::Token;

/// The port unless `WS_PORT` or `--port` says otherwise.
pub const DEFAULT_PORT: u16 = 9999;

/// Where a bridge listens, and whom it lets in.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The address to listen on. Anything but a loopback address needs a `token` or `is_insecure`.
    pub(crate) host: IpAddr,
    /// The port to listen on; 0 takes any free one.
    pub(crate) port: u16,
    /// Whoever reaches the port may read the events, unless there is a token.
    pub(crate) is_insecure: bool,
    /// What lets in; none lets everybody in.
    pub(crate) token: Option<Token>,
    /// The files that TLS needs; none serves plain HTTP.
    pub(crate) tls: Option<TlsFiles>,
    /// Each request leaves a line in the log.
    pub(crate) has_access_log: bool,
    /// Origins besides our own and the loopback ones whose pages may read, such as `https://tools.example`.
    pub(crate) allowed_origins: Vec<String>,
    /// Host names besides `localhost` by which the bridge may be reached.
    pub(crate) allowed_hosts: Vec<String>,
    /// Serves the UI from this folder instead of the embedded one, for working on the UI.
    pub(crate) ui_dir: Option<PathBuf>,
    /// What is bounded, and how.
    pub(crate) limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: DEFAULT_PORT,
            is_insecure: false,
            token: None,
            tls: None,
            has_access_log: false,
            allowed_origins: Vec::new(),
            allowed_hosts: Vec::new(),
            ui_dir: None,
            limits: Limits::default(),
        }
    }
}

/// Where a certificate and its key are.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    /// PEM: the certificate, and those between it and its authority.
    pub(crate) cert: PathBuf,
    /// PEM: its private key.
    pub(crate) key: PathBuf,
}

/// What `WS_PORT` says, else the default.
pub fn port_from_env() -> Result<u16, BridgeError> {
    match std::env::var("WS_PORT").ok().filter(|port| !port.is_empty()) {
        None => Ok(DEFAULT_PORT),
        Some(text) => text
            .parse()
            .map_err(|_| BridgeError::Setting(format!("WS_PORT: expected a port from 0 to 65535, got {text:?}"))),
    }
}

impl Config {
    /// Where to listen.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }
}

/// Every bound of a bridge.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Recent events kept in memory, in bytes. 64 MiB; as server-sent events they may be kept once more.
    pub ring_bytes: usize,
    /// Recent events kept in memory, in entries. 100 000.
    pub ring_entries: usize,
    /// Connections at one time, whatever they do. 4096; one more is answered with 503.
    pub connections: usize,
    /// Connections at one time from one address (with IPv6: from one /64 network); one more is answered with 429. None
    /// means 256, and no bound for loopback addresses, which all programs of a machine and all who come through a proxy
    /// on it share.
    pub connections_per_address: Option<usize>,
    /// Connections at one time that have not asked for anything yet. 512; one more pushes out the one that has waited
    /// longest.
    pub pending_connections: usize,
    /// Requests a second from one address; one more is answered with 429. None means 50, and no bound for loopback
    /// addresses.
    pub requests_per_second: Option<u32>,
    /// Requests that one address may make at once, before they are held to that rate. 200.
    pub request_burst: u32,
    /// The largest message that is listened to on a WebSocket, in bytes. 16 KiB; a larger one ends the connection.
    pub inbound_bytes: usize,
    /// How long a peer may take for the TLS handshake. 10 s.
    pub handshake_timeout: Duration,
    /// How long a peer may take for the head of its request, and for what it sends with it. 10 s.
    pub header_timeout: Duration,
    /// How often a framed client hears that the bridge is alive. 10 s.
    pub heartbeat: Duration,
    /// How often a WebSocket is pinged. 25 s.
    pub ping: Duration,
    /// How often a comment is sent on an HTTP stream on which nothing else is, so that no proxy takes it for dead. 15 s.
    pub keep_alive: Duration,
    /// After how long without a word, not even a pong, a peer is taken for dead. 60 s.
    pub silence: Duration,
    /// How long a client may take nothing of what waits for it before it is sent away to resume later. 30 s.
    pub no_progress: Duration,
    /// How long `/readyz` says no before a bridge that stops accepts no more: for what routes by it. 0 s.
    pub drain_notice: Duration,
    /// How long clients are given to take their leave when the bridge stops. 5 s.
    pub drain: Duration,
    /// How long one read of the log waits for new entries. 5 s.
    pub patience: Duration,
}

impl Limits {
    /// What [`Limits::connections_per_address`] is for addresses of other machines, unless it is set.
    pub const CONNECTIONS_PER_ADDRESS: usize = 256;
    /// What [`Limits::requests_per_second`] is for addresses of other machines, unless it is set.
    pub const REQUESTS_PER_SECOND: u32 = 50;
    /// More than any time needs to be, and little enough for all sums of times.
    const MAX_TIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

    /// Refuses at once what would come to nothing, or to a panic, when the first client comes.
    pub(crate) fn check(&self) -> Result<(), BridgeError> {
        let periods = [
            ("handshake_timeout", self.handshake_timeout),
            ("header_timeout", self.header_timeout),
            ("heartbeat", self.heartbeat),
            ("ping", self.ping),
            ("keep_alive", self.keep_alive),
            ("silence", self.silence),
            ("no_progress", self.no_progress),
            ("patience", self.patience),
        ];
        let pauses = [("drain_notice", self.drain_notice), ("drain", self.drain)];
        let none = periods.iter().find(|(_, time)| time.is_zero());
        let too_long = periods.iter().chain(&pauses).find(|(_, time)| *time > Self::MAX_TIME);
        if let Some((name, time)) = none.or(too_long) {
            return Err(BridgeError::Setting(format!(
                "limits.{name}: expected a time of more than 0 and of 365 days at most, got {time:?}"
            )));
        }
        if self.connections > Semaphore::MAX_PERMITS {
            let most = Semaphore::MAX_PERMITS;
            return Err(BridgeError::Setting(format!(
                "limits.connections: expected a number of {most} at most, got {}",
                self.connections
            )));
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ring_bytes: 64 * 1024 * 1024,
            ring_entries: 100_000,
            connections: 4096,
            connections_per_address: None,
            pending_connections: 512,
            requests_per_second: None,
            request_burst: 200,
            inbound_bytes: 16 * 1024,
            handshake_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(10),
            heartbeat: Duration::from_secs(10),
            ping: Duration::from_secs(25),
            keep_alive: Duration::from_secs(15),
            silence: Duration::from_secs(60),
            no_progress: Duration::from_secs(30),
            drain_notice: Duration::ZERO,
            drain: Duration::from_secs(5),
            patience: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_no_client_could_be_served_with_is_refused_by_name() {
        let none = Limits {
            heartbeat: Duration::ZERO,
            ..Limits::default()
        };
        let endless = Limits {
            drain: Duration::MAX,
            ..Limits::default()
        };
        let countless = Limits {
            connections: usize::MAX,
            ..Limits::default()
        };
        for (limits, name) in [(none, "heartbeat"), (endless, "drain"), (countless, "connections")] {
            let error = limits.check().unwrap_err().to_string();
            assert!(error.contains(&format!("limits.{name}: expected ")), "{error}");
        }
        assert!(Limits::default().check().is_ok());
    }
}

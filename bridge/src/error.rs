//! Why a bridge did not start. Owns the messages that people meet first: each says what to do.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use event_core::log::LogError;

/// Why a bridge could not be started.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// Something else listens there.
    #[error(
        "port {port} of {host} is taken, maybe by another bridge; stop it, or choose another port with --port or WS_PORT (0 takes any free one)",
        port = .0.port(),
        host = .0.ip()
    )]
    PortTaken(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address with --host and --port")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The address is open to others and nobody said that this is wanted.
    #[error(
        "listening on {0} would let everyone who reaches it read the events; ask for a token with --token-file, keep to 127.0.0.1 (and use ssh -L from elsewhere), or say --insecure"
    )]
    Open(SocketAddr),
    /// A setting that is not understood.
    #[error("{0}")]
    Setting(String),
    /// The log's configuration is wrong.
    #[error(transparent)]
    Log(#[from] LogError),
    /// No thread or runtime could be had from the operating system.
    #[error("cannot start the bridge's thread: {0}")]
    Thread(io::Error),
}

impl fmt::Debug for BridgeError {
    /// The message: what `main` shows of an error that it returns is its `Debug`, and the variant's name tells nobody
    /// what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl BridgeError {
    /// A mistake in the settings, rather than a failure to do what they say.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Open(_) | Self::Setting(_) | Self::Log(_))
    }

    pub(crate) fn listen(address: SocketAddr, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::AddrInUse {
            Self::PortTaken(address)
        } else {
            Self::Listen { address, source }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_main_returns_is_shown_with_its_remedy() {
        let error: Box<dyn std::error::Error> = BridgeError::PortTaken(([127, 0, 0, 1], 9999).into()).into();
        let shown = format!("Error: {error:?}");
        assert!(shown.starts_with("Error: port 9999 of 127.0.0.1 is taken"), "{shown}");
        assert!(shown.contains("--port or WS_PORT"), "{shown}");
    }
}

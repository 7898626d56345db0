//! TLS as it is without the feature `tls`: nobody is trusted, and whoever asks for it is told why. The names are those of
//! `tls`, for the same users.

use std::convert::Infallible;
use std::io;
use std::path::Path;

use tokio::net::TcpStream;

/// What to do about a server that speaks TLS.
pub(super) const REMEDY: &str = "; build event-core with its feature `tls`, which is on by default";

/// There is none.
#[derive(Clone)]
pub(super) struct Trust(Infallible);

impl Trust {
    #[expect(clippy::unused_async, reason = "the signature is that of `tls`")]
    pub(super) async fn handshake(&self, _host: &str, _stream: TcpStream) -> io::Result<TcpStream> {
        match self.0 {}
    }

    pub(super) fn new(_ca: Option<&Path>) -> Result<Self, String> {
        Err(format!("this program was built without TLS{REMEDY}"))
    }
}

/// No handshake, no distrust.
pub(super) fn is_distrust(_error: &io::Error) -> bool {
    false
}

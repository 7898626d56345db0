//! A connection to a bridge: TCP, TLS where the address asks for it, then the opening handshake of RFC 6455. Owns whom to
//! trust, and what an answer that is no connection means.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::RETRY_AFTER;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::handshake::client::{Request, Response};
use tokio_tungstenite::tungstenite::{self};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::error::ClientError;
use super::target::Target;

/// How long a connection may take until it can be used.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) type Socket = WebSocketStream<Box<dyn Io>>;
/// A socket in the making.
pub(super) type Opening = Pin<Box<dyn Future<Output = Result<Socket, ClientError>> + Send>>;

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Whom to trust.
#[derive(Clone)]
pub(super) struct Trust(Arc<ClientConfig>);

impl Trust {
    /// The authorities in a PEM file, else those of the platform.
    pub(super) fn new(ca: Option<&Path>) -> Result<Self, ClientError> {
        let mut roots = RootCertStore::empty();
        match ca {
            Some(path) => {
                let unreadable = |error: String| ClientError::Tls(format!("{}: {error}", path.display()));
                let read = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?;
                for certificate in read {
                    let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
                    roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
                }
                if roots.is_empty() {
                    return Err(unreadable("there is no certificate in it".to_owned()));
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| ClientError::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}

impl Target {
    /// Opens the live stream with these parameters.
    pub(super) fn open<'a>(&self, parameters: impl Iterator<Item = &'a (String, String)>) -> Opening {
        let request = self.request("/events", parameters);
        let target = self.clone();
        Box::pin(async move {
            let request = request?;
            match timeout(PATIENCE, target.handshake(request)).await {
                Ok(opened) => opened,
                Err(_) => Err(target.unreachable("it does not answer in time")),
            }
        })
    }

    async fn handshake(&self, request: Request) -> Result<Socket, ClientError> {
        let socket = self.connect().await?;
        match client_async(request, socket).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(answer)) => Err(refused(&answer)),
            Err(error) => Err(self.unreachable(&format!("it does not speak WebSocket: {error}"))),
        }
    }

    /// A stream of bytes to the bridge.
    pub(super) async fn connect(&self) -> Result<Box<dyn Io>, ClientError> {
        let connected = async {
            let socket = TcpStream::connect((self.host.as_str(), self.port)).await?;
            socket.set_nodelay(true)?;
            let Some(trust) = &self.trust else {
                return Ok(Box::new(socket) as Box<dyn Io>);
            };
            let name = ServerName::try_from(self.host.clone())
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            let socket = TlsConnector::from(trust.0.clone()).connect(name, socket).await?;
            Ok(Box::new(socket) as Box<dyn Io>)
        };
        connected
            .await
            .map_err(|error: io::Error| self.unreachable(&error.to_string()))
    }

    pub(super) fn unreachable(&self, why: &str) -> ClientError {
        ClientError::Unreachable {
            address: self.authority.clone(),
            why: why.to_owned(),
        }
    }
}

fn refused(answer: &Response) -> ClientError {
    let text = answer
        .body()
        .as_deref()
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    let seconds = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    ClientError::Refused {
        status: answer.status().as_u16(),
        why: in_its_own_words(&text, answer.status()),
        retry_after: seconds.map(Duration::from_secs),
    }
}

/// A bridge says in JSON what is wrong and what to do.
pub(super) fn in_its_own_words(text: &str, status: hyper::StatusCode) -> String {
    let said: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let word = |key| said.as_ref()?.get(key)?.as_str();
    match (word("error"), word("remedy")) {
        (Some(error), Some(remedy)) => format!("{error}; {remedy}"),
        (Some(error), None) => error.to_owned(),
        _ => status.canonical_reason().unwrap_or("an unknown status").to_owned(),
    }
}

//! TLS to a server: which authorities are trusted, and the handshake. Owns the file that `EVENT_REDIS_CA` names; there is no
//! way to trust everybody.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What to do about a certificate that is not trusted, to go behind its error.
pub(super) const REMEDY: &str =
    "; name a PEM file with the authority that signed the server's certificate in EVENT_REDIS_CA";

/// Whom to trust.
#[derive(Clone)]
pub(super) struct Trust(Arc<ClientConfig>);

impl Trust {
    /// The authorities in a PEM file, else those of the platform. An error says what is wrong with which.
    pub(super) fn new(ca: Option<&Path>) -> Result<Self, String> {
        let provider = Arc::new(ring::default_provider());
        let roots = match ca {
            Some(ca) => roots_of(&read(ca)?, ca)?,
            None => platform_roots()?,
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    pub(super) async fn handshake(&self, host: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        TlsConnector::from(self.0.clone()).connect(name, stream).await
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("EVENT_REDIS_CA: {} can't be read: {error}", path.display()))
}

fn roots_of(pem: &[u8], path: &Path) -> Result<RootCertStore, String> {
    let invalid = |why: String| {
        let path = path.display();
        format!("EVENT_REDIS_CA: expected a PEM file with the certificates of authorities, got {path} ({why})")
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| invalid(error.to_string()))?;
        roots.add(certificate).map_err(|error| invalid(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(invalid("there is none in it".to_owned()));
    }
    Ok(roots)
}

/// Those that can't be read don't keep the others from being trusted.
fn platform_roots() -> Result<RootCertStore, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why = found
            .errors
            .first()
            .map(|error| format!(" ({error})"))
            .unwrap_or_default();
        return Err(format!("this machine trusts no authority at all{why}{REMEDY}"));
    }
    Ok(roots)
}

/// Whether a connection failed because the server's certificate is not trusted.
pub(super) fn is_distrust(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}

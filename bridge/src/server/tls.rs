//! TLS by a certificate and its key in files. Owns reading them, and what is said of files that do not fit.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::TlsFiles;
use crate::error::BridgeError;

/// What serves TLS with these files.
pub(crate) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, BridgeError> {
    let certificates = certificates(&files.cert)?;
    let key = key(&files.key)?;
    let provider = Arc::new(ring::default_provider());
    let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = versions
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, key))
        .map_err(|error| refused("tls.key", &files.key, &misfit(&error, &files.cert)))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, BridgeError> {
    let text = read("tls.cert", path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.map_err(|error| refused("tls.cert", path, &format!("not a PEM file: {error}")))?;
    if found.is_empty() {
        let hint = if PrivateKeyDer::from_pem_slice(&text).is_ok() {
            "it holds a key instead; are the two files swapped?"
        } else {
            "expected a PEM file with -----BEGIN CERTIFICATE-----"
        };
        return Err(refused(
            "tls.cert",
            path,
            &format!("there is no certificate in it; {hint}"),
        ));
    }
    Ok(found)
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, BridgeError> {
    let text = read("tls.key", path)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| {
        let said = match error {
            pem::Error::NoItemsFound if text.windows(9).any(|word| word == b"ENCRYPTED") => {
                "the key is encrypted; decrypt it with: openssl pkey -in FILE -out FILE.plain".to_owned()
            }
            pem::Error::NoItemsFound => {
                "there is no private key in it; expected a PEM file with -----BEGIN PRIVATE KEY-----".to_owned()
            }
            error => format!("not a PEM file: {error}"),
        };
        refused("tls.key", path, &said)
    })
}

fn read(setting: &str, path: &Path) -> Result<Vec<u8>, BridgeError> {
    fs::read(path).map_err(|error| refused(setting, path, &format!("cannot be read: {error}")))
}

fn misfit(error: &rustls::Error, cert: &Path) -> String {
    match error {
        rustls::Error::InconsistentKeys(_) => format!("it is not the key of the certificate in {}", cert.display()),
        error => format!("cannot be used with the certificate in {}: {error}", cert.display()),
    }
}

fn refused(setting: &str, path: &Path, said: &str) -> BridgeError {
    BridgeError::Setting(format!("{setting}: {}: {said}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pair {
        cert: String,
        key: String,
    }

    fn pair() -> Pair {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        Pair {
            cert: params.self_signed(&key).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    fn said_of(cert: &str, key: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let files = TlsFiles {
            cert: dir.path().join("cert.pem"),
            key: dir.path().join("key.pem"),
        };
        fs::write(&files.cert, cert).unwrap();
        fs::write(&files.key, key).unwrap();
        match acceptor(&files) {
            Ok(_) => "fine".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_certificate_with_its_key_is_taken() {
        let pair = pair();
        assert_eq!(said_of(&pair.cert, &pair.key), "fine");
    }

    #[test]
    fn files_that_do_not_fit_are_named_with_what_is_wrong() {
        let (one, other) = (pair(), pair());
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        for (cert, key, setting, expected) in [
            (
                &*one.cert,
                &*other.key,
                "tls.key: ",
                "not the key of the certificate in ",
            ),
            (&*one.key, &*one.cert, "tls.cert: ", "are the two files swapped?"),
            ("hello", &*one.key, "tls.cert: ", "there is no certificate in it"),
            ("", &*one.key, "tls.cert: ", "there is no certificate in it"),
            (&*one.cert, "hello", "tls.key: ", "there is no private key in it"),
            (&*one.cert, encrypted, "tls.key: ", "the key is encrypted"),
            (
                &*one.cert,
                "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n",
                "tls.key: ",
                "not a PEM file",
            ),
        ] {
            let said = said_of(cert, key);
            assert!(said.starts_with(setting) && said.contains(expected), "{said}");
        }
        let absent = TlsFiles {
            cert: "/nowhere/cert.pem".into(),
            key: "/nowhere/key.pem".into(),
        };
        let said = acceptor(&absent).err().unwrap().to_string();
        assert!(
            said.starts_with("tls.cert: /nowhere/cert.pem: cannot be read"),
            "{said}"
        );
    }
}

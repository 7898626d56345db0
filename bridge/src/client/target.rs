//! Where a bridge is, and how a client shows itself there. Owns the reading of its address.

use std::fmt;

use hyper::Uri;
use hyper::header::{AUTHORIZATION, HeaderValue};
use hyper::http::uri::Scheme;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;

use super::builder::Builder;
use super::connection::Trust;
use super::error::ClientError;

/// See the module's description.
#[derive(Clone)]
pub(super) struct Target {
    /// As a host and a port, to connect to.
    pub(super) host: String,
    pub(super) port: u16,
    /// As it stands in the address: the `Host` of requests.
    pub(super) authority: String,
    /// Before the bridge's own paths, where a proxy has it at one.
    prefix: String,
    pub(super) trust: Option<Trust>,
    authorization: Option<HeaderValue>,
}

impl Target {
    pub(super) fn new(builder: &Builder) -> Result<Self, ClientError> {
        let text = builder.url.trim();
        let invalid = || ClientError::Url(shown(text));
        let full = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let uri: Uri = full.parse().map_err(|_| invalid())?;
        let is_tls = match uri.scheme().map(Scheme::as_str) {
            Some("http" | "ws") => false,
            Some("https" | "wss") => true,
            _ => return Err(invalid()),
        };
        let authority = uri.authority().ok_or_else(invalid)?;
        // A name or password here would be sent nowhere; a token in a query ends in logs.
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(invalid());
        }
        let authorization = builder
            .token
            .as_ref()
            .map(|token| {
                let mut value = HeaderValue::try_from(format!("Bearer {}", token.0)).map_err(|_| invalid_token())?;
                value.set_sensitive(true);
                Ok(value)
            })
            .transpose()?;
        Ok(Self {
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            authority: authority.to_string(),
            prefix: uri.path().trim_end_matches('/').trim_end_matches("/events").to_owned(),
            trust: is_tls.then(|| Trust::new(builder.ca.as_deref())).transpose()?,
            authorization,
        })
    }

    /// A request for one of the bridge's paths, with these parameters.
    pub(super) fn request<'a>(
        &self,
        path: &str,
        parameters: impl Iterator<Item = &'a (String, String)>,
    ) -> Result<Request, ClientError> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters.map(|(name, value)| (name, value)));
        let scheme = if self.trust.is_some() { "wss" } else { "ws" };
        let url = format!("{scheme}://{}{}{path}?{}", self.authority, self.prefix, query.finish());
        let mut request = url
            .as_str()
            .into_client_request()
            .map_err(|_| ClientError::Url(url.clone()))?;
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        Ok(request)
    }
}

/// An address as it may be repeated: before an @ stands a password, and behind a ? a token, as likely as not.
fn shown(text: &str) -> String {
    let text = match text.split_once('?') {
        Some((before, _)) => format!("{before}?…"),
        None => text.to_owned(),
    };
    let Some((_, host)) = text.rsplit_once('@') else {
        return text;
    };
    match text.split_once("://") {
        Some((scheme, _)) => format!("{scheme}://…@{host}"),
        None => format!("…@{host}"),
    }
}

fn invalid_token() -> ClientError {
    ClientError::Refused {
        status: 401,
        why: "the token has characters that no header can have".to_owned(),
        retry_after: None,
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;

    fn target(url: &str) -> Result<Target, ClientError> {
        Target::new(&Client::builder(url).token("secret"))
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (url, expected) in [
            ("http://127.0.0.1:9999", "ws://127.0.0.1:9999/events?type=a+b"),
            ("http://127.0.0.1:9999/", "ws://127.0.0.1:9999/events?type=a+b"),
            ("ws://localhost:80/events", "ws://localhost:80/events?type=a+b"),
            ("localhost:9999", "ws://localhost:9999/events?type=a+b"),
            ("http://[::1]:9999/watch/", "ws://[::1]:9999/watch/events?type=a+b"),
        ] {
            let pairs = [("type".to_owned(), "a b".to_owned())];
            let request = target(url).unwrap().request("/events", pairs.iter()).unwrap();
            assert_eq!(request.uri().to_string(), expected);
            assert_eq!(request.headers()[AUTHORIZATION], "Bearer secret");
        }
        assert_eq!(target("http://[::1]:9999").unwrap().host, "::1");
    }

    #[test]
    fn what_is_no_address_is_named() {
        for url in ["", "redis://localhost", "http://", "http://a b"] {
            assert_eq!(target(url).unwrap_err(), ClientError::Url(url.to_owned()));
        }
        // A secret in it is not repeated.
        for (url, shown) in [
            ("http://me:p@host", "http://…@host"),
            ("me:p@host", "…@host"),
            ("http://host/?token=x", "http://host/?…"),
        ] {
            assert_eq!(target(url).unwrap_err(), ClientError::Url(shown.to_owned()));
        }
    }
}

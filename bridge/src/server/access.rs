//! Who may enter. Owns the rules on `Host` and `Origin`, which keep pages of other sites out of a bridge on somebody's
//! own machine: the first against DNS rebinding, the second against pages that connect openly. And the rule on tokens:
//! where there is one, it is shown with every request, by header or, in browsers, by cookie, and never in an address.

use std::net::IpAddr;

use hyper::header::{AUTHORIZATION, COOKIE, HOST, HeaderName, ORIGIN};
use hyper::{HeaderMap, Uri};
use warp::http::uri::Authority;

use super::token::Token;
use crate::config::Config;
use crate::error::BridgeError;
use crate::metrics::Refusal;

/// See the module's description.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    bound: IpAddr,
    allowed_hosts: Vec<String>,
    allowed_origins: Vec<String>,
    token: Option<Token>,
    is_tls: bool,
}

/// Why somebody may not enter, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) why: Refusal,
    /// After how many seconds it may be otherwise.
    pub(crate) retry_after: Option<u64>,
    pub(crate) error: String,
    pub(crate) remedy: String,
}

impl Access {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            bound: config.host,
            allowed_hosts: config
                .allowed_hosts
                .iter()
                .map(|host| host.to_ascii_lowercase())
                .collect(),
            allowed_origins: config.allowed_origins.iter().map(|origin| as_sent(origin)).collect(),
            token: config.token.clone(),
            is_tls: config.tls.is_some(),
        }
    }

    /// The host the bridge was reached by, if that is a name or address of its own.
    pub(crate) fn host(&self, headers: &HeaderMap) -> Result<Authority, Refused> {
        let authority = headers
            .get(HOST)
            .and_then(|host| Authority::try_from(host.as_bytes()).ok())
            // Names of users have no place there (RFC 9110, section 7.2).
            .filter(|authority| !authority.as_str().contains('@'));
        let Some(authority) = authority else {
            return Err(Refused::new(
                Refusal::Host,
                "the request has no usable Host header",
                "send the host and port you connect to",
            ));
        };
        if self.is_own_host(authority.host()) {
            return Ok(authority);
        }
        Err(Refused::new(
            Refusal::Host,
            format!("this bridge is not known as {:?}", authority.host()),
            format!("use its address, or start it with --allow-host {}", authority.host()),
        ))
    }

    /// Whether who asks has shown the token, if there is one. `own` is what the bridge was reached by.
    pub(crate) fn enter(&self, headers: &HeaderMap, own: &Authority) -> Result<(), Refused> {
        let Some(token) = &self.token else { return Ok(()) };
        let remedy = "send Authorization: Bearer TOKEN; in a browser open /#token=TOKEN once, or give it to the page";
        match headers.get(AUTHORIZATION).map(|value| bearer(value.as_bytes())) {
            Some(Some(guess)) if token.is(guess) => Ok(()),
            Some(Some(_)) => Err(Refused::new(Refusal::Token, "the token is not the bridge's", remedy)),
            Some(None) => Err(Refused::new(
                Refusal::Token,
                "the Authorization header has no bearer token",
                remedy,
            )),
            None if self.has_session(token, headers, own) => Ok(()),
            None => Err(Refused::new(Refusal::Token, "the bridge asks for a token", remedy)),
        }
    }

    /// The `Set-Cookie` that lets a browser in for a while, if `guess` is the token. None if there is no need for one.
    pub(crate) fn session(&self, guess: &[u8], own: &Authority) -> Result<Option<String>, Refused> {
        let Some(token) = &self.token else { return Ok(None) };
        if !token.is(guess.trim_ascii()) {
            let remedy = "copy it from the file or variable that the bridge was started with";
            return Err(Refused::new(Refusal::Token, "the token is not the bridge's", remedy));
        }
        let (value, good_for) = token.session();
        Ok(Some(self.cookie(own, &value, good_for.as_secs())))
    }

    /// The `Set-Cookie` that ends it.
    pub(crate) fn end_of_session(&self, own: &Authority) -> String {
        self.cookie(own, "", 0)
    }

    fn cookie(&self, own: &Authority, value: &str, max_age: u64) -> String {
        let (name, secure) = (self.cookie_name(own), if self.is_tls { "; Secure" } else { "" });
        format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}")
    }

    /// Browsers keep the cookies of all ports of a host together, and so the name has the port. The prefix makes them
    /// refuse to let anybody but this host, over TLS, set it (RFC 6265bis).
    fn cookie_name(&self, own: &Authority) -> String {
        let prefix = if self.is_tls { "__Host-" } else { "" };
        match own.port_u16() {
            Some(port) => format!("{prefix}event-bridge-{port}"),
            None => format!("{prefix}event-bridge"),
        }
    }

    fn has_session(&self, token: &Token, headers: &HeaderMap, own: &Authority) -> bool {
        let name = self.cookie_name(own);
        let fields = headers.get_all(COOKIE).iter().filter_map(|field| field.to_str().ok());
        let mut cookies = fields
            .flat_map(|field| field.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='));
        cookies.any(|(known, value)| known == name && token.is_session(value))
    }

    /// The origin of the page that asks, if it is one that may; none if it is no page that asks. Such a one has shown the
    /// token where there is one, and without one it is on this machine, unless the bridge is open to all.
    pub(crate) fn origin(&self, headers: &HeaderMap, own: &Authority) -> Result<Option<String>, Refused> {
        let Some(origin) = header(headers, &ORIGIN) else {
            return Ok(None);
        };
        let origin = origin.to_ascii_lowercase();
        let is_allowed = self.allowed_origins.contains(&origin)
            || authority_of(&origin).is_some_and(|authority| authority == *own || is_loopback(authority.host()));
        if is_allowed {
            return Ok(Some(origin));
        }
        Err(Refused::new(
            Refusal::Origin,
            format!("pages of {origin} may not read here"),
            format!("start the bridge with --allow-origin {origin}, if you trust them"),
        ))
    }

    fn is_own_host(&self, host: &str) -> bool {
        if is_loopback(host) || self.allowed_hosts.contains(&host.to_ascii_lowercase()) {
            return true;
        }
        // An address cannot be rebound as a name can.
        address(host).is_some_and(|address| address == self.bound || self.bound.is_unspecified())
    }
}

impl Refused {
    pub(crate) fn new(why: Refusal, error: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            why,
            retry_after: None,
            error: error.into(),
            remedy: remedy.into(),
        }
    }
}

/// A name that could never be the one of a request is a mistake that nobody would see.
pub(crate) fn check_names(origins: &[String], hosts: &[String]) -> Result<(), BridgeError> {
    let is_origin = |origin: &&String| {
        let authority = authority_of(&origin.trim_end_matches('/').to_ascii_lowercase());
        authority.is_some_and(|authority| !authority.as_str().contains('@'))
    };
    if let Some(origin) = origins.iter().find(|origin| !is_origin(origin)) {
        return Err(BridgeError::Setting(format!(
            "--allow-origin: expected scheme and host of a page, such as https://tools.example, got {origin:?}"
        )));
    }
    let is_host = |host: &&String| {
        host.parse()
            .is_ok_and(|authority: Authority| authority.host() == host.as_str())
    };
    if let Some(host) = hosts.iter().find(|host| !is_host(host)) {
        return Err(BridgeError::Setting(format!(
            "--allow-host: expected a host name without scheme and port, such as bridge.example, got {host:?}"
        )));
    }
    Ok(())
}

/// Addresses are written down: in logs, in histories, in `Referer`s. A token in one is refused before it does harm
/// unnoticed.
pub(crate) fn no_token_in(uri: &Uri) -> Result<(), Refused> {
    let names = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or_default());
    let mut names = names.map(str::to_ascii_lowercase);
    let Some(name) = names.find(|name| ["token", "access_token", "authorization", "bearer"].contains(&name.as_str()))
    else {
        return Ok(());
    };
    Err(Refused::new(
        Refusal::TokenInAddress,
        format!("?{name}= is not taken: a token in an address ends up in logs and histories"),
        "send Authorization: Bearer TOKEN; in a browser open /#token=TOKEN; and replace a token that was sent this way",
    ))
}

/// The token of a header (RFC 6750, section 2.1; the scheme's case does not matter).
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// An origin as browsers send it: without the port that its scheme has anyway.
fn as_sent(origin: &str) -> String {
    let origin = origin.trim_end_matches('/').to_ascii_lowercase();
    let port = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(port).map_or(origin.clone(), str::to_owned)
}

/// The host and port of an origin; none for `null` and other schemes than HTTP's.
fn authority_of(origin: &str) -> Option<Authority> {
    let rest = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"))?;
    rest.parse().ok()
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    // RFC 6761: names below localhost never leave the machine either.
    host == "localhost" || host.ends_with(".localhost") || address(&host).is_some_and(|address| address.is_loopback())
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests;

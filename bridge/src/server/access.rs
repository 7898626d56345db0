//! Who may enter. Owns the rules on `Host` and `Origin`, which keep pages of other sites out of a bridge on somebody's
//! own machine: the first against DNS rebinding, the second against pages that connect openly.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{HOST, HeaderName, ORIGIN};
use warp::http::uri::Authority;

use crate::config::Config;

/// See the module's description.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    bound: IpAddr,
    allowed_hosts: Vec<String>,
    allowed_origins: Vec<String>,
}

/// Why somebody may not enter, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
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
            allowed_origins: config
                .allowed_origins
                .iter()
                .map(|origin| origin.trim_end_matches('/').to_ascii_lowercase())
                .collect(),
        }
    }

    /// The host the bridge was reached by, if that is a name or address of its own.
    pub(crate) fn host(&self, headers: &HeaderMap) -> Result<Authority, Refused> {
        let authority = headers
            .get(HOST)
            .and_then(|host| Authority::try_from(host.as_bytes()).ok());
        let Some(authority) = authority else {
            return Err(Refused {
                error: "the request has no usable Host header".to_owned(),
                remedy: "send the host and port you connect to".to_owned(),
            });
        };
        if self.is_own_host(authority.host()) {
            return Ok(authority);
        }
        Err(Refused {
            error: format!("this bridge is not known as {:?}", authority.host()),
            remedy: format!("use its address, or start it with --allow-host {}", authority.host()),
        })
    }

    /// The origin of the page that asks, if it is one that may; none if it is no page that asks.
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
        Err(Refused {
            error: format!("pages of {origin} may not read here"),
            remedy: format!("start the bridge with --allow-origin {origin}, if you trust them"),
        })
    }

    fn is_own_host(&self, host: &str) -> bool {
        if is_loopback(host) || self.allowed_hosts.contains(&host.to_ascii_lowercase()) {
            return true;
        }
        // An address cannot be rebound as a name can.
        address(host).is_some_and(|address| address == self.bound || self.bound.is_unspecified())
    }
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
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
mod tests {
    use super::*;

    fn access(host: &str) -> Access {
        Access::new(&Config {
            host: host.parse().unwrap(),
            allowed_hosts: vec!["Bridge.Example".into()],
            allowed_origins: vec!["https://tools.example/".into()],
            ..Config::default()
        })
    }

    fn reached_by(access: &Access, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        access.host(&headers).is_ok()
    }

    fn page_of(origin: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, origin.parse().unwrap());
        access("127.0.0.1")
            .origin(&headers, &"bridge.example:9999".parse().unwrap())
            .is_ok()
    }

    #[test]
    fn a_bridge_answers_to_its_own_names_only() {
        let access = access("127.0.0.1");
        for host in [
            "localhost:9999",
            "127.0.0.1",
            "127.8.0.1:1",
            "[::1]:9999",
            "LOCALHOST.",
            "a.localhost",
            "bridge.example:1",
        ] {
            assert!(reached_by(&access, host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "192.168.1.5:9999",
            "127.0.0.1.evil.example",
            "bridge.example.evil.example",
        ] {
            assert!(!reached_by(&access, host), "{host}");
        }
        assert!(self::access("127.0.0.1").host(&HeaderMap::new()).is_err());
    }

    #[test]
    fn a_bridge_on_all_addresses_answers_to_every_address_but_to_no_other_name() {
        let access = access("0.0.0.0");
        assert!(reached_by(&access, "192.168.1.5:9999"));
        assert!(!reached_by(&access, "evil.example"));
    }

    #[test]
    fn pages_of_loopback_of_our_own_and_of_named_origins_may_read() {
        for origin in [
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:8080",
            "https://tools.example",
            "http://bridge.example:9999",
        ] {
            assert!(page_of(origin), "{origin}");
        }
        for origin in [
            "null",
            "https://evil.example",
            "http://localhost.evil.example",
            "http://bridge.example:1",
            "file://localhost",
            "http://localhost@evil.example",
        ] {
            assert!(!page_of(origin), "{origin}");
        }
    }
}

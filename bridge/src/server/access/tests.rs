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
fn a_name_that_could_never_be_asked_for_is_refused() {
    let check = |origin: &str, host: &str| check_names(&[origin.to_owned()], &[host.to_owned()]);
    assert!(check("https://Tools.example:8443/", "bridge.example").is_ok());
    assert!(check("http://[::1]:1", "[fd00::1]").is_ok());
    for (origin, host) in [
        ("tools.example", "bridge.example"),
        ("https://", "bridge.example"),
        ("https://tools.example/path", "bridge.example"),
        ("https://me@tools.example", "bridge.example"),
        ("*", "bridge.example"),
        ("https://tools.example", "bridge.example:9999"),
        ("https://tools.example", "https://bridge.example"),
        ("https://tools.example", ""),
    ] {
        let error = check(origin, host).unwrap_err().to_string();
        assert!(error.contains("such as"), "{error}");
    }
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

#[test]
fn an_origin_may_be_allowed_with_the_port_that_browsers_leave_out() {
    let access = Access::new(&Config {
        allowed_origins: vec!["https://tools.example:443/".into(), "http://plain.example:80".into()],
        ..Config::default()
    });
    let is_allowed = |origin: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, origin.parse().unwrap());
        access.origin(&headers, &"127.0.0.1:9999".parse().unwrap()).is_ok()
    };
    assert!(is_allowed("https://tools.example") && is_allowed("http://plain.example"));
    assert!(!is_allowed("http://tools.example") && !is_allowed("https://tools.example:8443"));
}

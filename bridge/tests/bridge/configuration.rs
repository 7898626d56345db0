use std::path::PathBuf;

use tempfile::TempDir;

use crate::command_line::{refused, served};
use crate::support::program::{command, interrupt};
use crate::support::{Redis, get, get_with, in_time};

struct File {
    dir: TempDir,
    path: String,
}

impl File {
    fn new(text: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bridge.toml");
        std::fs::write(&path, text).unwrap();
        Self {
            path: path.to_str().unwrap().to_owned(),
            dir,
        }
    }

    fn beside(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

async fn printed(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = command(arguments);
    command
        .envs(variables.iter().copied())
        .stdout(std::process::Stdio::piped());
    let output = in_time("config print", command.output()).await.unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn flags_go_before_variables_before_a_file_before_defaults_and_print_says_which() {
    let file =
        File::new("[listen]\nport = 1\nhost = \"127.0.0.1\"\n[redis]\nstream = \"filed\"\n[limits]\ndrain = \"9s\"\n");
    let printed = printed(
        &["config", "print", "--config", &file.path, "--port", "3"],
        &[
            ("WS_PORT", "2"),
            ("EVENT_STREAM", "varied"),
            ("EVENT_BRIDGE_TOKEN", "0123456789abcdef"),
        ],
    )
    .await;
    for (value, source) in [
        ("port = 3", "--port"),
        ("stream = \"varied\"", "EVENT_STREAM"),
        ("drain = \"9s\"", file.path.as_str()),
        ("ring_bytes = \"64 MiB\"", "default"),
        ("# token is set, and not shown", "EVENT_BRIDGE_TOKEN"),
    ] {
        let line = printed.lines().find(|line| line.starts_with(value));
        let line = line.unwrap_or_else(|| panic!("no {value} in {printed}"));
        assert!(line.ends_with(&format!("# {source}")), "{line}");
    }
    assert!(!printed.contains("0123456789abcdef"), "{printed}");
}

#[tokio::test]
async fn what_is_printed_is_a_file_that_means_the_same() {
    let variables = [
        ("REDIS_URL", "redis://me:hunter2@db.example:6379"),
        ("EVENT_BRIDGE_ALLOW_HOSTS", "a.example, b.example"),
    ];
    let first = printed(&["config", "print"], &variables).await;
    assert!(!first.contains("hunter2"), "{first}");
    assert!(
        first.contains("allow_hosts = [\"a.example\", \"b.example\"]"),
        "{first}"
    );
    let file = File::new(&first);
    let second = printed(&["config", "print", "--config", &file.path], &[]).await;
    let values = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split(" # ").next().unwrap().trim().to_owned())
            .collect()
    };
    assert_eq!(values(&first), values(&second));
}

#[tokio::test]
async fn mistakes_are_all_told_each_with_its_key_and_its_source() {
    let file = File::new("[limits]\nring_bytes = \"lots\"\ndrian = 1\n[listen]\nport = 70000\n");
    let check = [
        "config",
        "check",
        "--config",
        file.path.as_str(),
        "--no-progress",
        "never",
    ];
    let (code, message) = refused(command(&check).env("EVENT_BRIDGE_SILENCE", "-1s")).await;
    assert_eq!(code, Some(2), "{message}");
    let path = &file.path;
    for expected in [
        format!(
            "{path}: limits.ring_bytes: expected a number of bytes, such as 1048576, \"64 MiB\" or \"512 KiB\", got \"lots\""
        ),
        format!("{path}: limits.drian: there is no such setting; did you mean limits.drain?"),
        format!("{path}: listen.port: expected a port from 0 to 65535, got \"70000\""),
        "--no-progress: expected a time of 1ms or more, such as \"10s\", \"500ms\" or \"2m\", got \"never\"".to_owned(),
        "EVENT_BRIDGE_SILENCE: expected a time of 1ms or more, such as \"10s\", \"500ms\" or \"2m\", got \"-1s\""
            .to_owned(),
    ] {
        assert!(message.contains(&expected), "{expected} in {message}");
    }
    // The same keeps `serve` from starting.
    let (code, message) = refused(&mut command(&["serve", "--config", path])).await;
    assert_eq!(code, Some(2));
    assert!(message.contains("limits.drian"), "{message}");
}

#[tokio::test]
async fn check_looks_into_the_files_that_are_named() {
    let file = File::new("");
    let short = file.beside("token", "letmein\n");
    let token_file = short.to_str().unwrap();
    let cases: [(&[&str], &str); 8] = [
        (
            &["--silence", "20s"],
            "--silence: peers are silent from one ping to the next",
        ),
        (
            &["--config", "/nowhere/bridge.toml"],
            "/nowhere/bridge.toml: cannot be read: No such file",
        ),
        (
            &["--token-file", "/nowhere/token"],
            "--token-file: /nowhere/token cannot be read: No such file",
        ),
        (&["--token-file", token_file], "at least 16 characters, got 7"),
        (
            &["--tls-cert", "/nowhere/cert.pem"],
            "--tls-cert: the certificate needs its private key: give --tls-key",
        ),
        (&["--tls-cert", token_file, "--tls-key", token_file], "tls.cert: "),
        (&["--redis", "localhost:6379"], "--redis: expected redis://"),
        (
            &["--allow-origin", "tools.example"],
            "--allow-origin: expected scheme and host",
        ),
    ];
    for (flags, expected) in cases {
        let arguments = [&["config", "check"], flags].concat();
        let (code, message) = refused(&mut command(&arguments)).await;
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains(expected), "{expected} in {message}");
        assert!(!message.contains("letmein"), "{message}");
    }
    let token = file.beside("good", "0123456789abcdef\n");
    let good = [
        "config",
        "check",
        "--host",
        "0.0.0.0",
        "--token-file",
        token.to_str().unwrap(),
    ];
    assert_eq!(printed(&good, &[]).await, "The settings are fine.\n");
}

#[tokio::test]
async fn a_token_is_taken_from_the_nearer_of_file_and_variable_and_never_from_a_flag() {
    let redis = Redis::start();
    let file = File::new("");
    let token = file.beside("token", "token-of-the-file-0001\n");
    let token_file = token.to_str().unwrap();
    std::fs::write(&file.path, format!("[access]\ntoken_file = {token_file:?}\n")).unwrap();
    for (flags, expected) in [
        (vec!["--token-file", token_file], "token-of-the-file-0001"),
        (vec!["--config", file.path.as_str()], "token-of-the-variable-02"),
        (vec![], "token-of-the-variable-02"),
    ] {
        let url = redis.url();
        let arguments = [&["serve", "--port", "0", "--redis", &url], flags.as_slice()].concat();
        let mut child = command(&arguments)
            .env("EVENT_BRIDGE_TOKEN", "token-of-the-variable-02")
            .spawn()
            .unwrap();
        let (port, _) = served(&mut child).await;
        let authorization = format!("Bearer {expected}");
        let headers = [("host", "localhost"), ("authorization", authorization.as_str())];
        assert_eq!(get_with(port, "/api/runs", &headers).await.status, 200, "{flags:?}");
        assert_eq!(get(port, "/api/runs").await.status, 401);
        interrupt(&child).await;
        in_time("it stops", child.wait()).await.unwrap();
    }
    let (code, message) = refused(&mut command(&["serve", "--token", "token-of-the-flag-0003"])).await;
    assert_eq!(code, Some(2));
    assert!(message.contains("--token-file"), "{message}");
}

#[tokio::test]
async fn logs_are_objects_if_asked_for_and_the_access_log_holds_no_secret() {
    let redis = Redis::start();
    for format in ["json", "text"] {
        let flags = ["serve", "--port", "0", "--log-format", format, "--access-log"];
        let mut child = command(&flags)
            .env("REDIS_URL", redis.url())
            .env("EVENT_BRIDGE_TOKEN", "correct-horse-battery")
            .spawn()
            .unwrap();
        let (port, mut log) = served(&mut child).await;
        for (path, header) in [
            (
                "/api/events?type=secretive",
                ("authorization", "Bearer correct-horse-battery"),
            ),
            (
                "/api/runs?token=correct-horse-battery",
                ("cookie", "event-bridge=correct-horse-cookie"),
            ),
            ("/api/session", ("authorization", "Bearer wrong-horse-battery")),
        ] {
            get_with(port, path, &[("host", "localhost"), header]).await;
        }
        interrupt(&child).await;
        in_time("it stops", child.wait()).await.unwrap();
        let mut text = String::new();
        while let Some(line) = log.recv().await {
            text += &line;
            text.push('\n');
        }
        for secret in ["correct-horse", "wrong-horse", "secretive"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        let access: Vec<_> = text.lines().filter(|line| line.contains("answered")).collect();
        assert_eq!(access.len(), 3, "{text}");
        if format == "json" {
            let objects: Vec<serde_json::Value> =
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let answered: Vec<_> = objects
                .iter()
                .filter(|object| object["message"] == "answered")
                .collect();
            let told: Vec<_> = answered
                .iter()
                .map(|line| (line["path"].as_str().unwrap(), line["status"].as_u64().unwrap()))
                .collect();
            assert_eq!(told, [("/api/events", 200), ("/api/runs", 400), ("/api/session", 401)]);
            assert_eq!(answered[0]["method"], "GET");
        } else {
            assert!(
                access[0].contains("path=\"/api/events\"") && access[0].contains("status=200"),
                "{}",
                access[0]
            );
        }
    }
}

#[tokio::test]
async fn the_level_of_the_log_is_a_setting() {
    let redis = Redis::start();
    let url = redis.url();
    let arguments = [
        "serve",
        "--port",
        "70000",
        "--redis",
        url.as_str(),
        "--log-level",
        "loud",
    ];
    let (code, message) = refused(&mut command(&arguments)).await;
    assert_eq!(code, Some(2));
    assert!(
        message.contains("--log-level: expected error, warn, info") && message.contains("--port: expected a port"),
        "{message}"
    );
}

#[tokio::test]
async fn every_serve_in_readme_and_help_has_flags_that_are_accepted() {
    let file = File::new("");
    file.beside("token", "0123456789abcdef");
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["bridge.example".to_owned()]).unwrap();
    file.beside("cert.pem", &params.self_signed(&key).unwrap().pem());
    file.beside("key.pem", &key.serialize_pem());
    let mut help = command(&["serve", "--help"]);
    let help = in_time("help", help.output()).await.unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    let texts = [include_str!("../../../README.md"), help.as_str()];
    let mut count = 0;
    for line in texts.iter().flat_map(|text| text.lines()) {
        let Some((before, flags)) = line.split_once("event-bridge serve") else {
            continue;
        };
        let (before, flags) = (before.trim(), flags.split('#').next().unwrap());
        let is_command = before.is_empty() || before.ends_with("&&") || before.starts_with("REDIS_URL=");
        if !is_command || flags.contains('`') || flags.contains("--help") {
            continue;
        }
        count += 1;
        let arguments: Vec<_> = ["config", "check"]
            .into_iter()
            .chain(flags.split_whitespace())
            .collect();
        let mut check = command(&arguments);
        let output = in_time("config check", check.current_dir(file.dir.path()).output())
            .await
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {errors}");
    }
    assert!(count >= 6, "{count}");
}

#[tokio::test]
async fn a_bridge_that_others_can_reach_says_who_may_read() {
    let redis = Redis::start();
    for (token, expected, other) in [
        (
            Some("0123456789abcdef"),
            "without TLS the token can be read",
            "everyone who reaches",
        ),
        (None, "everyone who reaches 0.0.0.0 may read", "asks for a token"),
    ] {
        let mut program = command(&["serve", "--port", "0", "--host", "0.0.0.0", "--insecure"]);
        program.env("REDIS_URL", redis.url());
        program.envs(token.map(|token| ("EVENT_BRIDGE_TOKEN", token)));
        let mut child = program.spawn().unwrap();
        let (_, mut log) = served(&mut child).await;
        interrupt(&child).await;
        in_time("it stops", child.wait()).await.unwrap();
        let mut text = String::new();
        while let Some(line) = log.recv().await {
            text += &line;
        }
        assert!(text.contains(expected) && !text.contains(other), "{text}");
        assert!(!text.contains("0123456789abcdef"), "{text}");
    }
}

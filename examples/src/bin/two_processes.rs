//! One tree over two processes: the caller sends its place among the spans along in the header `traceparent` (W3C Trace
//! Context), and the service begins there. Both publish to the same Redis.
//!
//! `REDIS_URL=redis://localhost:6379 cargo run -p examples --bin two_processes`

use std::process::Stdio;

use anyhow::{Context as _, ensure};
use event_core::{Context, EventBus, RunFinished, RunStarted, ToolInvoked, ToolReturned, emits, hash};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use warp::Filter as _;

/// The caller's side: what runs here, and everything the service does for it, is one run.
#[emits(RunStarted { name: "two processes", question: Some(question), ..Default::default() }, RunFinished)]
async fn run(url: &str, question: &str) -> anyhow::Result<String> {
    ask_service(url, question).await
}

#[emits(
    ToolInvoked { tool_name: "service", api_name: "upper", args_hash: &hash(question), ..Default::default() },
    |answer| ToolReturned { success: true, result_summary: Some(answer), ..Default::default() }
)]
async fn ask_service(url: &str, question: &str) -> anyhow::Result<String> {
    // reqwest asks for TLS to be chosen, even where it is not used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut request = reqwest::Client::new().post(url).body(question.to_owned());
    if let Some(traceparent) = Context::current().traceparent() {
        request = request.header("traceparent", traceparent);
    }
    Ok(request.send().await?.error_for_status()?.text().await?)
}

/// The service's side.
#[emits(
    ToolInvoked { tool_name: "upper", api_name: "run", args_hash: &hash(text), ..Default::default() },
    ToolReturned
)]
async fn upper(text: &str) -> String {
    text.to_uppercase()
}

async fn serve() -> anyhow::Result<()> {
    let route = warp::post()
        .and(warp::header::optional::<String>("traceparent"))
        .and(warp::body::bytes())
        .then(|traceparent: Option<String>, body: bytes::Bytes| async move {
            // A header that can't be read is one that is not there: the call is then a run of its own.
            let caller = traceparent.and_then(|header| Context::from_traceparent(&header).ok());
            let place = caller.unwrap_or_else(Context::current);
            let text = String::from_utf8_lossy(&body).into_owned();
            place.wrap(async move { upper(&text).await }).await
        });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    warp::serve(route).incoming(listener).run().await;
    Ok(())
}

/// Starts this program once more, as the service, and reads where it listens.
async fn start_service() -> anyhow::Result<(Child, String)> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("serve")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let lines = child.stdout.take().context("the service has no output")?;
    let url = BufReader::new(lines).lines().next_line().await?;
    Ok((child, url.context("the service ended before it listened")?))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let is_named = ["REDIS_URL", "REDIS_HOST"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    ensure!(
        is_named,
        "two processes need a log that both reach: set REDIS_URL, such as redis://localhost:6379"
    );
    let _events = EventBus::from_env()?.install();
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return tokio::select! {
            served = serve() => served,
            stopped = tokio::signal::ctrl_c() => Ok(stopped?),
        };
    }
    let (mut service, url) = start_service().await?;
    println!("{}", run(&url, "is this one tree?").await?);
    // By its signal, so that it flushes what it published.
    stop(&service)?;
    service.wait().await?;
    Ok(())
}

fn stop(service: &Child) -> anyhow::Result<()> {
    let pid = service
        .id()
        .and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?));
    let pid = pid.context("the service has ended already")?;
    Ok(rustix::process::kill_process(pid, rustix::process::Signal::INT)?)
}

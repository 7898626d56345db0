//! An agent behind axum: a handler is a function like any other, and begins where the caller's `traceparent` says. The
//! page is served by the bridge beside it, on a port of its own.
//!
//! `cargo run -p examples --bin axum_service`, then `curl -d "hello" http://127.0.0.1:PORT/ask`

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::post;
use event_core::{Context, LlmCallCompleted, LlmCallStarted, RunFinished, RunStarted, emits, hash};

/// Every request is a run, or a part of its caller's.
#[emits(RunStarted { name: "ask", question: Some(&question), ..Default::default() }, RunFinished)]
async fn ask(question: String) -> Result<String, StatusCode> {
    match ask_model(&question).await {
        Ok(answer) => Ok(answer),
        Err(_) => Err(StatusCode::UNPROCESSABLE_ENTITY),
    }
}

#[emits(
    LlmCallStarted { agent_class: "Service", model: "echo", prompt_hash: &hash(prompt), ..Default::default() },
    |answer| LlmCallCompleted { truncated_result: Some(answer), ..Default::default() }
)]
async fn ask_model(prompt: &str) -> Result<String, String> {
    if prompt.trim().is_empty() {
        return Err("there is no question".to_owned());
    }
    Ok(format!("You asked: {prompt}\n"))
}

/// The place among the caller's spans, for all that the request comes to.
async fn in_callers_context(request: Request, next: Next) -> Response {
    let header = request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok());
    let caller = header.and_then(|header| Context::from_traceparent(header).ok());
    caller.unwrap_or_else(Context::current).wrap(next.run(request)).await
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let bridge = event_bridge::spawn()?;
    let app = Router::new()
        .route("/ask", post(ask))
        .layer(middleware::from_fn(in_callers_context));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("ask at http://{}/ask", listener.local_addr()?);
    println!("watch at {} (Ctrl-C ends)", bridge.url());
    let stopped = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, app).with_graceful_shutdown(stopped).await?;
    Ok(())
}

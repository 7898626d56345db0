//! What a client asks for once, over plain HTTP. Owns the request and the types of the answers.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::builder::Builder;
use super::connection::in_its_own_words;
use super::error::ClientError;
use super::target::Target;

const PATIENCE: Duration = Duration::from_secs(30);

/// A run, summed up by the bridge.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RunSummary {
    /// A W3C trace id.
    pub run_id: String,
    /// What the run calls itself, else its first function.
    pub name: String,
    /// What it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// `running`, `lost`, or the outcome of its root; none where no span tells.
    pub status: Option<String>,
    /// The `ts` of its first event.
    pub started: String,
    /// The `ts` of its last one.
    pub last: String,
    /// Behind which its first event stands, or at it: where reading it can begin.
    pub first_cursor: String,
    /// Of its last event.
    pub last_cursor: String,
    /// Of its root, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// How many events it has.
    pub events: u64,
    /// How many of them tell of a failure.
    pub errors: u64,
    /// Calls of models.
    pub llm_calls: u64,
    /// Calls of tools.
    pub tool_calls: u64,
    /// Of all calls of models.
    pub tokens: u64,
    /// In US dollars.
    pub cost: f64,
}

#[derive(Deserialize)]
struct Runs {
    runs: Vec<RunSummary>,
}

impl Builder {
    /// The runs that the bridge knows of, the one heard of last first. Filters don't matter here.
    ///
    /// # Errors
    ///
    /// If the bridge can't be reached, or refuses.
    pub async fn runs(&self) -> Result<Vec<RunSummary>, ClientError> {
        let target = Target::new(self)?;
        let answer = timeout(PATIENCE, get(&target, "/api/runs")).await;
        let text = answer.map_err(|_| target.unreachable("it does not answer in time"))??;
        let runs: Runs = serde_json::from_slice(&text).map_err(|error| target.unreachable(&error.to_string()))?;
        Ok(runs.runs)
    }
}

async fn get(target: &Target, path: &str) -> Result<Vec<u8>, ClientError> {
    let failed = |error: hyper::Error| target.unreachable(&format!("it does not speak HTTP: {error}"));
    let socket = target.connect().await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.map_err(failed)?;
    let (parts, ()) = target.request(path, std::iter::empty())?.into_parts();
    let mut request = hyper::Request::new(String::new());
    // Without what would make a WebSocket of it.
    for name in [hyper::header::HOST, hyper::header::AUTHORIZATION] {
        if let Some(value) = parts.headers.get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    let path = parts
        .uri
        .path()
        .parse()
        .map_err(|_| ClientError::Url(parts.uri.to_string()))?;
    *request.uri_mut() = path;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        Ok((status, body(answer.into_body()).await?))
    };
    // The connection does the work that the exchange waits for.
    let exchanged = tokio::select! {
        exchanged = exchange => exchanged,
        Err(error) = connection => Err(error),
    };
    let (status, text) = exchanged.map_err(failed)?;
    if status.is_success() {
        return Ok(text);
    }
    Err(ClientError::Refused {
        status: status.as_u16(),
        why: in_its_own_words(&String::from_utf8_lossy(&text), status),
        retry_after: None,
    })
}

async fn body(mut incoming: Incoming) -> Result<Vec<u8>, hyper::Error> {
    let mut text = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut incoming).poll_frame(context)).await {
        if let Ok(data) = frame?.into_data() {
            text.extend_from_slice(&data);
        }
    }
    Ok(text)
}

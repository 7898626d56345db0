//! Any server that speaks the chat completions of `OpenAI`: theirs, vLLM, llama.cpp, Ollama and many more. Answers are
//! streamed, so that the time to the first token is known and a server that stalls is noticed.

mod answer;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Response, StatusCode};
use serde_json::json;
use tokio::time::{Instant, timeout};

use self::answer::{Answer, Broken};
use super::{ChatModel, Completion, ModelError, ModelFuture, Remedy, Request, usage};
use crate::research_agent::text;

/// Where requests go unless told otherwise.
const BASE_URL: &str = "https://api.openai.com/v1";
/// How much of an error's text is shown, in bytes.
const SHOWN_BYTES: usize = 200;

/// Where a model is, and who asks.
#[derive(Clone)]
pub struct OpenAiSettings {
    /// The model's name at the server.
    pub model: String,
    /// Up to and without `/chat/completions`.
    pub base_url: String,
    /// Sent as a bearer token, if there is one.
    pub api_key: Option<String>,
    /// How long the server may say nothing, before the first piece and between two.
    pub stall: Duration,
}

impl OpenAiSettings {
    /// `model` at the server of `OPENAI_BASE_URL` with the key of `OPENAI_API_KEY`.
    pub fn from_env(model: impl Into<String>) -> Self {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            model: model.into(),
            base_url: variable("OPENAI_BASE_URL").unwrap_or_else(|| BASE_URL.to_owned()),
            api_key: variable("OPENAI_API_KEY"),
            stall: Duration::from_secs(60),
        }
    }
}

impl fmt::Debug for OpenAiSettings {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiSettings")
            .field("model", &self.model)
            .field("base_url", &self.base_url)
            .field("has_key", &self.api_key.is_some())
            .finish_non_exhaustive()
    }
}

/// A model behind HTTP.
pub struct OpenAiModel {
    settings: OpenAiSettings,
    client: Client,
}

impl OpenAiModel {
    /// A client of that server. It is asked nothing yet.
    pub fn new(settings: OpenAiSettings) -> Result<Self, ModelError> {
        // Another part of the process may have chosen a provider already, which will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().connect_timeout(settings.stall).build();
        let client = client.map_err(|error| ModelError {
            model: settings.model.clone(),
            reason: format!("no HTTP client: {error}"),
            remedy: Remedy::None,
        })?;
        Ok(Self { settings, client })
    }

    fn error(&self, reason: impl Into<String>, remedy: Remedy) -> ModelError {
        ModelError {
            model: self.settings.model.clone(),
            reason: reason.into(),
            remedy,
        }
    }

    /// What no answer in time means.
    fn stalled(&self) -> ModelError {
        let seconds = self.settings.stall.as_secs_f64();
        self.error(format!("the server said nothing for {seconds} s"), Remedy::Retry)
    }

    async fn ask(&self, prompt: &str) -> Result<Completion, ModelError> {
        let asked = Instant::now();
        let mut response = self.accepted(self.send(prompt).await?).await?;
        let mut answer = Answer::default();
        let mut time_to_first = None;
        while !answer.is_done() {
            let piece = timeout(self.settings.stall, response.chunk()).await;
            match piece
                .map_err(|_| self.stalled())?
                .map_err(|error| self.unreachable(error))?
            {
                Some(bytes) => answer.take(&bytes).map_err(|broken| self.broken(&broken))?,
                None => break,
            }
            if !answer.text().is_empty() {
                time_to_first.get_or_insert_with(|| asked.elapsed());
            }
        }
        let (text, counted) = answer.finish().map_err(|broken| self.broken(&broken))?;
        let estimate = || usage(text::estimated_tokens(prompt), text::estimated_tokens(&text));
        Ok(Completion {
            usage: counted.unwrap_or_else(estimate),
            is_estimated: counted.is_none(),
            text,
            attempts: 1,
            is_cached: false,
            time_to_first,
        })
    }

    async fn send(&self, prompt: &str) -> Result<Response, ModelError> {
        let url = format!("{}/chat/completions", self.settings.base_url.trim_end_matches('/'));
        let body = json!({
            "model": self.settings.model,
            "messages": [{ "role": "user", "content": prompt }],
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        let mut request = self.client.post(url).json(&body);
        if let Some(key) = &self.settings.api_key {
            request = request.bearer_auth(key);
        }
        match timeout(self.settings.stall, request.send()).await {
            Err(_) => Err(self.stalled()),
            Ok(sent) => sent.map_err(|error| self.unreachable(error)),
        }
    }

    fn unreachable(&self, error: reqwest::Error) -> ModelError {
        // The address may have a password in it; the settings have it as well.
        let error = error.without_url();
        let mut cause: &dyn Error = &error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        self.error(format!("{error}: {cause}"), Remedy::Retry)
    }

    fn broken(&self, broken: &Broken) -> ModelError {
        self.error(broken.to_string(), Remedy::Retry)
    }

    /// The response, if it is an answer.
    async fn accepted(&self, response: Response) -> Result<Response, ModelError> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let remedy = remedy(status, &response);
        let text = timeout(self.settings.stall, response.text()).await;
        let text = text.ok().and_then(Result::ok).unwrap_or_default();
        let said = event_core::truncate(text.trim(), SHOWN_BYTES);
        let after = match remedy {
            Remedy::RetryAfter(wait) => format!(", Retry-After: {}", wait.as_secs()),
            _ => String::new(),
        };
        Err(self.error(format!("{status}{after}: {said}"), remedy))
    }
}

/// Busy and broken servers may do better later; a request that is refused is refused again.
fn remedy(status: StatusCode, response: &Response) -> Remedy {
    let seconds = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    match (status, seconds) {
        (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, Some(seconds)) => {
            Remedy::RetryAfter(Duration::from_secs(seconds))
        }
        (StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT, _) => Remedy::Retry,
        _ if status.is_server_error() => Remedy::Retry,
        _ => Remedy::None,
    }
}

impl ChatModel for OpenAiModel {
    fn name(&self) -> &str {
        &self.settings.model
    }

    fn chat<'a>(&'a self, request: Request<'a>) -> ModelFuture<'a> {
        Box::pin(self.ask(request.prompt))
    }
}

//! An answer as it arrives: server-sent events with a JSON chunk each, or one JSON object from servers that don't stream.
//! It only reads bytes; where they come from and how long they take is not its business.

use event_core::TokenUsage;
use serde::Deserialize;

/// No answer is longer: a server that never ends must not fill the memory.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Why bytes are no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("the server sent what is no JSON of a completion: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the server reported: {0}")]
    Reported(String),
    #[error("the answer broke off before its end")]
    Torn,
    #[error("the answer is larger than {MOST_BYTES} bytes")]
    Endless,
}

/// A chunk of a stream, or a whole completion.
#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<TokenUsage>,
    #[serde(default)]
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(alias = "delta")]
    message: Option<Message>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

/// See the module's description.
#[derive(Default)]
pub(super) struct Answer {
    /// What has no line end yet.
    rest: Vec<u8>,
    /// Lines that are not part of an event: of a completion that is not streamed.
    plain: Vec<u8>,
    text: String,
    usage: Option<TokenUsage>,
    is_finished: bool,
    is_done: bool,
}

impl Answer {
    /// The stream has said its last word.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// What has arrived so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Takes the next bytes, wherever they were cut.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.rest.extend_from_slice(bytes);
        if self.rest.len() + self.plain.len() + self.text.len() > MOST_BYTES {
            return Err(Broken::Endless);
        }
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else {
            return Ok(());
        };
        let open = self.rest.split_off(end + 1);
        for line in std::mem::replace(&mut self.rest, open).split(|byte| *byte == b'\n') {
            self.line(line.trim_ascii())?;
        }
        Ok(())
    }

    /// Of an event only its data counts. A completion that is not streamed may be written over many lines.
    fn line(&mut self, line: &[u8]) -> Result<(), Broken> {
        match line.strip_prefix(b"data:").map(<[u8]>::trim_ascii) {
            Some(b"[DONE]") => self.is_done = true,
            Some(data) => self.chunk(serde_json::from_slice(data)?)?,
            None if line.is_empty() || line.starts_with(b":") || is_field(line) => {}
            None => {
                self.plain.extend_from_slice(line);
                self.plain.push(b'\n');
            }
        }
        Ok(())
    }

    fn chunk(&mut self, chunk: Chunk) -> Result<(), Broken> {
        if let Some(error) = chunk.error {
            return Err(Broken::Reported(
                error["message"].as_str().unwrap_or("an error").to_owned(),
            ));
        }
        self.usage = chunk.usage.or(self.usage);
        for choice in chunk.choices {
            self.is_finished |= choice.finish_reason.is_some();
            self.text
                .push_str(&choice.message.and_then(|message| message.content).unwrap_or_default());
        }
        Ok(())
    }

    /// The whole text, and its tokens if the server counted them.
    pub(super) fn finish(mut self) -> Result<(String, Option<TokenUsage>), Broken> {
        let rest = std::mem::take(&mut self.rest);
        self.line(rest.trim_ascii())?;
        let plain = std::mem::take(&mut self.plain);
        if !plain.is_empty() {
            self.chunk(serde_json::from_slice(&plain)?)?;
        }
        if self.is_done || self.is_finished {
            return Ok((self.text, self.usage));
        }
        Err(Broken::Torn)
    }
}

/// The other fields of a server-sent event.
fn is_field(line: &[u8]) -> bool {
    [&b"event:"[..], b"id:", b"retry:"]
        .iter()
        .any(|field| line.starts_with(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"},\"finish_reason\":null}]}\n\n: still here\n\n\
        data: {\"choices\":[{\"delta\":{\"content\":\"Grüß \"},\"finish_reason\":null}]}\r\n\r\n\
        data: {\"choices\":[{\"delta\":{\"content\":\"Gott\"},\"finish_reason\":\"stop\"}]}\n\n\
        data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}\n\n\
        data: [DONE]\n\n";

    fn read(bytes: &[u8], step: usize) -> Result<(String, Option<TokenUsage>), Broken> {
        let mut answer = Answer::default();
        for piece in bytes.chunks(step) {
            answer.take(piece)?;
        }
        answer.finish()
    }

    #[test]
    fn a_stream_is_read_wherever_it_was_cut() {
        for step in 1..STREAM.len() {
            let (text, usage) = read(STREAM.as_bytes(), step).unwrap();
            assert_eq!(text, "Grüß Gott", "in pieces of {step}");
            assert_eq!(usage.unwrap().total_tokens, 5);
        }
    }

    #[test]
    fn a_completion_that_is_not_streamed_is_read_too() {
        let json =
            "{\n \"choices\": [\n  {\"message\": {\"content\": \"whole\"}, \"finish_reason\": \"stop\"}\n ]\n}\n";
        for step in 1..json.len() {
            assert_eq!(read(json.as_bytes(), step).unwrap().0, "whole", "in pieces of {step}");
        }
    }

    #[test]
    fn what_is_torn_broken_or_an_error_is_told_apart() {
        let torn = &STREAM[..STREAM.find("\"finish_reason\":\"stop\"").unwrap()];
        let torn = &torn[..=torn.rfind('\n').unwrap()];
        assert!(matches!(read(torn.as_bytes(), 7), Err(Broken::Torn)));
        assert!(matches!(read(b"data: {\"choi\n\n", 7), Err(Broken::Json(_))));
        assert!(matches!(read(b"<html>", 7), Err(Broken::Json(_))));
        let reported = read(b"data: {\"error\":{\"message\":\"too long\"}}\n\n", 7).unwrap_err();
        assert_eq!(reported.to_string(), "the server reported: too long");
    }
}

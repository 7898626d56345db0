//! Answers by content: the same prompt to the same model is answered from a file, without asking and without cost.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{ChatModel, Completion, ModelFuture, Request};

/// A line of the file.
#[derive(Deserialize, Serialize)]
struct Line {
    /// The hash of model and prompt.
    key: String,
    text: String,
}

struct Store {
    file: File,
    answers: BTreeMap<String, String>,
}

/// A model whose answers are kept.
pub struct Cached<M> {
    model: M,
    store: Mutex<Store>,
}

impl<M: ChatModel> Cached<M> {
    /// Around `model`, with the answers in `folder/answers.jsonl`, which is made if need be. A line that cannot be read,
    /// such as one that a crash tore, is passed over.
    pub fn new(model: M, folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join("answers.jsonl");
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut answers = BTreeMap::new();
        let mut is_torn = false;
        for line in BufReader::new(&file).split(b'\n') {
            let line = serde_json::from_slice::<Line>(&line?);
            is_torn = line.is_err();
            answers.extend(line.map(|line| (line.key, line.text)));
        }
        if is_torn {
            // What comes next begins on a line of its own.
            file.write_all(b"\n")?;
        }
        let store = Mutex::new(Store { file, answers });
        Ok(Self { model, store })
    }

    fn key(&self, request: Request<'_>) -> String {
        event_core::hash(format!("{}\n{}", self.model.name(), request.prompt))
    }

    fn find(&self, key: &str) -> Option<String> {
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.answers.get(key).cloned()
    }

    /// A cache that can't be written is one that is empty next time: no reason to fail.
    fn keep(&self, key: String, text: &str) {
        let text = text.to_owned();
        let line = Line { key, text };
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(mut json) = serde_json::to_vec(&line) {
            json.push(b'\n');
            let _ = store.file.write_all(&json);
        }
        store.answers.insert(line.key, line.text);
    }
}

impl<M: ChatModel> ChatModel for Cached<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn chat<'a>(&'a self, request: Request<'a>) -> ModelFuture<'a> {
        Box::pin(async move {
            let key = self.key(request);
            if let Some(text) = self.find(&key) {
                return Ok(Completion {
                    text,
                    is_cached: true,
                    ..Completion::default()
                });
            }
            let completion = self.model.chat(request).await?;
            self.keep(key, &completion.text);
            Ok(completion)
        })
    }
}

//! The client of real models, against a real HTTP server that behaves as real ones do on bad days.

mod support;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use event_core::testing::Capture;
use examples::research_agent::model::{ChatModel, ModelError, OpenAiModel, OpenAiSettings, Remedy, Request, Retrying};
use examples::research_agent::{OfflineModel, Pace, research};
use futures_util::stream::{self, Stream, StreamExt as _};
use serde_json::{Value, json};
use support::{QUESTION, block_on, corpus, demo, of_type, run, text};
use warp::Filter as _;
use warp::http::StatusCode;
use warp::reply::Response;

const KEY: &str = "sk-test-0123456789abcdef0123";

/// What the server does with a request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Behaviour {
    Answer,
    AnswerWhole,
    Busy,
    Broken,
    Stall,
    BadJson,
    Torn,
    Refuse,
}

struct Server {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// A server that answers like the offline model, if it answers.
    async fn start(behave: impl Fn(usize) -> Behaviour + Clone + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let route = warp::path!("v1" / "chat" / "completions")
            .and(warp::post())
            .and(warp::header::<String>("authorization"))
            .and(warp::body::json())
            .then(move |authorization: String, body: Value| {
                let behaviour = behave(counter.fetch_add(1, Ordering::Relaxed));
                async move {
                    assert_eq!(authorization, format!("Bearer {KEY}"));
                    assert_eq!(body["model"], "test-model");
                    respond(behaviour, body["messages"][0]["content"].as_str().unwrap()).await
                }
            });
        tokio::spawn(warp::serve(route).incoming(listener).run());
        Self { url, requests }
    }

    fn model(&self) -> OpenAiModel {
        OpenAiModel::new(OpenAiSettings {
            model: "test-model".to_owned(),
            base_url: self.url.clone(),
            api_key: Some(KEY.to_owned()),
            stall: Duration::from_millis(300),
        })
        .unwrap()
    }
}

async fn respond(behaviour: Behaviour, prompt: &str) -> Response {
    match behaviour {
        Behaviour::Busy => {
            let mut response = error(StatusCode::TOO_MANY_REQUESTS, "too fast");
            response.headers_mut().insert("retry-after", 1.into());
            response
        }
        Behaviour::Broken => error(StatusCode::INTERNAL_SERVER_ERROR, "out of memory"),
        Behaviour::Refuse => error(StatusCode::UNAUTHORIZED, "no such key"),
        Behaviour::Answer | Behaviour::AnswerWhole | Behaviour::Stall | Behaviour::BadJson | Behaviour::Torn => {
            let answer = OfflineModel::new(Pace::new(0.0, 1)).chat(Request::new(prompt)).await;
            let text = answer.map(|completion| completion.text).unwrap_or_default();
            if behaviour == Behaviour::AnswerWhole {
                let whole = json!({ "choices": [{ "message": { "content": text }, "finish_reason": "stop" }] });
                return warp::reply::Reply::into_response(warp::reply::json(&whole));
            }
            warp::reply::Reply::into_response(warp::reply::stream(pieces(behaviour, &text)))
        }
    }
}

fn error(status: StatusCode, message: &str) -> Response {
    let body = warp::reply::json(&json!({ "error": { "message": message } }));
    warp::reply::Reply::into_response(warp::reply::with_status(body, status))
}

type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, Infallible>> + Send + Sync>>;

/// The answer in pieces of some letters, as far as it comes.
fn pieces(behaviour: Behaviour, text: &str) -> Pieces {
    let data = |json: Value| format!("data: {json}\n\n");
    let letters: Vec<char> = text.chars().collect();
    let mut pieces: Vec<String> = letters
        .chunks(40)
        .map(|part| part.iter().collect::<String>())
        .map(|part| data(json!({ "choices": [{ "delta": { "content": part }, "finish_reason": null }] })))
        .collect();
    pieces.push(data(json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] })));
    let usage = json!({ "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120 });
    pieces.push(data(json!({ "choices": [], "usage": usage })));
    pieces.push("data: [DONE]\n\n".to_owned());
    match behaviour {
        Behaviour::BadJson => "data: {\"choices\": [oops\n\n".clone_into(&mut pieces[0]),
        Behaviour::Torn | Behaviour::Stall => pieces.truncate(1),
        _ => {}
    }
    let sent = stream::iter(pieces.into_iter().map(|piece| Ok(Bytes::from(piece))));
    if behaviour == Behaviour::Stall {
        Box::pin(sent.chain(stream::pending()))
    } else {
        Box::pin(sent)
    }
}

async fn ask(behaviour: Behaviour) -> Result<examples::research_agent::model::Completion, ModelError> {
    let server = Server::start(move |_| behaviour).await;
    let prompt = "Judge.\n\n=== task ===\njudge\n\n=== goal ===\nlogs\n\n=== words ===\n100\n";
    server.model().chat(Request::new(prompt)).await
}

#[test]
fn an_answer_in_pieces_is_put_together_with_its_tokens_and_the_time_to_the_first() {
    let completion = block_on(ask(Behaviour::Answer)).unwrap();
    assert!(
        completion.text.contains("<decision>\natomic\n</decision>"),
        "{}",
        completion.text
    );
    assert_eq!((completion.usage.total_tokens, completion.is_estimated), (120, false));
    assert!(completion.time_to_first.is_some());
}

#[test]
fn a_server_that_neither_streams_nor_counts_is_understood_and_its_tokens_are_estimates() {
    let completion = block_on(ask(Behaviour::AnswerWhole)).unwrap();
    assert!(completion.text.contains("atomic"));
    assert!(completion.is_estimated && completion.usage.total_tokens > 0);
}

#[test]
fn each_failure_says_what_came_and_whether_asking_again_may_help() {
    for (behaviour, remedy, needle) in [
        (
            Behaviour::Busy,
            Remedy::RetryAfter(Duration::from_secs(1)),
            "429 Too Many Requests, Retry-After: 1",
        ),
        (Behaviour::Broken, Remedy::Retry, "out of memory"),
        (Behaviour::Stall, Remedy::Retry, "the server said nothing for 0.3 s"),
        (Behaviour::BadJson, Remedy::Retry, "no JSON of a completion"),
        (Behaviour::Torn, Remedy::Retry, "broke off before its end"),
        (Behaviour::Refuse, Remedy::None, "no such key"),
    ] {
        let error = block_on(ask(behaviour)).unwrap_err();
        assert_eq!(error.remedy, remedy, "{error}");
        let text = error.to_string();
        assert!(
            text.contains(needle) && text.contains("test-model"),
            "{behaviour:?}: {text}"
        );
        assert!(!text.contains(KEY), "{text}");
    }
}

#[test]
fn a_server_that_is_not_there_is_named_without_a_secret() {
    let settings = OpenAiSettings {
        model: "test-model".to_owned(),
        base_url: "http://user:secret-word@127.0.0.1:1/v1".to_owned(),
        api_key: Some(KEY.to_owned()),
        stall: Duration::from_secs(5),
    };
    assert!(!format!("{settings:?}").contains(KEY));
    let model = OpenAiModel::new(settings).unwrap();
    let error = block_on(model.chat(Request::new("hello"))).unwrap_err().to_string();
    assert!(
        error.contains("refused") && !error.contains("secret-word") && !error.contains(KEY),
        "{error}"
    );
}

#[test]
fn a_run_against_a_server_on_a_bad_day_ends_with_the_same_report_and_shows_each_trouble() {
    let undisturbed = block_on(run(&demo(QUESTION)));
    let capture = Capture::start();
    let report = block_on(async {
        let server = Server::start(|request| match request % 12 {
            1 => Behaviour::Busy,
            3 => Behaviour::Broken,
            5 => Behaviour::BadJson,
            7 => Behaviour::Torn,
            9 if request < 40 => Behaviour::Stall,
            _ => Behaviour::Answer,
        })
        .await;
        let model = Retrying::new(server.model(), Pace::new(1000.0, 1));
        let report = research(&demo(QUESTION), Arc::new(model), corpus(), |_| {})
            .await
            .unwrap();
        assert!(server.requests.load(Ordering::Relaxed) as u64 > report.totals.llm_calls);
        report
    });
    assert_eq!(report.markdown, undisturbed.markdown);
    assert!(!report.totals.is_estimated);
    let events = capture.events();
    let reasons: Vec<&str> = of_type(&events, "llm_retried")
        .into_iter()
        .map(|event| text(event, "reason"))
        .collect();
    for needle in ["429", "500", "no JSON", "broke off", "said nothing"] {
        assert!(
            reasons.iter().any(|reason| reason.contains(needle)),
            "no {needle} in {reasons:?}"
        );
    }
    let calls = of_type(&events, "llm_call_completed");
    assert!(
        calls
            .iter()
            .all(|call| call.payload["time_to_first"].as_f64() > Some(0.0))
    );
    assert!(calls.iter().any(|call| call.payload["attempts"] == 2));
}

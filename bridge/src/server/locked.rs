//! What a page is told that lacks the token. A page sees nothing of a WebSocket handshake that is refused, and cannot know
//! what to do; so it is let in as far as to be told, in a close code, and no further.

use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use warp::http::StatusCode;
use warp::reply::Response as Answer;

use super::State;
use crate::protocol::Farewell;

/// How long that may take.
const LEAVE: Duration = Duration::from_secs(1);

/// The answer that opens a WebSocket to be closed with the reason; none if it is no page that wants one.
pub(super) fn tell(state: &Arc<State>, request: &mut Request<Incoming>) -> Option<Answer> {
    let headers = request.headers();
    let wants_websocket = headers.get(UPGRADE)?.as_bytes().eq_ignore_ascii_case(b"websocket");
    if !wants_websocket || !headers.contains_key(ORIGIN) {
        return None;
    }
    let accept = derive_accept_key(headers.get(SEC_WEBSOCKET_KEY)?.as_bytes());
    let accept = HeaderValue::try_from(accept).ok()?;
    let upgrade = hyper::upgrade::on(request);
    state.tasks.spawn(timeout(LEAVE, async {
        if let Ok(socket) = upgrade.await {
            close(socket, Farewell::Locked).await;
        }
    }));
    let mut answer = Answer::default();
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = answer.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    Some(answer)
}

async fn close(socket: Upgraded, farewell: Farewell) {
    let mut socket = TokioIo::new(socket);
    let why = farewell.why().as_bytes();
    // A close frame; a reason is never longer than one byte of length can say (RFC 6455, section 5.5).
    let length = u8::try_from(2 + why.len()).unwrap_or(2);
    let mut frame = vec![0x88, length];
    frame.extend(farewell.code().to_be_bytes());
    frame.extend(why);
    if socket.write_all(&frame).await.is_ok() && socket.shutdown().await.is_ok() {
        let mut rest = [0; 256];
        while socket.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    }
}

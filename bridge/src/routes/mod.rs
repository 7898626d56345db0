//! What can be asked. Owns the table of routes; each is thin: a request to a feed, a feed to bytes. No route knows
//! another.

mod history;
mod ops;
mod runs;
mod session;
mod sse;
pub(crate) mod ui;
mod websocket;

use std::convert::Infallible;
use std::sync::Arc;

use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::uri::Authority;
use warp::reply::Response;

use crate::answer;
use crate::server::State;
use crate::server::access::Refused;
use crate::server::gate::Stranger;

/// Everything a bridge answers; what `own` answers comes first.
pub(crate) fn all(state: &Arc<State>, own: Option<BoxedFilter<(Response,)>>) -> BoxedFilter<(Response,)> {
    let ours = ours(state);
    match own {
        Some(own) => guarded(own).or(ours).unify().recover(answer::rejection).unify().boxed(),
        None => ours.recover(answer::rejection).unify().boxed(),
    }
}

/// What an embedding program answers may be anything, and so is for those who have shown the token alone, whatever its
/// path: also where ours is open to all.
fn guarded(own: BoxedFilter<(Response,)>) -> BoxedFilter<(Response,)> {
    let entered = warp::ext::optional::<Stranger>().and_then(|stranger: Option<Stranger>| async move {
        match stranger {
            None => Ok(()),
            Some(Stranger) => Err(warp::reject::not_found()),
        }
    });
    entered.untuple_one().and(own).boxed()
}

fn ours(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    sse::route(state)
        .or(websocket::route(state))
        .unify()
        .or(history::route(state))
        .unify()
        .or(runs::route(state))
        .unify()
        .or(session::route(state))
        .unify()
        .or(ops::routes(state))
        .unify()
        .or(ui::route(state))
        .unify()
        .boxed()
}

/// Hands the state to a route.
fn with(state: &Arc<State>) -> impl Filter<Extract = (Arc<State>,), Error = Infallible> + Clone + use<> {
    let state = state.clone();
    warp::any().map(move || state.clone())
}

/// `GET`, and `HEAD`, which is answered as `GET` is: hyper sends no body then.
fn get() -> impl Filter<Extract = (), Error = warp::Rejection> + Clone + use<> {
    warp::get().or(warp::head()).unify()
}

/// The parameters as they were sent.
type Pairs = Vec<(String, String)>;

/// The origin of the page that asks, if it may; to be asked before anything is told of events.
fn origin(state: &State, headers: &warp::http::HeaderMap) -> Result<Option<String>, Refused> {
    let own: Authority = state.access.host(headers)?;
    let origin = state.access.origin(headers, &own);
    if let Err(refused) = &origin {
        state.source.metrics.refused(refused.why);
    }
    origin
}

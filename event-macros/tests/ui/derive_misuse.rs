use event_core::Event;
use serde::Serialize;

#[derive(Event, Serialize)]
struct WithIdentity {
    run_id: u64,
}

#[derive(Event, Serialize)]
struct RenamedToIdentity {
    #[serde(rename = "span_id")]
    span: u64,
}

#[derive(Event, Serialize)]
struct Tuple(u64);

#[derive(Event, Serialize)]
enum Several {
    One,
}

#[derive(Event, Serialize)]
#[event(nmae = "x")]
struct UnknownOption {
    #[event(scoped)]
    field: u64,
}

fn main() {}

//! Events that open no span: they belong to the one they are published in.

use serde::Serialize;
use serde_json::Value;

use super::enclosing;
use crate::bus::{self, EventBus};
use crate::clock::Moment;
use crate::context;
use crate::event::Event;
use crate::record::{EventType, Function, Identity, TypeName, encode};

/// Publishes a point event to the current bus.
pub(crate) fn publish<E: Event>(event: &E) {
    if let Some(bus) = here() {
        point(&bus, "", "", event);
    }
}

/// The bus that code here publishes to; one relaxed load when there is none at all.
#[inline]
pub fn here() -> Option<EventBus> {
    if bus::may_publish() { EventBus::current() } else { None }
}

/// Publishes the point event of the function `name` in the module at `path`.
pub fn point<E: Event>(bus: &EventBus, path: &'static str, name: &'static str, event: &E) {
    publish_point(bus, (path, name), TypeName::of::<E>(), event);
}

/// As [`point`], with the automatic fields only.
pub fn point_bare(bus: &EventBus, path: &'static str, name: &'static str, event: &'static EventType) {
    publish_point(bus, (path, name), TypeName::Known(event), &());
}

impl EventBus {
    /// The bus that code here publishes to: the context's, else the thread's, else the process's.
    #[inline]
    pub fn current() -> Option<Self> {
        context::with_current(|here| here?.bus.clone()).or_else(bus::installed)
    }

    /// Publishes a value without a type of its own. What is no JSON object goes under the key `value`.
    #[inline]
    pub fn publish_value(&self, event_type: &str, payload: Value) {
        if bus::IS_COMPILED_IN {
            publish_value(self, event_type, payload);
        }
    }
}

fn publish_value(bus: &EventBus, event_type: &str, payload: Value) {
    let payload = match payload {
        Value::Object(payload) => payload,
        other => [("value".to_owned(), other)].into_iter().collect(),
    };
    publish_point(bus, ("", ""), TypeName::Given(event_type.into()), &payload);
}

fn publish_point<P: Serialize>(bus: &EventBus, function: Function, event_type: TypeName, payload: &P) {
    let mut record = bus::blank(Moment::now());
    record.event_type = event_type;
    encode(payload, &[], &mut record.fields);
    let around = enclosing(&mut record.fields);
    record.identity = Identity {
        run: around.map(|around| around.run),
        span: None,
        parent: around.map(|around| around.span),
        function,
    };
    bus.send(record);
}

//! Events that open no span: they belong to the one they are published in.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::enclosing;
use crate::bus::{self, EventBus};
use crate::clock::Moment;
use crate::context;
use crate::event::Event;
use crate::record::{Function, encode};

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
    publish_point(bus, (path, name), E::TYPE.into(), event, E::SCOPE);
}

/// As [`point`], with the automatic fields only. The last argument only names the type.
pub fn point_bare<E: Event>(bus: &EventBus, path: &'static str, name: &'static str, _event: fn(E)) {
    publish_point(bus, (path, name), E::TYPE.into(), &(), &[]);
}

impl EventBus {
    /// The bus that code here publishes to: the context's, else the thread's, else the process's.
    pub fn current() -> Option<Self> {
        context::with_current(|here| here.bus.clone())
            .flatten()
            .or_else(bus::installed)
    }

    /// Publishes a value without a type of its own. What is no JSON object goes under the key `value`.
    pub fn publish_value(&self, event_type: &str, payload: Value) {
        let payload = match payload {
            Value::Object(payload) => payload,
            other => [("value".to_owned(), other)].into_iter().collect(),
        };
        publish_point(self, ("", ""), event_type.to_owned().into(), &payload, &[]);
    }
}

fn publish_point<P: Serialize>(
    bus: &EventBus,
    function: Function,
    event_type: Cow<'static, str>,
    payload: &P,
    scope: &[&str],
) {
    let mut record = bus.blank(Moment::now());
    record.event_type = event_type;
    record.function = function;
    encode(payload, scope, &mut record.fields);
    if let Some(around) = enclosing(&mut record.fields) {
        record.run = around.run;
        record.parent = Some(around.span);
    }
    bus.send(record);
}

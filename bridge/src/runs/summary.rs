//! Runs as they are told. Owns the names and the order of the fields.

use std::collections::BTreeMap;

use serde::Serialize;

use super::failures::Failure;

/// A run as it is listed.
#[derive(Debug, Serialize)]
pub(crate) struct Summary<'a> {
    pub(super) run_id: &'a str,
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) question: Option<&'a str>,
    /// The gravest outcome of its root spans, else `running`, `lost` or `returned`; null for a run without any span.
    pub(super) status: Option<&'a str>,
    pub(super) started: &'a str,
    pub(super) last: &'a str,
    pub(super) first_cursor: String,
    pub(super) last_cursor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) duration: Option<f64>,
    pub(super) events: u64,
    pub(super) errors: u64,
    pub(super) llm_calls: u64,
    pub(super) tool_calls: u64,
    pub(super) tokens: u64,
    pub(super) cost: f64,
}

/// A run with all that is known of it.
#[derive(Debug, Serialize)]
pub(crate) struct Details<'a> {
    #[serde(flatten)]
    pub(super) summary: Summary<'a>,
    pub(super) open_spans: u64,
    /// Events by type.
    pub(super) types: &'a BTreeMap<String, u64>,
    /// The latest, newest first; `errors` counts all.
    pub(super) failures: Vec<&'a Failure>,
}

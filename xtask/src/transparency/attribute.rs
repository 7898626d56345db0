//! The attributes that are compared: how each is written on a function, and what a crate needs to use it.
//!
//! Owns these texts. Each attribute is given its best form, the one its users would choose for functions it knows
//! nothing about.

use clap::ValueEnum;
use serde::Serialize;

use super::functions::Function;

/// An attribute that follows calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Attribute {
    Emits,
    Tracing,
    Fastrace,
}

impl Attribute {
    /// What is put in front of a function.
    pub(crate) fn text(self, function: &Function) -> &'static str {
        match self {
            Self::Emits => "#[::event_core::emits(::event_core::StepStarted, ::event_core::StepFinished)] ",
            // `err` is an error on what is no Result, and by default wants Display, which many errors lack.
            Self::Tracing if function.returns_result => "#[::tracing::instrument(skip_all, err(Debug))] ",
            Self::Tracing => "#[::tracing::instrument(skip_all)] ",
            Self::Fastrace => "#[::fastrace::trace] ",
        }
    }

    /// The crate it comes from, and the line of a manifest behind that name; none for ours, which has a path.
    pub(crate) fn dependency(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Emits => None,
            Self::Tracing => Some(("tracing", "version = \"=0.1.44\"\nfeatures = [\"attributes\", \"std\"]")),
            Self::Fastrace => Some(("fastrace", "version = \"=0.7.19\"\nfeatures = [\"enable\"]")),
        }
    }

    /// What code calls the crate it comes from.
    pub(crate) fn crate_name(self) -> &'static str {
        match self {
            Self::Emits => "event_core",
            Self::Tracing => "tracing",
            Self::Fastrace => "fastrace",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Emits => "emits",
            Self::Tracing => "tracing",
            Self::Fastrace => "fastrace",
        }
    }
}

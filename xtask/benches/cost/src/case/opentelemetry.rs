//! The same attribute, exported by OpenTelemetry's batch processor to an exporter that throws spans away.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::tracing::{InSpan, asynchronous, sync};
use super::{Around, Case, ready};

pub(super) const CASE: Case = Case {
    name: "opentelemetry",
    sync: Some(sync),
    asynchronous: Some(|step, node| ready(asynchronous(step, node))),
    set_up,
};

#[derive(Debug)]
struct Discard;

impl SpanExporter for Discard {
    async fn export(&self, _batch: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

struct Provider(SdkTracerProvider);

fn set_up() -> Box<dyn Around> {
    let provider = SdkTracerProvider::builder().with_batch_exporter(Discard).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("cost"));
    tracing_subscriber::registry().with(layer).init();
    Box::new(Provider(provider))
}

impl Around for Provider {
    fn parent(&mut self, burst: &mut dyn FnMut()) {
        InSpan.parent(burst);
    }

    fn drain(&mut self) {
        self.0.force_flush().expect("the exporter never fails");
    }
}

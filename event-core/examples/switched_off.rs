//! What `--cfg emits_off` leaves of events: nothing in the binary, while everything below still has to compile.
//!
//! ```text
//! cargo run -p event-core --example switched_off                                9 events
//! RUSTFLAGS="--cfg emits_off" cargo run -p event-core --example switched_off    0 events
//! ```

use std::num::ParseIntError;

use event_core::testing::Capture;
use event_core::{Event, Span, emits};

#[derive(Event, serde::Serialize)]
struct ParcelWasAccepted<'a> {
    written_on_the_label: &'a str,
}

#[derive(Event, serde::Serialize)]
struct ParcelWasDelivered {
    weight_in_grams: usize,
}

#[derive(Event, serde::Serialize)]
struct DoorbellWasRung {
    floor_of_the_house: u8,
}

#[derive(serde::Serialize)]
struct Refusal {
    reason_at_the_door: String,
}

#[emits(
    ParcelWasAccepted { written_on_the_label: label },
    |grams| ParcelWasDelivered { weight_in_grams: *grams },
    when = !label.is_empty(),
    err = |e| Refusal { reason_at_the_door: e.to_string() },
)]
fn deliver(label: &str) -> Result<usize, ParseIntError> {
    ring(3);
    label.parse()
}

#[emits(DoorbellWasRung { floor_of_the_house: floor })]
fn ring(floor: u8) {
    DoorbellWasRung {
        floor_of_the_house: floor + 1,
    }
    .publish();
}

#[emits(ParcelWasAccepted { written_on_the_label: "later" }, ParcelWasDelivered)]
async fn deliver_later() {
    tokio::task::yield_now().await;
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let capture = Capture::start();
    let is_a_number = deliver("seventeen").is_ok();
    deliver_later().await;
    let mut span = Span::start(&ParcelWasAccepted {
        written_on_the_label: "by hand",
    });
    let weight_in_grams = span.run(|| usize::from(is_a_number));
    span.finish(&ParcelWasDelivered { weight_in_grams });
    capture.bus().publish_value("parcel_was_weighed", serde_json::json!({}));
    println!("{} events", capture.events().len());
}

//! The payloads of the catalogue as TypeScript, for the page. Owns `ui/src/generated/payloads.ts`, which is compared with
//! what these types give; it is written anew with `UPDATE_SNAPSHOTS=1`.

use std::fmt::Write as _;
use std::path::Path;

use ts_rs::{Config, TS};

use super::*;
use crate::Event;

/// Interfaces, and which event type has which.
struct Source {
    config: Config,
    interfaces: String,
    by_type: String,
}

impl Source {
    fn interface<T: TS>(&mut self) {
        let declared = T::decl(&self.config);
        let (head, body) = declared.split_once(" = ").expect("a declaration has a body");
        writeln!(self.interfaces, "\nexport {head} = {}", laid_out(body)).unwrap();
    }

    fn event<T: TS + Event>(&mut self) {
        self.interface::<T>();
        writeln!(self.by_type, "  readonly {}: {};", T::TYPE, T::name(&self.config)).unwrap();
    }
}

/// A field a line with what it means, as one writes it. Every field has documentation: the compiler demands it.
fn laid_out(body: &str) -> String {
    let fields = body.split("/**").skip(1).map(|piece| {
        let (meaning, field) = piece.split_once("*/").expect("a comment ends");
        let words: Vec<_> = meaning
            .lines()
            .map(|line| line.trim().trim_start_matches('*').trim())
            .collect();
        let field = field.trim().trim_end_matches(['}', ',', ' ', '\n', ';']);
        format!("  /** {} */\n  readonly {field};\n", words.join(" ").trim())
    });
    format!("{{\n{}}};", fields.collect::<String>())
}

#[test]
fn the_page_knows_the_payloads_as_they_are() {
    let mut source = Source {
        // JSON has one kind of number, and these count what is far below 2^53.
        config: Config::new().with_large_int("number"),
        interfaces: String::new(),
        by_type: String::new(),
    };
    source.interface::<TokenUsage>();
    source.event::<StepStarted>();
    source.event::<StepFinished>();
    source.event::<NodeStatusChanged>();
    source.event::<LlmCallStarted>();
    source.event::<LlmCallCompleted>();
    source.event::<ToolInvoked>();
    source.event::<ToolReturned>();
    source.event::<SearchRoundCompleted>();
    source.event::<RunStarted>();
    source.event::<RunFinished>();
    source.event::<NodeCreated>();
    source.event::<PlanReceived>();
    source.event::<NodeResultAvailable>();
    source.event::<EventsDropped>();
    source.event::<ProducerAlive>();
    let text = format!(
        "// Generated from event-core (catalog). Do not edit.\n{}\n/** What events of a type have in their payloads beside \
         what every call has. */\nexport interface Payloads {{\n{}}}\n",
        source.interfaces, source.by_type
    );
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/generated/payloads.ts");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap_or_default(),
        text,
        "UPDATE_SNAPSHOTS=1 writes it anew"
    );
}

//! Events in tests: what a piece of code publishes is captured, found, paired and asserted on, without Redis and beside
//! other tests.
//!
//! `cargo test -p examples --bin testing`; `cargo run -p examples --bin testing` prints what was captured.

use event_core::testing::capture;
use event_core::{ToolInvoked, ToolReturned, emits, hash};

#[emits(
    ToolInvoked { tool_name: "divider", api_name: "run", args_hash: &hash(format!("{a}/{b}")), ..Default::default() },
    |quotient| ToolReturned { success: quotient.is_finite(), ..Default::default() }
)]
fn divide(a: f64, b: f64) -> Result<f64, String> {
    if b == 0.0 {
        return Err("nobody can divide by zero".to_owned());
    }
    Ok(a / b)
}

fn main() {
    let (_, events) = capture(|| [divide(6.0, 3.0), divide(1.0, 0.0)]);
    print!("{}", events.tree());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotient_is_a_success() {
        let (quotient, events) = capture(|| divide(6.0, 3.0));
        assert_eq!(quotient, Ok(2.0));
        events.assert_paired();
        assert_eq!(events.of::<ToolReturned<'_>>().only().payload["success"], true);
        events.span("tool_invoked").assert_outcome("ok").assert_root();
    }

    #[test]
    fn a_division_by_zero_says_why_it_failed() {
        let (_, events) = capture(|| divide(1.0, 0.0));
        let call = events.span("tool_invoked");
        call.assert_outcome("error");
        assert_eq!(call.error(), Some("nobody can divide by zero"));
    }
}

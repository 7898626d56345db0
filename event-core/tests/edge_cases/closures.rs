//! Functions that return closures, 47: a closure takes its signature from the declared return type.

use event_core::emits;
use event_core::testing::Capture;

use super::twin::{Begun, Done, assert_paired, compare, twins};

#[test]
fn case_47_a_returned_closure_has_the_declared_signature() {
    {
        twins! { fn(n: u64) -> impl Fn(&str) -> Box<dyn Iterator<Item = u64>> {
            move |text| Box::new(std::iter::repeat_n(n, text.len()))
        } }
        compare(|| plain(2)("abc").sum::<u64>(), || attributed(2)("abc").sum::<u64>());
    }
    {
        twins! { fn<'t>(text: &'t str) -> (impl for<'a> Fn(&'a str) -> Option<&'a str> + Clone + use<'t>, u8) {
            (move |input| input.strip_prefix(text), 1)
        } }
        let call = |stripped: Option<&str>| stripped.map(str::to_owned);
        compare(|| call(plain("a").0("ab")), || call(attributed("a").0("ab")));
    }
}

/// Parser combinators, as functions that return parsers.
type Parsed<'a, T> = Result<(&'a str, T), String>;

#[emits(Begun, Done)]
fn literal<'t>(text: &'t str) -> impl for<'a> Fn(&'a str) -> Parsed<'a, &'t str> + Clone {
    move |input| match input.strip_prefix(text) {
        Some(rest) => Ok((rest, text)),
        None => Err(format!("expected {text:?} at {input:?}")),
    }
}

#[emits(Begun, Done)]
fn number(input: &str) -> Parsed<'_, u64> {
    let end = input.find(|c: char| !c.is_ascii_digit()).unwrap_or(input.len());
    let (digits, rest) = input.split_at(end);
    Ok((rest, digits.parse().map_err(|error| format!("{error} at {input:?}"))?))
}

#[emits(Begun, Done)]
fn separated<T, U>(
    item: impl for<'a> Fn(&'a str) -> Parsed<'a, T>,
    separator: impl for<'a> Fn(&'a str) -> Parsed<'a, U>,
) -> impl for<'a> Fn(&'a str) -> Parsed<'a, Vec<T>> {
    move |mut input| {
        let mut items = Vec::new();
        loop {
            let (rest, value) = item(input)?;
            items.push(value);
            let Ok((rest, _)) = separator(rest) else {
                return Ok((rest, items));
            };
            input = rest;
        }
    }
}

#[test]
fn parser_combinators() {
    let capture = Capture::start();
    let numbers = separated(number, literal(", "));
    assert_eq!(numbers("1, 2, 3!"), Ok(("!", vec![1, 2, 3])));
    assert!(numbers("1, x").unwrap_err().ends_with("at \"x\""));
    assert_paired(&capture.events());
}

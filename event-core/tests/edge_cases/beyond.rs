//! Functions that nobody thought of when the list was made.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display};
use std::ops::{Add, AddAssign, Deref, DerefMut, Index, IndexMut};
use std::str::FromStr;

use event_core::{Event, emits};

use super::twin::{Begun, Done, Loud, begun, block_on, compare, end, seen};

#[test]
fn functions_within_functions() {
    #[emits(Begun { n: 1 }, |out| Done { value: Some(*out) })]
    fn outer(n: u64) -> u64 {
        #[emits(Begun { n }, |out| Done { value: Some(*out) })]
        fn inner(n: u64) -> u64 {
            struct Innermost;
            impl Innermost {
                #[emits(Begun { n: 3 }, Done)]
                fn method(&self) -> u64 {
                    3
                }
            }
            Innermost.method() + n
        }
        let closure = |n: u64| -> u64 {
            if n > 100 {
                return 0;
            }
            inner(n)
        };
        closure(n + 1)
    }
    let events = compare(|| 5, || outer(1));
    let n: Vec<_> = events
        .iter()
        .map(|event| event.payload["n"].as_u64().unwrap())
        .collect();
    assert_eq!(n, [1, 2, 3, 3, 2, 1]);
    let function = events[2].text("function").unwrap();
    assert!(function.ends_with("::method"), "{function}");
}

trait Shape<T: Debug + 'static = u64> {
    const SIDES: u64;
    type Name<'a>: Display
    where
        Self: 'a;

    fn name(&self) -> Self::Name<'_>;

    #[emits(Begun { n: Self::SIDES }, |out| Done { value: Some(out.len() as u64) })]
    fn described<const N: usize>(&self, all: [T; N], extra: impl Into<Option<T>>) -> String
    where
        Self: Sized,
    {
        let extra = extra.into();
        format!("{} {all:?} {extra:?}", self.name())
    }

    #[emits(Begun { n: 0 }, Done)]
    fn make() -> Option<Box<Self>>
    where
        Self: Default,
    {
        Some(Box::default())
    }
}

#[derive(Default)]
struct Square(String);

impl<T: Debug + 'static> Shape<T> for Square {
    const SIDES: u64 = 4;
    type Name<'a> = &'a str;

    #[emits(Begun { n: 9 }, |out| Done { value: Some(out.len() as u64) })]
    fn name(&self) -> Self::Name<'_> {
        &self.0
    }
}

#[test]
fn provided_methods_with_generics() {
    let square = Square("square".to_owned());
    let events = compare(
        || "square [1, 2] Some(3)".to_owned(),
        || Shape::<u8>::described(&square, [1, 2], 3),
    );
    assert_eq!((begun(&events), end(&events)), (Some(4), ("ok", Some(21))));
    assert_eq!(<Square as Shape>::make().unwrap().0, "");
}

trait Plugin {
    fn run(&mut self, input: &str) -> Result<usize, Box<dyn std::error::Error>>;
    #[emits(Begun { n: 2 }, Done)]
    fn run_all(&mut self, inputs: &[&str]) -> usize {
        inputs.iter().filter_map(|input| self.run(input).ok()).sum()
    }
}

struct Length(usize);

impl Plugin for Length {
    #[emits(Begun { n: self.0 as u64 }, |out| Done { value: Some(*out as u64) })]
    fn run(&mut self, input: &str) -> Result<usize, Box<dyn std::error::Error>> {
        self.0 += 1;
        if input.is_empty() {
            return Err("empty".into());
        }
        Ok(input.len() * self.0)
    }
}

#[test]
fn methods_behind_dyn() {
    let run = || {
        let mut plugin: Box<dyn Plugin> = Box::new(Length(0));
        plugin.run_all(&["a", "", "b"])
    };
    let expected = || {
        seen("length");
        4
    };
    assert_eq!(compare(expected, run).len(), 10);
}

#[derive(Clone, Debug, PartialEq)]
struct Money(i64, Vec<i64>);

impl Add for Money {
    type Output = Self;
    #[emits(Begun { n: 1 }, Done)]
    fn add(mut self, Self(amount, history): Self) -> Self {
        self.0 += amount;
        self.1.extend(history);
        self
    }
}

impl AddAssign<i64> for Money {
    #[emits(Begun { n: 2 }, Done)]
    fn add_assign(&mut self, amount: i64) {
        self.0 += amount;
        self.1.push(amount);
    }
}

impl Index<usize> for Money {
    type Output = i64;
    #[emits(Begun { n: index as u64 }, |out| Done { value: u64::try_from(**out).ok() })]
    fn index(&self, index: usize) -> &i64 {
        &self.1[index]
    }
}

impl IndexMut<usize> for Money {
    #[emits(Begun { n: index as u64 }, |out| Done { value: u64::try_from(**out).ok() })]
    fn index_mut(&mut self, index: usize) -> &mut i64 {
        &mut self.1[index]
    }
}

impl Deref for Money {
    type Target = [i64];
    #[emits(Begun, Done)]
    fn deref(&self) -> &Self::Target {
        &self.1
    }
}

impl DerefMut for Money {
    #[emits(Begun, Done)]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.1
    }
}

impl FromStr for Money {
    type Err = <i64 as FromStr>::Err;
    #[emits(Begun, |Money(amount, _)| Done { value: u64::try_from(*amount).ok() })]
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let amount = text.parse()?;
        Ok(Self(amount, vec![amount]))
    }
}

impl From<Money> for i64 {
    #[emits(Begun, Done)]
    fn from(Money(amount, ..): Money) -> Self {
        amount
    }
}

impl Display for Money {
    #[emits(Begun, Done)]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)?;
        f.debug_list().entries(&self.1).finish()
    }
}

impl Drop for Length {
    #[emits(Begun { n: 7 }, Done)]
    fn drop(&mut self) {
        seen("length");
    }
}

impl Iterator for Length {
    type Item = usize;
    #[emits(Begun, |out| Done { value: out.map(|n| n as u64) })]
    fn next(&mut self) -> Option<Self::Item> {
        self.0 = self.0.checked_sub(1)?;
        Some(self.0)
    }
}

#[test]
fn operators_conversions_and_destructors() {
    let run = || {
        let mut money: Money = "150".parse().unwrap();
        money += 5;
        money[1] += 1;
        money.sort_unstable();
        let text = format!("{money} {}", money[0]);
        let sum = i64::from(money.clone() + money);
        (
            text,
            sum,
            "x".parse::<Money>().is_err(),
            Length(3).by_ref().collect::<Vec<_>>(),
        )
    };
    let expected = || {
        seen("length");
        ("1.55[6, 150] 6".to_owned(), 310, true, vec![2, 1, 0])
    };
    compare(expected, run);
}

#[test]
fn functions_as_values() {
    #[emits(Begun { n }, |out| Done { value: Some(*out) })]
    fn increments(n: u64) -> u64 {
        n + 1
    }
    #[emits(Begun, Done)]
    fn applies<F>(f: F, n: u64) -> u64
    where
        F: for<'a> Fn(&'a str, &'a u64) -> Cow<'a, u64>,
    {
        *f("text", &n)
    }
    #[emits(Begun, Done)]
    fn first<'a>(text: &'a str, n: &'a u64) -> Cow<'a, u64> {
        if text.is_empty() {
            Cow::Owned(0)
        } else {
            Cow::Borrowed(n)
        }
    }
    #[emits(Begun { n: 4 }, Done)]
    async fn later(n: u64) -> u64 {
        n
    }
    async fn drives(f: impl AsyncFn(u64) -> u64) -> u64 {
        f(1).await + f(2).await
    }
    let run = || {
        let pointer: fn(u64) -> u64 = increments;
        let higher: for<'a> fn(&'a str, &'a u64) -> Cow<'a, u64> = first;
        let boxed: Box<dyn FnMut(u64) -> u64> = Box::new(increments);
        let mapped: Vec<_> = [1, 2].into_iter().map(increments).map(boxed).collect();
        (
            pointer(1),
            applies(first, 5),
            *higher("", &1),
            mapped,
            block_on(drives(later)),
        )
    };
    compare(|| (2, 5, 0, vec![3, 4], 3), run);
}

#[test]
fn closures_that_return_and_capture() {
    #[emits(Begun, |out| Done { value: Some(out(1)) })]
    fn adder(n: u64, loud: Loud) -> impl Fn(u64) -> u64 {
        move |m| {
            let _ = &loud;
            if m == 0 {
                return 0;
            }
            n + m
        }
    }
    #[emits(Begun, Done)]
    fn compose<A, B, C>(f: impl Fn(A) -> B + 'static, g: impl Fn(B) -> C + 'static) -> Box<dyn Fn(A) -> C> {
        Box::new(move |a| g(f(a)))
    }
    let run = || {
        let composed = compose(adder(1, Loud("first")), adder(2, Loud("second")));
        composed(3) + composed(0)
    };
    let expected = || {
        seen("second");
        seen("first");
        6
    };
    assert_eq!(end(&compare(expected, run)).0, "ok");
}

#[derive(Event, serde::Serialize)]
struct Generic<'a, V: ?Sized> {
    value: &'a V,
}

#[test]
fn events_with_generics() {
    #[emits(Generic::<str> { value: text }, |out| Generic::<u64> { value: out })]
    fn literal(text: &str) -> u64 {
        text.len() as u64
    }
    #[emits(Generic<'_, u8>, Generic<u64>)]
    async fn bare() -> u64 {
        1
    }
    let events = compare(|| 3, || literal("abc"));
    assert_eq!(
        (&events[0].payload["value"], &events[1].payload["value"]),
        (&"abc".into(), &3.into())
    );
    assert_eq!(compare(|| 1, || block_on(bare()))[0].event_type, "generic");
}

macro_rules! attributed {
    ($name:ident, $start:ty, $finish:path, $event:expr, $ending:expr) => {
        #[emits($start, $finish)]
        fn $name() -> u64 {
            1
        }

        mod literal {
            use super::{Begun, Done, emits};

            #[emits($event, $ending)]
            pub(super) fn $name() -> u64 {
                2
            }
        }
    };
}

attributed!(from_a_macro, Begun, Done, Begun { n: 8 }, |out| Done {
    value: Some(*out)
});

#[test]
fn events_handed_over_by_a_macro() {
    compare(|| 1, from_a_macro);
    let events = compare(|| 2, literal::from_a_macro);
    assert_eq!((begun(&events), end(&events)), (Some(8), ("ok", Some(2))));
}

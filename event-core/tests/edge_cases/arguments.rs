//! Arguments: 21, 22 and 27 to 40. When they are dropped is in `drop_order`.

use std::cell::Cell;
use std::rc::Rc;

use event_core::{Event, emits};

use super::twin::{Begun, Done, Loud, begun, block_on, compare, end, same, same_async, twins};

#[derive(Event, serde::Serialize)]
struct Shown<'a> {
    text: &'a str,
}

#[test]
fn case_21_start_reads_what_the_body_moves() {
    {
        twins! { [Shown { text: &a }, |out| Done { value: Some(*out) }] fn(a: String) -> u64 {
            let length = a.len() as u64;
            drop(a);
            length
        } }
        let events = same!("moved".to_owned());
        assert_eq!((events[0].text("text"), end(&events)), (Some("moved"), ("ok", Some(5))));
    }
    twins! { [Shown { text: &a }, Done] async fn(a: String) -> String {
        let b = a;
        tokio::task::yield_now().await;
        b
    } }
    assert_eq!(same_async!("moved".to_owned())[1].text("text"), Some("moved"));
}

/// Copied, which the attribute can't know.
#[derive(Clone, Copy)]
struct Place(u64);

#[test]
fn case_21_finish_reads_what_the_body_can_only_copy() {
    // Neither argument is used by the body: rustc, which denies warnings here, takes them for used.
    #[emits(Begun, |out| Done { value: Some(*out + place.0 + pair) })]
    fn sync(place: Place, (pair, _): (u64, String)) -> u64 {
        1
    }
    #[emits(Begun, |_| Done { value: Some(place.0) }, err = |error| Shown { text: if place.0 == 7 { error } else { "" } })]
    async fn asynchronous(place: Place) -> Result<(), String> {
        tokio::task::yield_now().await;
        Err("seven".to_owned())
    }
    let capture = event_core::testing::Capture::start();
    assert_eq!(sync(Place(2), (3, String::new())), 1);
    assert!(block_on(asynchronous(Place(7))).is_err());
    let events = capture.events();
    assert_eq!(end(&events[..2]), ("ok", Some(6)));
    assert_eq!(events[3].text("text"), Some("seven"));
}

#[test]
fn case_22_mutable_arguments_are_mutable_in_the_body() {
    {
        twins! { [Begun { n: v.len() as u64 }, Done] fn(mut v: Vec<u8>, mut n: u8) -> Vec<u8> {
            n += 1;
            v.push(n);
            v
        } }
        assert_eq!(begun(&same!(vec![1], 1)), Some(1));
    }
    {
        twins! { async fn(mut v: Vec<u8>, mut n: u8) -> Vec<u8> {
            n += 1;
            v.push(n);
            v
        } }
        same_async!(vec![1], 1);
    }
    twins! { [Begun { n: a }, Done] fn((mut a, mut b): (u64, Vec<u64>), [mut c, ..]: [u64; 2]) -> Vec<u64> {
        a += 1;
        c += a;
        b.extend([a, c]);
        b
    } }
    assert_eq!(begun(&same!((1, vec![0]), [2, 3])), Some(1));
}

#[derive(Clone, Copy)]
struct Point {
    x: u64,
    y: u64,
}

#[derive(Clone, Copy)]
struct Wrapped(u64, Point);

#[test]
fn case_27_names_of_patterns_are_read_by_start() {
    {
        twins! { [Begun { n: a + *b }, Done] fn(&(a, ref b): &(u64, u64)) -> u64 {
            a + *b
        } }
        assert_eq!(begun(&same!(&(1, 2))), Some(3));
    }
    {
        twins! { [Begun { n: a + z }, Done] fn([a, .., z]: [u64; 4]) -> u64 {
            a * z
        } }
        assert_eq!(begun(&same!([1, 2, 3, 4])), Some(5));
    }
    {
        twins! { [Begun { n: x }, Done] fn(Point { x, .. }: Point) -> u64 {
            x
        } }
        assert_eq!(begun(&same!(Point { x: 6, y: 0 })), Some(6));
    }
    {
        twins! { [Begun { n: n + across + point.y }, Done] async fn(Wrapped(n, point @ Point { x: across, .. }): Wrapped) -> u64 {
            n + point.x + across
        } }
        assert_eq!(begun(&same_async!(Wrapped(1, Point { x: 2, y: 3 }))), Some(6));
    }
    twins! { fn((Ok(a) | Err(a)): Result<u64, u64>, (b, (c, _)): (u64, (u64, String))) -> u64 {
        a + b + c
    } }
    same!(Err(2), (3, (4, String::new())));
}

#[test]
fn case_27_names_of_patterns_are_read_by_the_body_alone() {
    twins! { async fn(&(a, ref b): &(u64, String), Point { x, y: _ }: Point, [first, rest @ ..]: &[u64; 3]) -> u64 {
        let text: &str = b;
        a + x + first + rest.len() as u64 + text.len() as u64
    } }
    same_async!(&(1, "two".to_owned()), Point { x: 1, y: 2 }, &[1, 2, 3]);
}

#[test]
fn case_28_arguments_may_be_configured_out() {
    twins! { [Begun { n: b }, Done] fn(#[cfg(not(test))] a: Absent, #[cfg(test)] b: u64, #[cfg(any())] mut c: Absent, #[cfg(all())] d: String) -> String {
        format!("{b} {d}")
    } }
    assert_eq!(begun(&same!(3, "d".to_owned())), Some(3));
    {
        twins! { async fn(#[cfg(any())] a: Absent, #[cfg(all())] (b, _): (String, Loud), #[cfg(any())] _: Absent) -> String {
            b
        } }
        same_async!(("b".to_owned(), Loud("rest")));
    }
}

#[test]
fn case_28_a_receiver_may_be_configured() {
    struct Holder(u64);
    impl Holder {
        twins! { [Begun { n: self.0 }, Done] fn(#[cfg(all())] self, #[cfg(any())] a: Absent) -> u64 {
            self.0
        } }
    }
    let events = compare(|| Holder(3).plain(), || Holder(3).attributed());
    assert_eq!(begun(&events), Some(3));
}

#[test]
fn case_29_generics_may_be_configured_out() {
    twins! { fn<#[cfg(any())] A: Absent, #[cfg(all())] B: ToString>(b: B) -> String {
        b.to_string()
    } }
    same!(17);
}

#[test]
fn case_30_raw_names_are_names() {
    #[emits(Begun { n: *r#type }, |r#fn| Done { value: Some(*r#fn) })]
    fn r#match(r#type: &u64, mut r#loop: u64) -> u64 {
        r#loop += r#type;
        r#loop
    }
    let events = compare(|| 5, || r#match(&2, 3));
    assert_eq!((begun(&events), end(&events)), (Some(2), ("ok", Some(5))));
    let function = events[0].text("function").unwrap();
    assert!(function.ends_with("::match"), "{function}");
}

// Written out: within a macro of ours, names of its would be told apart anyway.
#[test]
fn case_31_arguments_may_have_any_name() {
    #[emits(Begun { n: __call + __out + __to }, |__value| Done { value: Some(*__value) })]
    fn sync(__call: u64, __out: u64, __to: u64, __inside: u64, __value: u64, __arg0: u64) -> u64 {
        __call + __out + __to + __inside + __value + __arg0
    }
    #[emits(Begun { n: __type + __body }, |out| Done { value: Some(*out) })]
    async fn later(__type: u64, __body: u64, __call: u64, (__arg0, _): (u64, Loud), (__out, _): (u64, Loud)) -> u64 {
        __type + __body + __call + __arg0 + __out
    }
    #[emits(Begun { n: __bus })]
    fn point(__bus: u64, __call: u64) -> u64 {
        __bus + __call
    }
    #[emits(Begun { n: __call }, Done)]
    #[track_caller]
    fn guarded(__call: u64, __to: u64) -> u64 {
        __call + __to
    }
    let events = compare(|| 21, || sync(1, 2, 3, 4, 5, 6));
    assert_eq!((begun(&events), end(&events)), (Some(6), ("ok", Some(21))));
    let loud = || (Loud("loud"), Loud("louder"));
    let events = compare(
        || drop(loud()),
        || {
            let (louder, loud) = loud();
            assert_eq!(block_on(later(1, 2, 3, (4, loud), (5, louder))), 15);
        },
    );
    assert_eq!((begun(&events), end(&events)), (Some(3), ("ok", Some(15))));
    assert_eq!(begun(&compare(|| 3, || guarded(1, 2))), Some(1));
    assert_eq!(point(1, 2), 3);
}

#[test]
fn case_31_arguments_may_have_names_of_ours_without_underscores() {
    #[emits(Begun { n: out + result }, |out| Done { value: Some(*out) })]
    fn sync(out: u64, result: u64, event: u64, call: u64, event_core: u64, core: u64, emits: u64) -> u64 {
        out + result + event + call + event_core + core + emits
    }
    #[emits(Begun { n: value + caller }, |value| Done { value: Some(*value) })]
    async fn later(value: u64, caller: u64, error: u64, display: u64, debug: u64, to: u64, end: u64) -> u64 {
        value + caller + error + display + debug + to + end
    }
    let events = compare(|| 28, || sync(1, 2, 3, 4, 5, 6, 7));
    assert_eq!((begun(&events), end(&events)), (Some(3), ("ok", Some(28))));
    let events = compare(|| 28, || block_on(later(1, 2, 3, 4, 5, 6, 7)));
    assert_eq!((begun(&events), end(&events)), (Some(3), ("ok", Some(28))));
}

#[test]
fn case_32_unused_arguments_are_not_used() {
    twins! { fn(_x: u8, _text: String, _items: Vec<u8>, _: u8) {} }
    same!(1, String::new(), Vec::new(), 2);
    #[emits(Begun { n: 1 }, Done)]
    fn plainly_unused(_x: u8, _text: &str, _loud: &Loud) {}
    plainly_unused(1, "", &Loud("borrowed"));
}

#[test]
fn case_34_arguments_are_taken_whole() {
    struct Parts {
        used: String,
        rest: Loud,
    }
    {
        twins! { fn(parts: Parts) -> usize {
            let _local = Loud("local");
            parts.used.len()
        } }
        let parts = || Parts {
            used: "used".to_owned(),
            rest: Loud("rest"),
        };
        compare(|| plain(parts()), || attributed(parts()));
    }
    twins! { async fn(parts: Parts, (pair, _): ((Parts, Loud), Loud)) -> usize {
        let _local = Loud("local");
        tokio::task::yield_now().await;
        drop(pair.0.rest);
        parts.used.len() + pair.0.used.len()
    } }
    let parts = |name| Parts {
        used: "used".to_owned(),
        rest: Loud(name),
    };
    compare(
        || block_on(plain(parts("a"), ((parts("b"), Loud("c")), Loud("d")))),
        || block_on(attributed(parts("a"), ((parts("b"), Loud("c")), Loud("d")))),
    );
}

#[test]
fn case_35_anonymous_types_are_called_and_kept() {
    {
        twins! { [Begun { n: f(1) }, |out| Done { value: Some(out.1) }] fn(f: impl Fn(u64) -> u64, mut g: impl FnMut() -> u64 + Send, h: &dyn Fn() -> u64) -> (u64, u64) {
            g();
            (f(2) + h(), g())
        } }
        let counter = || {
            let mut n = 0;
            move || {
                n += 1;
                n
            }
        };
        let events = same!(|n| n * 10, counter(), &|| 3);
        assert_eq!((begun(&events), end(&events)), (Some(10), ("ok", Some(2))));
    }
    twins! { async fn(f: impl AsyncFn(u64) -> u64, once: impl FnOnce() -> String, items: impl IntoIterator<Item = impl Into<u64>>) -> (u64, String) {
        let mut sum = 0;
        for item in items {
            sum += f(item.into()).await;
        }
        (sum, once())
    } }
    same_async!(async |n| n + 1, || "once".to_owned(), [1_u32, 2]);
}

#[test]
fn case_38_none_and_many_arguments_and_a_comma_at_the_end() {
    {
        twins! { fn() {} }
        same!();
    }
    {
        fn sum(n: [u64; 14]) -> u64 {
            n.iter().sum()
        }
        twins! {
            [Begun { n: a + n, }, |out,| Done { value: Some(*out), },]
            #[expect(clippy::too_many_arguments, clippy::many_single_char_names, reason = "expected of both")]
            fn(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64, i: u64, j: u64, k: u64, l: u64, m: u64, n: u64,) -> u64 {
                sum([a, b, c, d, e, f, g, h, i, j, k, l, m, n])
            }
        }
        assert_eq!(begun(&same!(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)), Some(15));
    }
}

#[test]
fn case_39_exclusive_references_are_lent_to_the_body_and_back() {
    {
        twins! { [Begun { n: v.len() as u64 }, |out| Done { value: Some(**out) }] fn(v: &mut Vec<u64>) -> &mut u64 {
            v.push(9);
            v.last_mut().unwrap()
        } }
        let call = |f: fn(&mut Vec<u64>) -> &mut u64| {
            move || {
                let mut v = vec![1];
                *f(&mut v) += 1;
                v
            }
        };
        assert_eq!(end(&compare(call(plain), call(attributed))), ("ok", Some(9)));
    }
    twins! { [Begun { n: v.len() as u64 }, |out| Done { value: out.first().map(|n| u64::from(*n)) }] async fn<'a>(v: &'a mut Vec<u8>, w: &mut u8) -> &'a mut [u8] {
        tokio::task::yield_now().await;
        *w += 1;
        v.push(*w);
        v
    } }
    #[emits(Begun { n: v.len() as u64 }, |out| Done { value: Some(*out) })]
    fn reborrows(v: &mut Vec<u64>) -> u64 {
        for _ in 0..3 {
            v.push(1);
        }
        let again = &mut *v;
        again.push(2);
        v.iter().sum()
    }
    let async_call = |is_plain: bool| {
        move || {
            let (mut v, mut w) = (vec![1], 1);
            block_on(async {
                let v = if is_plain {
                    plain(&mut v, &mut w).await
                } else {
                    attributed(&mut v, &mut w).await
                };
                v[0] += 1;
            });
            (v, w)
        }
    };
    assert_eq!(end(&compare(async_call(true), async_call(false))), ("ok", Some(1)));
    assert_eq!(end(&compare(|| 5, || reborrows(&mut Vec::new()))), ("ok", Some(5)));
}

#[test]
fn case_40_what_must_stay_on_its_thread_may() {
    twins! { [Begun { n: x.get() }, |out| Done { value: Some(out.get()) }] async fn(x: &Cell<u64>, y: Rc<u64>) -> Rc<Cell<u64>> {
        let here = Rc::new(Cell::new(*y));
        tokio::task::yield_now().await;
        here.set(here.get() + x.get());
        here
    } }
    let events = same_async!(&Cell::new(1), Rc::new(2));
    assert_eq!((begun(&events), end(&events)), (Some(1), ("ok", Some(3))));
}

#[test]
fn names_in_format_strings_are_names() {
    #[emits(Shown { text: &format!("{a} {b}") }, Done)]
    fn only_named_there((a, _): (u8, u8), b: u8) {}
    let events = compare(|| (), || only_named_there((1, 2), 3));
    assert_eq!(events[0].text("text"), Some("1 3"));
}

use std::collections::BTreeMap;

use super::{Fields, Iter, inherit};

/// A payload of some of the keys `a` to `d`, in one order or the other; the value tells where it was set. Of each key
/// there are two bits: whether it is set, and whether it is inherited.
fn payload(bits: u32, is_reversed: bool, value: u8) -> Fields {
    let mut fields = Fields::new();
    let mut keys = ["a", "b", "c", "d"];
    if is_reversed {
        keys.reverse();
    }
    for (index, key) in keys.into_iter().enumerate() {
        if bits >> (2 * index) & 1 == 1 {
            let is_scope = bits >> (2 * index + 1) & 1 == 1;
            let write = |out: &mut Vec<u8>| {
                out.push(value);
                Ok::<_, ()>(())
            };
            fields.push(key, is_scope, write).unwrap();
        }
    }
    fields
}

/// The first of equal keys counts.
fn by_key(bytes: &[u8]) -> BTreeMap<&str, u8> {
    let mut by_key = BTreeMap::new();
    for field in Iter(bytes) {
        let key = std::str::from_utf8(field.key).unwrap();
        by_key.entry(key).or_insert(field.value[0]);
    }
    by_key
}

/// What a payload passes on that is inside another which passes on `around`: its own scope fields, and what it does
/// not set.
fn expected<'a>(own: &'a Fields, around: &BTreeMap<&'a str, u8>) -> BTreeMap<&'a str, u8> {
    let set = by_key(&own.bytes);
    let mut expected: BTreeMap<_, _> = around
        .iter()
        .filter(|(key, _)| !set.contains_key(**key))
        .map(|(key, value)| (*key, *value))
        .collect();
    let scope = own.iter().filter(|field| field.is_scope);
    expected.extend(scope.map(|field| (std::str::from_utf8(field.key).unwrap(), field.value[0])));
    expected
}

#[test]
fn scope_fields_are_inherited_wherever_they_stand() {
    // Not those where a key that is not set is inherited.
    let all = || (0_u32..256).filter(|bits| bits >> 1 & !bits & 0b0101_0101 == 0);
    for bits in all() {
        for (others, is_reversed) in all().flat_map(|others| [(others, false), (others, true)]) {
            let (own, other) = (payload(bits, false, 1), payload(others, is_reversed, 2));
            let first = expected(&other, &BTreeMap::new());
            let mut around = other.clone();
            let (second, set) = (expected(&own, &first), by_key(&own.bytes));
            inherit(&mut around, None);
            assert_eq!(by_key(around.passed_on()), first, "{others:b}");
            let mut inside = own.clone();
            inherit(&mut inside, Some(&around));
            assert_eq!(by_key(inside.passed_on()), second, "{bits:b} in {others:b}");
            let whole = first.iter().map(|(key, value)| (*key, *value)).chain(set.clone());
            assert_eq!(by_key(&inside.bytes), whole.collect(), "{bits:b} in {others:b}");
        }
    }
}

//! The crates that the attribute is measured on, each in one version.
//!
//! Owns the list. Each has its tests in the published package, builds in about a minute, and differs in character from
//! the others.

/// A published crate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pinned<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    /// Of the package as the registry serves it (SHA-256); empty for a crate that was named on the command line.
    pub(crate) checksum: &'static str,
    /// Features besides the default ones.
    pub(crate) features: &'static [&'static str],
    /// Tests that are not run: they try everything, in so many calls that they would take minutes.
    pub(crate) exhaustive: &'static [&'static str],
    /// Test programs that the published package can't build, for want of crates that were never published.
    pub(crate) unbuildable: &'static [&'static str],
    /// Where its tests compare with `&[]`, whose type is ambiguous as soon as `serde_json`, which compares numbers with
    /// its values, is anywhere in the tree: file, text, and the same with its type. Made on both sides.
    pub(crate) typed: &'static [(&'static str, &'static str, &'static str)],
}

const fn pin<'a>(name: &'a str, version: &'a str, checksum: &'static str) -> Pinned<'a> {
    Pinned {
        name,
        version,
        checksum,
        features: &[],
        exhaustive: &[],
        unbuildable: &[],
        typed: &[],
    }
}

/// Parsers; containers and iterators; asynchronous code.
const LIST: &[Pinned<'static>] = &[
    // Vector instructions behind #[target_feature].
    Pinned {
        exhaustive: &["tests::test_all_utf8_char_in_paths"],
        ..pin(
            "httparse",
            "1.10.1",
            "6dbf3de79e51f3d586ab4cb9d5c3e2c14aa28ed23d180cf89b4df0454a69cc87",
        )
    },
    pin(
        "semver",
        "1.0.28",
        "8a7852d02fc848982e0c167ef163aaff9cd91dc640ba85e263cb1ce46fae51cd",
    ),
    // Edition 2015.
    pin(
        "strsim",
        "0.11.1",
        "7da8b5736845d9f2fcb837ea5d9e2628564b3b043a70948a3f0b778838c5fb4f",
    ),
    // Closures that return closures.
    Pinned {
        unbuildable: &["tests/expression_ast.rs"],
        ..pin(
            "nom",
            "8.0.0",
            "df9761775871bdef83bee530e60050f7e54b1105350d6884eb0fb4f46c2f9405",
        )
    },
    Pinned {
        exhaustive: &["packedpair"],
        ..pin(
            "memchr",
            "2.8.3",
            "cf8baf1c55e62ffcace7a9f06f4bd9cd3f0c4beb022d3b367256b91b87513d98",
        )
    },
    // Unsafe code everywhere.
    Pinned {
        typed: &[(
            "src/tests.rs",
            "assert_eq!(&*small_vec, &[])",
            "assert_eq!(&*small_vec, &[0; 0])",
        )],
        ..pin(
            "smallvec",
            "1.16.6",
            "3244542535d5de959d90ec55d1b5ff0fd2bb7b1310223907d5f11932847f7b59",
        )
    },
    Pinned {
        typed: &[(
            "tests/tests.rs",
            "assert_eq!(&v[..], &[])",
            "assert_eq!(&v[..], &[0; 0])",
        )],
        ..pin(
            "arrayvec",
            "0.7.8",
            "d3fb67a6e08acf24fdeccbac2cb6ac4305825bd1f117462e0e6f2f193345ad56",
        )
    },
    pin(
        "slab",
        "0.4.12",
        "0c790de23124f9ab44544d7ac05d60440adc586479ce501c1d6d7da3cd8c9cf5",
    ),
    // Tables of functions by hand, and tests with allocators of their own.
    Pinned {
        exhaustive: &["advance_bytes_mut_remaining_capacity"],
        typed: &[(
            "tests/test_bytes.rs",
            "let mut sum = Vec::new();",
            "let mut sum: Vec<u8> = Vec::new();",
        )],
        ..pin(
            "bytes",
            "1.12.2",
            "776dfebd015e2d8732c684a2c71003674ccb49457b539b9e82151ba38e96dd7c",
        )
    },
    // Edition 2024.
    pin(
        "indexmap",
        "2.14.2",
        "cc4e190f5d26ca7051642629da2c52fc03bde85a03197c99408dcd291734c855",
    ),
    pin(
        "either",
        "1.19.0",
        "0e9c71c2167ca323c882b99918929403426e2373ea17242ff5653e0d5e1058be",
    ),
    // Generic iterators upon iterators.
    Pinned {
        typed: &[
            (
                "tests/quick.rs",
                "assert_equal(empty, std::iter::once(Vec::new()))",
                "assert_equal(empty, std::iter::once(Vec::<i32>::new()))",
            ),
            ("tests/test_std.rs", "vec![vec![]]", "vec![Vec::<i32>::new()]"),
            ("tests/test_std.rs", "<Vec<Vec<_>>>::new()", "<Vec<Vec<i32>>>::new()"),
        ],
        ..pin(
            "itertools",
            "0.14.0",
            "2b192c782037fadd9cfa75548310488aabdbf3d2da73885b31bd0abd03351285",
        )
    },
    // A graph library: traits with default methods, recursion.
    Pinned {
        typed: &[
            (
                "src/csr.rs",
                "g.neighbors_slice(b), &[]",
                "g.neighbors_slice(b), &[0; 0]",
            ),
            (
                "src/csr.rs",
                "g.neighbors_slice(c), &[]",
                "g.neighbors_slice(c), &[0; 0]",
            ),
            (
                "tests/list.rs",
                "assert_equal(g.neighbors(d), vec![])",
                "assert_equal(g.neighbors(d), Vec::<u32>::new())",
            ),
            (
                "tests/graphmap.rs",
                "assert_eq!(edges, [])",
                "assert!(edges.is_empty())",
            ),
            (
                "tests/graphmap.rs",
                "assert_eq!(neighbors, [])",
                "assert!(neighbors.is_empty())",
            ),
        ],
        ..pin(
            "petgraph",
            "0.8.3",
            "8701b58ea97060d5e5b155d383a69952a60943f0e6dfe30b04c287beb0b27455",
        )
    },
    // A server; many functions carry #[tracing::instrument] already.
    pin(
        "mini-redis",
        "0.4.1",
        "528890a6b63c88c9bda173867128abe62c0f5050dd959f067aeea09e90439f33",
    ),
    pin(
        "tungstenite",
        "0.30.0",
        "e48ac77174b19c110a50ab2128b24215ac9cb40e0e12e093fb602d175c569d22",
    ),
    // Its own trait is an #[async_trait].
    pin(
        "bb8",
        "0.8.6",
        "d89aabfae550a5c44b43ab941844ffcd2e993cb6900b342debf59e9ea74acdb8",
    ),
    // Futures written by hand.
    pin(
        "async-channel",
        "2.5.0",
        "924ed96dd52d1b75e9c1a3e6275715fd320f5f9439fb5a4a11fa51f4221158d2",
    ),
    // Streams written by hand.
    pin(
        "tokio-stream",
        "0.1.19",
        "a3d06f0b082ba57c26b79407372e57cf2a1e28124f78e9479fe80322cf53420b",
    ),
    // Services: functions that return futures by named types.
    Pinned {
        features: &["full"],
        ..pin(
            "tower",
            "0.5.3",
            "ebe5ef63511595f1344e2d5cfa636d973292adc0eec1f0ad45fae9f0851ab1d4",
        )
    },
];

/// The whole list.
pub(crate) fn all() -> Vec<Pinned<'static>> {
    LIST.to_vec()
}

/// A crate of the list by its name, or any crate as `name@version`.
pub(crate) fn find(wanted: &str) -> Option<Pinned<'_>> {
    let Some((name, version)) = wanted.split_once('@') else {
        return LIST.iter().find(|pinned| pinned.name == wanted).copied();
    };
    let mut listed = LIST.iter().filter(|pinned| pinned.version == version);
    Some(
        listed
            .find(|pinned| pinned.name == name)
            .copied()
            .unwrap_or(pin(name, version, "")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_at_least_ten_crates_each_once() {
        let mut names: Vec<_> = all().into_iter().map(|pinned| pinned.name).collect();
        names.sort_unstable();
        names.dedup();
        assert!(names.len() >= 10 && names.len() == LIST.len(), "{names:?}");
    }

    #[test]
    fn a_crate_is_found_by_its_name_or_taken_by_name_and_version() {
        assert!(find("httparse").is_some_and(|pinned| !pinned.checksum.is_empty()));
        assert!(find("httparse@1.9.0").is_some_and(|pinned| pinned.checksum.is_empty()));
        assert!(find("no-such-crate").is_none());
    }
}

//! What people read when they misuse the attribute or the derive. `TRYBUILD=overwrite` writes the texts anew.

#[test]
fn misuse_is_explained_where_it_stands() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

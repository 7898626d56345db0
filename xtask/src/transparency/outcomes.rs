//! Which tests ran, and how each ended, read from what `cargo test` prints.
//!
//! Owns that reading and the comparison of two runs. A test that one run has and the other has not is a difference: its
//! program may have died.

use std::collections::BTreeMap;

/// Each test's end by its program and its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcomes(BTreeMap<String, String>);

impl Outcomes {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn failed(&self) -> usize {
        self.0.values().filter(|outcome| *outcome == "FAILED").count()
    }
}

/// Reads the outcomes in an output.
pub(crate) fn read(output: &str) -> Outcomes {
    let mut outcomes = BTreeMap::new();
    let mut program = "";
    for line in output.lines() {
        if let Some(running) = line.trim_start().strip_prefix("Running ") {
            program = running.split(" (").next().unwrap_or(running);
            // Known although it may die before its first test ends.
            outcomes.insert(format!("{program}: the program"), "ran".to_owned());
        } else if let Some((name, outcome)) = line.strip_prefix("test ").and_then(|test| test.split_once(" ... ")) {
            // What a thread of the test prints stands between the two.
            let ends = ["ok", "FAILED", "ignored"];
            let end = ends
                .into_iter()
                .find(|end| outcome.ends_with(end) || outcome.starts_with(end));
            outcomes.insert(format!("{program}: {name}"), end.unwrap_or("unknown").to_owned());
        } else if line.starts_with("test result: ") && !program.is_empty() {
            outcomes.insert(format!("{program}: the program"), "finished".to_owned());
        }
    }
    Outcomes(outcomes)
}

/// The tests that ended differently, in words.
pub(crate) fn differences(plain: &Outcomes, other: &Outcomes) -> Vec<String> {
    let names: std::collections::BTreeSet<_> = plain.0.keys().chain(other.0.keys()).collect();
    let end = |outcomes: &Outcomes, name: &String| outcomes.0.get(name).map_or("missing", String::as_str).to_owned();
    let ends = names.into_iter().map(|name| (name, end(plain, name), end(other, name)));
    ends.filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| format!("{name}: {before} without the attribute, {after} with it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "     Running unittests src/lib.rs (/x/deps/a-1)\n\nrunning 2 tests\ntest one ... ok\n\
        test two - should panic ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed\n     \
        Running tests/b.rs (/x/deps/b-2)\ntest one ... ignored, too slow\ntest result: ok. 0 passed\n";

    #[test]
    fn tests_are_told_apart_by_their_programs() {
        let outcomes = read(OUTPUT);
        assert_eq!(outcomes.0["unittests src/lib.rs: one"], "ok");
        assert_eq!(outcomes.0["unittests src/lib.rs: two - should panic"], "FAILED");
        assert_eq!(outcomes.0["tests/b.rs: one"], "ignored");
        assert_eq!(outcomes.failed(), 1);
    }

    #[test]
    fn an_equal_run_has_no_differences_whatever_its_programs_are_called() {
        let again = OUTPUT.replace("a-1", "a-9");
        assert_eq!(differences(&read(OUTPUT), &read(&again)), Vec::<String>::new());
    }

    #[test]
    fn another_end_and_a_program_that_died_are_differences() {
        let failing = OUTPUT.replace("test one ... ok", "test one ... FAILED");
        let found = differences(&read(OUTPUT), &read(&failing));
        assert_eq!(
            found,
            ["unittests src/lib.rs: one: ok without the attribute, FAILED with it"]
        );
        let (dead, _) = OUTPUT.split_once("test one ... ignored").unwrap();
        assert_eq!(differences(&read(OUTPUT), &read(dead)).len(), 2);
    }
}

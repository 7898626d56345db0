//! What is printed: headings, marks and the colours of a terminal.
//!
//! Owns the one place that knows escape codes, to write them and to strip them. It never decides what to print.

use std::io::IsTerminal;

/// Whether a person looks at standard output and has not asked for plain text (<https://no-color.org>).
pub(crate) fn is_coloured() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Bold, for headings.
pub(crate) fn bold(text: &str) -> String {
    painted(text, "1")
}

/// Green, for what passed.
pub(crate) fn good(text: &str) -> String {
    painted(text, "32")
}

/// Red, for what failed.
pub(crate) fn bad(text: &str) -> String {
    painted(text, "31;1")
}

fn painted(text: &str, code: &str) -> String {
    if is_coloured() {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// Text without escape sequences (ECMA-48 control sequences), so that it can be searched.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\x1b' {
            plain.push(character);
            continue;
        }
        match rest.next() {
            // A control sequence ends with its first letter or sign above '@'.
            Some('[') => drop(rest.find(|character| ('@'..='~').contains(character))),
            // The choice of a character set has one letter: terminals reset colours with `ESC ( B`.
            Some('(') => drop(rest.next()),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn colours_are_stripped_and_the_text_stays() {
        assert_eq!(plain("\x1b[31m-old\x1b(B\x1b[m"), "-old");
        assert_eq!(
            plain("\x1b[1m\x1b[32m      Tests \x1b[39m\x1b[22m 3 passed"),
            "      Tests  3 passed"
        );
    }

    #[test]
    fn text_without_escapes_is_unchanged() {
        assert_eq!(plain("ℹ pass 4\n[not a code]"), "ℹ pass 4\n[not a code]");
    }
}

//! Colours, and texts that can't harm a terminal. Owns when there are colours, and which.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, stdout};

use clap::ValueEnum;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Color {
    Auto,
    Always,
    Never,
}

/// Whether there are colours.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Style {
    is_colored: bool,
}

/// Of a terminal's palette, so that they fit its background.
#[derive(Clone, Copy)]
pub(in crate::cli) enum Paint {
    Dim,
    Name,
    Good,
    Bad,
}

impl Style {
    pub(in crate::cli) fn new(color: Color) -> Self {
        let is_off = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self {
            is_colored: match color {
                Color::Auto => stdout().is_terminal() && !is_off,
                Color::Always => true,
                Color::Never => false,
            },
        }
    }

    pub(in crate::cli) fn paint(self, paint: Paint, text: &str) -> String {
        if !self.is_colored || text.is_empty() {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Dim => 2,
            Paint::Name => 36,
            Paint::Good => 32,
            Paint::Bad => 31,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// A text of somebody else: without what would move the cursor, change colours or turn the direction of writing, and no
/// longer than `max` characters.
pub(in crate::cli) fn harmless(text: &str, max: usize) -> String {
    let mut harmless = String::new();
    for (at, letter) in text.chars().enumerate() {
        if at == max {
            harmless.push('…');
            break;
        }
        let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if letter.is_control() || turns {
            // Writing to a String can't fail.
            let _ = write!(harmless, "{}", letter.escape_default());
        } else {
            harmless.push(letter);
        }
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_not_write_to_the_terminal_what_it_likes() {
        assert_eq!(
            harmless("a\x1b[2Jb\nc\u{9b}\u{202e}d", 100),
            "a\\u{1b}[2Jb\\nc\\u{9b}\\u{202e}d"
        );
        assert_eq!(harmless("grüße 🚀", 100), "grüße 🚀");
        assert_eq!(harmless("abcdef", 3), "abc…");
    }
}

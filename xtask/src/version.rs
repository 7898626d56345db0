//! Versions of programs, as far as a minimum needs them: major and minor.
//!
//! Owns the reading of what programs print about themselves. It runs no program.

use std::fmt;

/// Major and minor part of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    pub(crate) const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    /// The first `X.Y` in a text: `v20.19.1`, `Redis server v=7.0.15 sha=0`, `>=20.19`.
    pub(crate) fn first_in(text: &str) -> Option<Self> {
        text.split(|character: char| !(character.is_ascii_digit() || character == '.'))
            .find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let mut parts = word.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        Some(Self { major, minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        assert_eq!(Version::first_in("v20.19.1\n"), Some(Version::new(20, 19)));
        assert_eq!(
            Version::first_in("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64"),
            Some(Version::new(7, 0))
        );
        assert_eq!(Version::first_in(">=20.19"), Some(Version::new(20, 19)));
        assert_eq!(
            Version::first_in("Chromium 156.0.8078.79 built on Debian GNU/Linux 12"),
            Some(Version::new(156, 0))
        );
    }

    #[test]
    fn text_without_a_version_has_none() {
        assert_eq!(Version::first_in("command not found"), None);
        assert_eq!(Version::first_in("see chapter 7."), None);
    }

    #[test]
    fn versions_compare_by_number_and_not_by_text() {
        assert!(Version::new(20, 9) < Version::new(20, 19));
        assert!(Version::new(6, 2) < Version::new(10, 0));
    }
}

//! How values are written by people: in flags, variables and files alike. Owns their forms; what they mean is the
//! table's business.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// An object a line, for programs.
    Json,
}

/// One form: what is expected, how it is read, and how it is shown (as TOML).
pub(super) struct Form<T> {
    pub(super) expected: &'static str,
    pub(super) read: fn(&str) -> Option<T>,
    pub(super) show: fn(&T) -> String,
}

pub(super) const TEXT: Form<String> = Form {
    expected: "a text",
    read: |text| (!text.is_empty()).then(|| text.to_owned()),
    show: |text| quoted(text),
};

pub(super) const PATH: Form<PathBuf> = Form {
    expected: "a path",
    read: |text| (!text.is_empty()).then(|| text.into()),
    show: |path| quoted(&path.display().to_string()),
};

pub(super) const HOST: Form<IpAddr> = Form {
    expected: "localhost or an IP address, such as 127.0.0.1 or 0.0.0.0",
    read: |text| match text {
        "localhost" => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => text.parse().ok(),
    },
    show: |host| quoted(&host.to_string()),
};

pub(super) const PORT: Form<u16> = Form {
    expected: "a port from 0 to 65535",
    read: |text| text.parse().ok(),
    show: u16::to_string,
};

pub(super) const SWITCH: Form<bool> = Form {
    expected: "true or false",
    read: |text| match text {
        "true" | "on" | "yes" | "1" => Some(true),
        "false" | "off" | "no" | "0" => Some(false),
        _ => None,
    },
    show: bool::to_string,
};

pub(super) const COUNT: Form<usize> = Form {
    expected: "a number of 1 or more",
    read: |text| text.replace('_', "").parse().ok().filter(|count| *count > 0),
    show: usize::to_string,
};

pub(super) const RATE: Form<u32> = Form {
    expected: "a number of 1 or more",
    read: |text| text.replace('_', "").parse().ok().filter(|count| *count > 0),
    show: u32::to_string,
};

pub(super) const BYTES: Form<usize> = Form {
    expected: "a number of bytes, such as 1048576, \"64 MiB\" or \"512 KiB\"",
    read: bytes,
    show: |bytes| match bytes {
        bytes if bytes % MIB == 0 => format!("\"{} MiB\"", bytes / MIB),
        bytes if bytes % KIB == 0 => format!("\"{} KiB\"", bytes / KIB),
        bytes => bytes.to_string(),
    },
};

pub(super) const TIME: Form<Duration> = Form {
    expected: "a time, such as \"10s\", \"500ms\" or \"2m\"",
    read: time,
    show: |time| {
        if time.subsec_millis() == 0 {
            format!("\"{}s\"", time.as_secs())
        } else {
            format!("\"{}ms\"", time.as_millis())
        }
    },
};

/// A time that none would make no sense of.
pub(super) const PERIOD: Form<Duration> = Form {
    expected: "a time of 1ms or more, such as \"10s\", \"500ms\" or \"2m\"",
    read: |text| time(text).filter(|time| !time.is_zero()),
    show: TIME.show,
};

pub(super) const LEVEL: Form<String> = Form {
    expected: "error, warn, info, debug, trace, or directives such as \"warn,event_bridge=debug\"",
    read: |text| {
        let is_level = text.parse::<tracing::Level>().is_ok() || text == "off";
        let is_understood = is_level || (text.contains('=') && EnvFilter::try_new(text).is_ok());
        is_understood.then(|| text.to_owned())
    },
    show: |text| quoted(text),
};

pub(super) const LOG_FORMAT: Form<LogFormat> = Form {
    expected: "text or json",
    read: |text| match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    },
    show: |format| match format {
        LogFormat::Text => "\"text\"".to_owned(),
        LogFormat::Json => "\"json\"".to_owned(),
    },
};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// A TOML string; its escapes are JSON's but for those that neither needs.
pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}").replace("\\'", "'")
}

fn bytes(text: &str) -> Option<usize> {
    let digits = text
        .find(|char: char| !char.is_ascii_digit() && char != '_')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => KIB,
        "m" | "mib" => MIB,
        "g" | "gib" => 1024 * MIB,
        _ => return None,
    };
    let number: usize = number.replace('_', "").parse().ok()?;
    number.checked_mul(factor).filter(|bytes| *bytes > 0)
}

fn time(text: &str) -> Option<Duration> {
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    match unit.trim() {
        "ms" => Some(Duration::from_millis(number)),
        // A bare number is one of seconds.
        "" | "s" => Some(Duration::from_secs(number)),
        "m" | "min" => number.checked_mul(60).map(Duration::from_secs),
        "h" => number.checked_mul(3600).map(Duration::from_secs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("1048576", Some(MIB)),
            ("64MiB", Some(64 * MIB)),
            ("64 mib", Some(64 * MIB)),
            ("512k", Some(512 * KIB)),
            ("1_000", Some(1000)),
            ("0", None),
            ("64 MB", None),
            ("-1", None),
            ("99999999999999999999", None),
            ("", None),
        ] {
            assert_eq!((BYTES.read)(text), expected, "{text}");
        }
        for (text, expected) in [
            ("10s", Some(Duration::from_secs(10))),
            ("10", Some(Duration::from_secs(10))),
            ("500 ms", Some(Duration::from_millis(500))),
            ("2m", Some(Duration::from_secs(120))),
            ("0s", Some(Duration::ZERO)),
            ("soon", None),
            ("1.5s", None),
            ("-1s", None),
        ] {
            assert_eq!((TIME.read)(text), expected, "{text}");
            let expected = expected.filter(|time| !time.is_zero());
            assert_eq!((PERIOD.read)(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_shown_can_be_read_again() {
        for bytes in [1, 1000, KIB, 3 * MIB] {
            let shown = (BYTES.show)(&bytes);
            assert_eq!((BYTES.read)(shown.trim_matches('"')), Some(bytes), "{shown}");
        }
        for time in [Duration::ZERO, Duration::from_millis(1500), Duration::from_secs(90)] {
            let shown = (TIME.show)(&time);
            assert_eq!((TIME.read)(shown.trim_matches('"')), Some(time), "{shown}");
        }
    }

    #[test]
    fn a_level_is_one_or_names_targets() {
        for text in ["info", "off", "TRACE", "warn,event_bridge=debug", "event_bridge=trace"] {
            assert!((LEVEL.read)(text).is_some(), "{text}");
        }
        for text in ["loud", "", "event_bridge=loud"] {
            assert!((LEVEL.read)(text).is_none(), "{text}");
        }
    }
}

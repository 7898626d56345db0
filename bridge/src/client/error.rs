//! Why a client gives up, and why it does not. Owns the table of answers that it would get again.

use std::time::Duration;

use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// What was given as an address is none.
    #[error("not the address of a bridge: {0:?}; expected one such as http://127.0.0.1:9999")]
    Url(String),
    /// Whom to trust can't be found out.
    #[error("cannot use TLS: {0}")]
    Tls(String),
    /// The bridge does not want this client, or not with these parameters.
    #[error("the bridge refuses with {status}: {why}{}", remedy(*.status))]
    Refused {
        /// Of HTTP.
        status: u16,
        /// In its own words.
        why: String,
        /// When to come back, if it says.
        retry_after: Option<Duration>,
    },
    /// The bridge closed the connection.
    #[error("the bridge closed the connection with {code}: {why}")]
    Closed {
        /// Of the close frame.
        code: u16,
        /// In its own words.
        why: String,
    },
    /// Nobody answered as a bridge would.
    #[error("cannot connect to {address}: {why}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why not.
        why: String,
    },
}

impl ClientError {
    /// The same would come of another attempt.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Url(_) | Self::Tls(_) => true,
            Self::Refused { status, .. } => (400..500).contains(status) && ![408, 425, 429].contains(status),
            // Of RFC 6455 those that blame what the client sent; of ours those about who it is and what it wants.
            Self::Closed { code, .. } => matches!(code, 1002 | 1003 | 1007..=1010 | 4400..=4407),
            Self::Unreachable { .. } => false,
        }
    }

    /// What a close frame says; without one the code is 1005, as RFC 6455 has it.
    pub(super) fn closed(frame: Option<&CloseFrame>) -> Self {
        Self::Closed {
            code: frame.map_or(1005, |frame| frame.code.into()),
            why: frame.map(|frame| frame.reason.to_string()).unwrap_or_default(),
        }
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn remedy(status: u16) -> &'static str {
    match status {
        401 => "; set EVENT_BRIDGE_TOKEN to the bridge's token",
        403 => "; reach it by a name and an origin that it allows",
        404 => "; is this a bridge?",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again_and_what_can_not_is_final() {
        let refused = |status| ClientError::Refused {
            status,
            why: String::new(),
            retry_after: None,
        };
        let closed = |code| ClientError::Closed {
            code,
            why: String::new(),
        };
        for status in [408, 429, 500, 502, 503] {
            assert!(!refused(status).is_terminal(), "{status}");
        }
        for status in [400, 401, 403, 404] {
            assert!(refused(status).is_terminal(), "{status}");
        }
        for code in [1000, 1001, 1005, 1006, 1011, 1012, 1013, 4408, 4429, 4500] {
            assert!(!closed(code).is_terminal(), "{code}");
        }
        for code in [1002, 1007, 1008, 1009, 4401, 4403, 4404] {
            assert!(closed(code).is_terminal(), "{code}");
        }
    }
}

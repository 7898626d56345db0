//! When something is due on an otherwise quiet socket. Owns the arithmetic of ping, heartbeat, silence and standstill;
//! one timer serves them all.

use tokio::time::Instant;

use crate::config::Limits;

/// See the module's description.
pub(super) struct Deadlines {
    ping: Instant,
    heartbeat: Instant,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Ping,
    Heartbeat,
    /// The peer has said nothing for too long.
    Silence,
    /// The peer has taken nothing for too long.
    Standstill,
}

/// What is known of a peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs {
    /// When it last gave a sign of life.
    pub(super) heard: Instant,
    /// Since when it has taken nothing of what waits for it, if anything does.
    pub(super) waiting_since: Option<Instant>,
}

impl Deadlines {
    /// The first of each comes after one period.
    pub(super) fn new(limits: &Limits) -> Self {
        let now = Instant::now();
        Self {
            ping: now + limits.ping,
            heartbeat: now + limits.heartbeat,
        }
    }

    /// What is due now; it is next due a period later.
    pub(super) fn take(&mut self, limits: &Limits, signs: Signs, now: Instant) -> Option<Due> {
        match signs.waiting_since {
            // As long as it takes something it lives.
            Some(since) if since + limits.no_progress <= now => return Some(Due::Standstill),
            None if signs.heard + limits.silence <= now => return Some(Due::Silence),
            _ => {}
        }
        if self.ping <= now {
            self.ping = now + limits.ping;
            return Some(Due::Ping);
        }
        if self.heartbeat <= now {
            self.heartbeat = now + limits.heartbeat;
            return Some(Due::Heartbeat);
        }
        None
    }

    /// When to look again.
    pub(super) fn next(&self, limits: &Limits, signs: Signs) -> Instant {
        let end = match signs.waiting_since {
            Some(since) => since + limits.no_progress,
            None => signs.heard + limits.silence,
        };
        self.ping.min(self.heartbeat).min(end)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_is_due_after_its_period_and_a_peer_that_takes_something_is_not_silent() {
        let limits = Limits::default();
        let mut deadlines = Deadlines::new(&limits);
        let start = Instant::now();
        let idle = Signs {
            heard: start,
            waiting_since: None,
        };
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(deadlines.take(&limits, idle, start), None);
        assert_eq!(deadlines.take(&limits, idle, at(11)), Some(Due::Heartbeat));
        assert_eq!(deadlines.take(&limits, idle, at(11)), None);
        assert_eq!(deadlines.next(&limits, idle), at(21));
        assert_eq!(deadlines.take(&limits, idle, at(61)), Some(Due::Silence));
        let slow = Signs {
            heard: start,
            waiting_since: Some(at(50)),
        };
        assert_eq!(deadlines.take(&limits, slow, at(61)), Some(Due::Ping));
        assert_eq!(deadlines.take(&limits, slow, at(80)), Some(Due::Standstill));
    }
}

//! How long the tail lets entries gather before it reads again. Owns that rule: an entry after a quiet time is read at
//! once; in a rush one read, one wake-up and one write of each client are for many entries, or else the count of writes
//! would be what limits everything.

use std::time::{Duration, Instant};

/// What a client costs to be woken and written to, about.
const CLIENT: Duration = Duration::from_micros(20);
/// So many entries in one read are a rush, whoever listens.
const RUSH_ENTRIES: usize = 64;
/// What a rush may wait.
const RUSH: Duration = Duration::from_millis(1);
/// Less than a timer can tell is not waited.
const MIN: Duration = Duration::from_millis(1);
/// More would be seen.
const MAX: Duration = Duration::from_millis(4);

/// See the module's description.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When the next read may begin.
    next: Option<Instant>,
}

impl Pace {
    /// So many entries were read and are there for so many clients; the log may have `more`.
    pub(crate) fn read(&mut self, entries: usize, clients: usize, more: bool, now: Instant) {
        let pause = CLIENT.saturating_mul(u32::try_from(clients).unwrap_or(u32::MAX));
        let pause = if entries >= RUSH_ENTRIES {
            pause.max(RUSH)
        } else {
            pause
        };
        let is_worth_it = entries > 0 && !more && pause >= MIN;
        self.next = is_worth_it.then(|| now + pause.min(MAX));
    }

    /// How long to wait now; none at all if nothing was read lately.
    pub(crate) fn pause(&mut self, now: Instant) -> Option<Duration> {
        let rest = self.next.take()?.saturating_duration_since(now);
        (!rest.is_zero()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(entries: usize, clients: usize, more: bool, later: Duration) -> Option<Duration> {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.read(entries, clients, more, now);
        pace.pause(now + later)
    }

    #[test]
    fn a_quiet_log_few_clients_and_a_backlog_are_not_waited_for() {
        assert_eq!(Pace::default().pause(Instant::now()), None);
        assert_eq!(pause(1, 10, false, Duration::ZERO), None);
        assert_eq!(pause(1, 100, false, Duration::from_millis(5)), None);
        assert_eq!(pause(1000, 100, true, Duration::ZERO), None);
    }

    #[test]
    fn in_a_rush_and_for_many_clients_entries_gather_for_a_bounded_time() {
        assert_eq!(pause(1, 100, false, Duration::ZERO), Some(Duration::from_millis(2)));
        assert_eq!(
            pause(1, 100, false, Duration::from_millis(1)),
            Some(Duration::from_millis(1))
        );
        assert_eq!(pause(100, 1, false, Duration::ZERO), Some(RUSH));
        assert_eq!(pause(1, 100_000, false, Duration::ZERO), Some(MAX));
    }
}

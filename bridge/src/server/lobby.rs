//! Connections that have not asked for anything yet. Owns how many of them there may be: one more pushes out the one
//! that has waited longest, so that peers who open connections and say nothing cannot keep out those who do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::accept::HangUp;

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Lobby {
    most: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    guests: BTreeMap<u64, HangUp>,
}

/// One connection that waits; it has left the lobby when this is dropped.
#[derive(Debug)]
pub(super) struct Guest {
    lobby: Arc<Lobby>,
    number: u64,
}

impl Lobby {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            waiting: Mutex::default(),
        }
    }

    /// Lets one in; says whether another was hung up on for it.
    pub(super) fn enter(self: &Arc<Self>, hang_up: HangUp) -> (Guest, bool) {
        let mut waiting = self.lock();
        let number = waiting.next;
        waiting.next += 1;
        waiting.guests.insert(number, hang_up);
        let is_full = waiting.guests.len() > self.most;
        let longest = is_full.then(|| waiting.guests.pop_first()).flatten();
        drop(waiting);
        if let Some((_, longest)) = &longest {
            longest.now();
        }
        let guest = Guest {
            lobby: self.clone(),
            number,
        };
        (guest, longest.is_some())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing can panic while the lock is held.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.lobby.lock().guests.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_pushes_out_who_has_waited_longest() {
        let lobby = Arc::new(Lobby::new(2));
        let hang_ups: Vec<_> = (0..4).map(|_| HangUp::default()).collect();
        let (first, _) = lobby.enter(hang_ups[0].clone());
        let (_second, _) = lobby.enter(hang_ups[1].clone());
        // It asks for something, and so waits no longer.
        drop(first);
        let (_third, has_pushed) = lobby.enter(hang_ups[2].clone());
        assert!(!has_pushed);
        let (_fourth, has_pushed) = lobby.enter(hang_ups[3].clone());
        assert!(has_pushed);
        let pushed: Vec<_> = hang_ups.iter().map(HangUp::is_done).collect();
        assert_eq!(pushed, [false, true, false, false]);
    }
}

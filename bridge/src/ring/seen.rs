//! Which events were seen lately, so that what a producer wrote twice is shown once. A producer that got no answer
//! writes its batch again, byte by byte; that is what is recognised. Two different events that (wrongly) share an id
//! are both shown: nothing is dropped for a producer's lack of imagination.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use crate::entry::Event;

/// A window over more events than a producer keeps in flight.
pub(crate) const WINDOW: usize = 8192;

/// A window over the latest events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    order: VecDeque<Fingerprint>,
    set: HashSet<Fingerprint>,
}

/// Of the id and of the text. Both must agree, so that a chance collision would need two events of one id; that is why
/// a checksum, which is fast, will do for the text.
type Fingerprint = (u64, u32);

impl Seen {
    /// Whether the event was seen before; from now on it was. Events without an id are never taken for repeated.
    pub(crate) fn is_repeated(&mut self, event: &Event<'_>) -> bool {
        let Some(id) = &event.id else { return false };
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let fingerprint = (hasher.hash_one(id), crc32fast::hash(event.text.as_bytes()));
        if !self.set.insert(fingerprint) {
            return true;
        }
        self.order.push_back(fingerprint);
        if self.order.len() > WINDOW
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
        false
    }
}

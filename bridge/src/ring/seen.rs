//! Which events were seen lately, so that what a producer wrote twice is shown once. A producer that got no answer
//! writes its batch again, byte by byte; that is what is recognised. Two different events that (wrongly) share an id
//! are both shown: nothing is dropped for a producer's lack of imagination.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

use crate::entry::Event;

/// A window over more events than a producer keeps in flight.
pub(crate) const WINDOW: usize = 8192;

/// A window over the latest events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    order: VecDeque<Fingerprint>,
    set: HashSet<Fingerprint, BuildHasherDefault<Hashed>>,
    hasher: RandomState,
}

/// Both must agree, so that a chance collision would need two events of one id; that is why a checksum, which is fast, will
/// do for the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint {
    /// A hash already, with keys that nobody knows.
    id: u64,
    text: u32,
}

impl Hash for Fingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.id);
    }
}

/// Of what is a hash already, that hash.
#[derive(Clone, Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        // Nothing is hashed here but hashes.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Seen {
    /// What it holds in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        (self.order.capacity() + self.set.capacity()) * size_of::<Fingerprint>()
    }

    /// Whether the event was seen before; from now on it was. Events without an id are never taken for repeated.
    pub(crate) fn is_repeated(&mut self, event: &Event<'_>) -> bool {
        let Some(id) = &event.id else { return false };
        let fingerprint = Fingerprint {
            id: self.hasher.hash_one(id),
            text: crc32fast::hash(event.text.as_bytes()),
        };
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

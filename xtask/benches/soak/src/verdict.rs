//! What came of a run, beside what is promised: nothing is lost beyond what the bus counts, and with a spool that has room
//! nothing is; nothing is repeated beyond what it counts; the order stays. What else may be missing:
//!
//! - what a server without any data had confirmed (`forget`): the numbers right before each kill
//! - what was in the queue of a process that was killed (`publisher`): its last numbers
//!
//! And one thing that the documentation says: a server without memory can take a later event of one flight before an
//! earlier one, once or twice for each refusal.

use std::collections::HashSet;
use std::ops::Range;

use serde_json::Value;

use crate::fault::Fault;

pub const HEAD: &str = "\
| fault | times | published | read | lost | reported | gone with its holder | twice | reported | out of order | longest publish, µs |
|-------|------:|----------:|-----:|-----:|---------:|---------------------:|------:|---------:|-------------:|--------------------:|";

/// A publishing process.
pub struct Life {
    /// As far as it said.
    pub numbers: Range<u64>,
    /// Its last words; those of a process that was killed have no counts.
    pub said: Value,
}

impl Life {
    fn is_killed(&self) -> bool {
        self.said["stats"].is_null()
    }

    fn count(&self, name: &str) -> u64 {
        self.said["stats"][name].as_u64().unwrap_or_default()
    }
}

/// See the module's description.
pub struct Verdict {
    title: String,
    times: u64,
    published: u64,
    read: u64,
    lost: u64,
    reported_lost: u64,
    gone: u64,
    repeated: u64,
    reported_repeated: u64,
    disorder: usize,
    longest_micros: u64,
    broken: Vec<String>,
}

impl Verdict {
    pub fn new(fault: Fault, has_spool: bool, times: u64, lives: &[Life], numbers: &[u64]) -> Self {
        let mut seen = HashSet::new();
        let once: Vec<u64> = numbers.iter().copied().filter(|number| seen.insert(*number)).collect();
        let sum = |name| lives.iter().map(|life| life.count(name)).sum();
        let mut verdict = Self {
            title: format!("{}{}", fault.name(), if has_spool { " + spool" } else { "" }),
            times,
            published: 0,
            read: once.len() as u64,
            lost: 0,
            reported_lost: sum("dropped"),
            gone: 0,
            repeated: (numbers.len() - once.len()) as u64,
            reported_repeated: sum("duplicated"),
            disorder: once.windows(2).filter(|two| two[0] > two[1]).count(),
            longest_micros: lives
                .iter()
                .filter_map(|life| life.said["longest_ns"].as_u64())
                .max()
                .unwrap_or_default()
                / 1_000,
            broken: Vec::new(),
        };
        for life in lives {
            verdict.look_at(fault, has_spool, life, &seen);
        }
        verdict.judge(fault, has_spool);
        verdict
    }

    /// Tells what a process lost from what was gone with it, or with the server.
    fn look_at(&mut self, fault: Fault, has_spool: bool, life: &Life, seen: &HashSet<u64>) {
        let mut end = life.numbers.end;
        if life.is_killed() {
            // It may have published more than it could say.
            end += (end..).take_while(|number| seen.contains(number)).count() as u64;
        }
        self.published += end - life.numbers.start;
        let missing: Vec<u64> = (life.numbers.start..end)
            .filter(|number| !seen.contains(number))
            .collect();
        let gaps = missing.windows(2).filter(|two| two[0] + 1 < two[1]).count() as u64 + 1;
        let count = missing.len() as u64;
        if life.is_killed() {
            if missing.last().is_some_and(|last| last + 1 != end || gaps > 1) {
                self.broken.push(format!(
                    "{}: a killed process lost more than its last events",
                    self.title
                ));
            }
            if end - life.numbers.start - count < life.said["sent"].as_u64().unwrap_or_default() {
                self.broken
                    .push(format!("{}: a killed process lost what had arrived", self.title));
            }
            self.gone += count;
        } else if fault == Fault::Forget && count > 0 {
            // What the server forgot and, behind what was on its way, what the queue could not keep.
            let places = if has_spool { 1 } else { 2 };
            if gaps > places * self.times || life.count("sent") + life.count("dropped") != self.published {
                self.broken
                    .push(format!("{}: {count} are missing in {gaps} places", self.title));
            }
            self.gone += count - life.count("dropped").min(count);
            self.lost += life.count("dropped").min(count);
        } else {
            self.lost += count;
        }
        if life.said["unsent"].as_u64().is_some_and(|unsent| unsent > 0) {
            self.broken.push(format!(
                "{}: {} were unsent after a minute",
                self.title, life.said["unsent"]
            ));
        }
    }

    fn judge(&mut self, fault: Fault, has_spool: bool) {
        let allowed_disorder = if fault == Fault::Memory {
            2 * self.times as usize
        } else {
            0
        };
        let mut say = |is_broken: bool, what: String| {
            if is_broken {
                self.broken.push(format!("{}: {what}", self.title));
            }
        };
        say(
            self.lost != self.reported_lost,
            format!("{} lost, {} reported", self.lost, self.reported_lost),
        );
        let keeps_all = has_spool && fault != Fault::DiskFull;
        say(keeps_all && self.lost > 0, format!("{} lost with a spool", self.lost));
        say(
            self.repeated > self.reported_repeated,
            format!("{} twice, {} reported", self.repeated, self.reported_repeated),
        );
        say(
            self.disorder > allowed_disorder,
            format!("{} places out of order", self.disorder),
        );
    }

    /// The promises that were not kept.
    pub fn broken(&self) -> &[String] {
        &self.broken
    }

    pub fn row(&self) -> String {
        let numbers = [
            self.times,
            self.published,
            self.read,
            self.lost,
            self.reported_lost,
            self.gone,
            self.repeated,
            self.reported_repeated,
            self.disorder as u64,
            self.longest_micros,
        ];
        let cells: Vec<_> = numbers.iter().map(u64::to_string).collect();
        format!("| {} | {} |", self.title, cells.join(" | "))
    }
}

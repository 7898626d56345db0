//! Entries that were packed together, and what is known of each: answered, refused, or of a fate that depends on how much of
//! it was written. Owns that rule; it neither reads nor writes.

use crate::log::{Answers, EntryId, LogError, LogErrorKind};

/// See the module's description.
pub(super) struct Batch {
    /// Where each entry begins in all that was ever packed.
    starts: Vec<u64>,
    answers: Vec<Result<EntryId, LogError>>,
    /// Instead of answers.
    failure: Option<LogError>,
}

/// Why a connection ended.
pub(super) struct Fault {
    pub(super) error: LogError,
    /// The server has read nothing behind the last entry that it answered for.
    pub(super) is_clean: bool,
}

impl Batch {
    pub(super) fn new(starts: Vec<u64>) -> Self {
        Self {
            answers: Vec::with_capacity(starts.len()),
            starts,
            failure: None,
        }
    }

    /// Where it begins.
    pub(super) fn start(&self) -> Option<u64> {
        self.starts.first().copied()
    }

    pub(super) fn is_over(&self) -> bool {
        self.failure.is_some() || self.answers.len() == self.starts.len()
    }

    /// Of the oldest entry that has none.
    pub(super) fn answer(&mut self, answer: Result<EntryId, LogError>) {
        self.answers.push(answer);
    }

    pub(super) fn into_answers(self) -> Answers {
        match self.failure {
            Some(error) => Err(error),
            None => Ok(self.answers),
        }
    }

    /// Answers for the rest: the server can't have taken what begins behind `written_to`, and may have taken what begins
    /// before.
    pub(super) fn fail(&mut self, fault: &Fault, written_to: u64) {
        let Fault { error, is_clean } = fault;
        let is_new = |start: &u64| *is_clean || *start >= written_to;
        let of = |start: &u64| match error.kind() {
            LogErrorKind::Interrupted | LogErrorKind::Invalid if is_new(start) => {
                LogError::new(LogErrorKind::Unreachable, error.to_string())
            }
            _ => error.clone(),
        };
        let rest = &self.starts[self.answers.len()..];
        let ends = [rest.first(), rest.last()].map(|start| start.is_none_or(is_new));
        if self.answers.is_empty() && ends[0] == ends[1] {
            // Almost always the same for all.
            self.failure = rest.first().map(of);
        } else {
            self.answers.extend(rest.iter().map(|start| Err(of(start))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of three entries at 0, 10 and 20, the first of which is answered if `is_answered`.
    fn kinds(kind: LogErrorKind, is_clean: bool, is_answered: bool, written_to: u64) -> Vec<Option<LogErrorKind>> {
        let mut batch = Batch::new(vec![0, 10, 20]);
        if is_answered {
            batch.answer(Ok(EntryId::ZERO));
        }
        let error = LogError::new(kind, "broken");
        batch.fail(&Fault { error, is_clean }, written_to);
        assert!(batch.is_over());
        match batch.into_answers() {
            Ok(answers) => answers
                .into_iter()
                .map(|answer| answer.err().map(|error| error.kind()))
                .collect(),
            Err(error) => vec![Some(error.kind()); 3],
        }
    }

    #[test]
    fn only_what_was_begun_to_be_written_is_of_unknown_fate() {
        use LogErrorKind::{Interrupted, Unreachable};
        let [unknown, new] = [Some(Interrupted), Some(Unreachable)];
        assert_eq!(kinds(Interrupted, false, false, 0), [new; 3]);
        assert_eq!(kinds(Interrupted, false, false, 11), [unknown, unknown, new]);
        assert_eq!(kinds(Interrupted, false, false, 30), [unknown; 3]);
        assert_eq!(kinds(Interrupted, false, true, 20), [None, unknown, new]);
    }

    #[test]
    fn nothing_behind_an_entry_that_ended_the_connection_was_read() {
        use LogErrorKind::{Invalid, Unreachable};
        assert_eq!(
            kinds(Invalid, true, true, 30),
            [None, Some(Unreachable), Some(Unreachable)]
        );
    }

    #[test]
    fn a_refused_login_is_told_for_all() {
        use LogErrorKind::Refused;
        assert_eq!(kinds(Refused, true, false, 0), [Some(Refused); 3]);
    }
}

//! The nine statuses of a node, and the two tables that say how one may follow another: by an action that is due, or by
//! an exam of a node that waits. Whatever changes a status asks these tables; none of them knows a node.

use std::fmt;

/// Whether a node divides work or does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// Plans, waits for the nodes of its plan, and gathers their results.
    Plan,
    /// The hidden worker inside a plan node that needs no division.
    Execute,
}

impl NodeKind {
    /// The name events use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "PLAN_NODE",
            Self::Execute => "EXECUTE_NODE",
        }
    }
}

/// Where a node is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Waits for the plan around it and the nodes it depends on.
    NotReady,
    /// Can be planned or executed.
    Ready,
    /// What it depends on is settled; its task is to be brought up to date.
    NeedUpdate,
    /// Has a plan, not yet looked at again.
    PlanDone,
    /// The nodes of its plan are at work.
    Doing,
    /// They are settled; their results are to be gathered.
    FinalToFinish,
    /// Has its result, not yet looked at again.
    NeedPostReflect,
    /// Done.
    Finish,
    /// Given up: its action failed, or everything inside it did.
    Failed,
}

impl Status {
    /// The name events use.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotReady => "NOT_READY",
            Self::Ready => "READY",
            Self::NeedUpdate => "NEED_UPDATE",
            Self::PlanDone => "PLAN_DONE",
            Self::Doing => "DOING",
            Self::FinalToFinish => "FINAL_TO_FINISH",
            Self::NeedPostReflect => "NEED_POST_REFLECT",
            Self::Finish => "FINISH",
            Self::Failed => "FAILED",
        }
    }

    /// Nothing more will happen to the node.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Finish | Self::Failed)
    }

    /// The node waits for others.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::NotReady | Self::Doing)
    }
}

/// What a step does to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Takes note of what the nodes it depends on found.
    Update,
    /// Divides the task, or finds that it needs no division.
    Plan,
    /// Does the work.
    Execute,
    /// Looks at the plan again.
    PriorReflect,
    /// Gathers the results of the plan.
    FinalAggregate,
    /// Looks at the gathered result again.
    PlanningPostReflect,
    /// Looks at the work's result again.
    ExecutePostReflect,
}

impl Action {
    /// The name events use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Plan => "plan",
            Self::Execute => "execute",
            Self::PriorReflect => "prior_reflect",
            Self::FinalAggregate => "final_aggregate",
            Self::PlanningPostReflect => "planning_post_reflect",
            Self::ExecutePostReflect => "execute_post_reflect",
        }
    }

    /// Only keeps the books: asks no model and gathers nothing.
    pub fn is_bookkeeping(self) -> bool {
        !matches!(self, Self::Plan | Self::Execute | Self::FinalAggregate)
    }
}

/// A change that an action makes, if it succeeds.
struct ActionRule {
    from: Status,
    /// `None` for either kind.
    kind: Option<NodeKind>,
    action: Action,
    to: Status,
}

/// The seven changes by actions. What is in no row here has no action due.
const ACTION_RULES: [ActionRule; 7] = {
    const fn rule(from: Status, kind: Option<NodeKind>, action: Action, to: Status) -> ActionRule {
        ActionRule { from, kind, action, to }
    }
    let plan = Some(NodeKind::Plan);
    let execute = Some(NodeKind::Execute);
    [
        rule(Status::NeedUpdate, None, Action::Update, Status::Ready),
        rule(Status::Ready, plan, Action::Plan, Status::PlanDone),
        rule(Status::Ready, execute, Action::Execute, Status::NeedPostReflect),
        rule(Status::PlanDone, None, Action::PriorReflect, Status::Doing),
        rule(
            Status::FinalToFinish,
            None,
            Action::FinalAggregate,
            Status::NeedPostReflect,
        ),
        rule(
            Status::NeedPostReflect,
            plan,
            Action::PlanningPostReflect,
            Status::Finish,
        ),
        rule(
            Status::NeedPostReflect,
            execute,
            Action::ExecutePostReflect,
            Status::Finish,
        ),
    ]
};

/// What an exam of a waiting node looks at.
pub(super) struct Surroundings {
    /// The node around it is at work.
    pub(super) is_outer_doing: bool,
    /// The statuses of the nodes it depends on.
    pub(super) parents: Vec<Status>,
    /// The statuses of the nodes of its plan.
    pub(super) inner: Vec<Status>,
}

/// A change that an exam makes, when its condition holds.
struct ExamRule {
    from: Status,
    holds: fn(&Surroundings) -> bool,
    to: Status,
}

/// The three changes by exams, and a fourth for plans of which nothing is left. The first that holds is made.
const EXAM_RULES: [ExamRule; 4] = [
    ExamRule {
        from: Status::NotReady,
        holds: |around| around.is_outer_doing && around.parents.is_empty(),
        to: Status::Ready,
    },
    ExamRule {
        from: Status::NotReady,
        holds: |around| around.is_outer_doing && all_settled(&around.parents),
        to: Status::NeedUpdate,
    },
    ExamRule {
        from: Status::Doing,
        holds: |around| around.inner.iter().all(|status| *status == Status::Failed),
        to: Status::Failed,
    },
    ExamRule {
        from: Status::Doing,
        holds: |around| all_settled(&around.inner),
        to: Status::FinalToFinish,
    },
];

/// The action that is due for a node of this kind in this status, and the status after it.
pub(super) fn after_action(from: Status, kind: NodeKind) -> Option<(Action, Status)> {
    ACTION_RULES
        .iter()
        .find(|rule| rule.from == from && rule.kind.is_none_or(|needed| needed == kind))
        .map(|rule| (rule.action, rule.to))
}

/// The status after an exam, if what a waiting node waits for has come true.
pub(super) fn after_exam(from: Status, around: &Surroundings) -> Option<Status> {
    EXAM_RULES
        .iter()
        .find(|rule| rule.from == from && (rule.holds)(around))
        .map(|rule| rule.to)
}

/// Every change of a status that there is, by the names that events use: those of the tables, and those by which a node
/// whose action failed is given up.
pub fn transitions() -> Vec<(&'static str, &'static str)> {
    let by_action = ACTION_RULES.iter().map(|rule| (rule.from, rule.to));
    let by_failure = ACTION_RULES.iter().map(|rule| (rule.from, Status::Failed));
    let by_exam = EXAM_RULES.iter().map(|rule| (rule.from, rule.to));
    by_action
        .chain(by_failure)
        .chain(by_exam)
        .map(|(from, to)| (from.name(), to.name()))
        .collect()
}

fn all_settled(statuses: &[Status]) -> bool {
    statuses.iter().all(|status| status.is_settled())
}

/// Why a status changed.
#[derive(Clone, Copy, Debug)]
pub enum Cause {
    /// The engine set the root going.
    Start,
    /// An action on the node succeeded.
    Action(Action),
    /// An action on the node failed.
    Failure(Action),
    /// What the node waited for came true.
    Exam,
}

impl fmt::Display for Cause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => out.write_str("start"),
            Self::Action(action) => write!(out, "action:{}", action.name()),
            Self::Failure(action) => write!(out, "failed:{}", action.name()),
            Self::Exam => out.write_str("exam"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Status; 9] = [
        Status::NotReady,
        Status::Ready,
        Status::NeedUpdate,
        Status::PlanDone,
        Status::Doing,
        Status::FinalToFinish,
        Status::NeedPostReflect,
        Status::Finish,
        Status::Failed,
    ];

    #[test]
    fn every_status_has_an_action_an_exam_or_is_the_end() {
        for status in ALL {
            let acts = [NodeKind::Plan, NodeKind::Execute].map(|kind| after_action(status, kind).is_some());
            let waits = EXAM_RULES.iter().any(|rule| rule.from == status);
            assert_eq!(acts[0], acts[1], "{status:?}");
            assert_eq!(waits, status.is_waiting(), "{status:?}");
            assert_eq!(
                [acts[0], waits, status.is_settled()]
                    .iter()
                    .filter(|holds| **holds)
                    .count(),
                1,
                "{status:?}"
            );
        }
    }

    #[test]
    fn a_plan_with_one_survivor_is_gathered_and_one_without_is_failed() {
        let after = |inner: &[Status]| {
            let around = Surroundings {
                is_outer_doing: true,
                parents: Vec::new(),
                inner: inner.to_vec(),
            };
            after_exam(Status::Doing, &around)
        };
        assert_eq!(after(&[Status::Failed, Status::Finish]), Some(Status::FinalToFinish));
        assert_eq!(after(&[Status::Failed, Status::Failed]), Some(Status::Failed));
        assert_eq!(after(&[Status::Failed, Status::Doing]), None);
    }
}

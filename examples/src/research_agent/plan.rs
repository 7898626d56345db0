//! A plan as a planner gives it, and what must hold before it becomes nodes: known numbers, implied dependencies,
//! an order without a cycle. It knows nothing of the tree it will be planted in.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

/// What planning a node came to.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The tasks, in an order in which they can be worked on. None: the node needs no division.
    pub tasks: Vec<Task>,
    /// A sharper goal, if what was found so far allows one.
    pub goal: Option<String>,
}

/// What kind of work a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskType {
    /// Finds pages and says what is in them.
    Search,
    /// Draws conclusions from what was found.
    Think,
    /// Writes a part of the report.
    Write,
}

impl TaskType {
    /// The name plans and events use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Think => "think",
            Self::Write => "write",
        }
    }
}

/// One task of a plan.
#[derive(Clone, Debug)]
pub struct Task {
    /// The planner's number, unique in the plan.
    pub id: String,
    /// What is to be reached.
    pub goal: String,
    /// What kind of work; `task_type` in a plan.
    pub task_type: TaskType,
    /// How many words are to be written.
    pub length: Option<u32>,
    /// The numbers of the tasks that come first.
    pub dependency: Vec<String>,
}

/// Why a plan cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    /// Not the JSON that was asked for.
    #[error("the plan is not a list of tasks: {0}")]
    Malformed(String),
    /// Two tasks have one number.
    #[error("the plan has two tasks with the number {0}")]
    Duplicate(String),
    /// A task waits for one that is not there.
    #[error("the task {task} depends on {unknown}, which is no task of the plan")]
    Unknown {
        /// The task.
        task: String,
        /// What it names.
        unknown: String,
    },
    /// Tasks wait for each other.
    #[error("the tasks {0} wait for each other")]
    Cycle(String),
}

/// A task as planners write it: numbers of tasks may be JSON numbers, and what is missing has a meaning.
#[derive(Deserialize)]
struct RawTask {
    id: Value,
    goal: String,
    task_type: RawType,
    #[serde(default)]
    length: Option<u32>,
    #[serde(default)]
    dependency: Vec<Value>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawType {
    Search,
    #[serde(alias = "analyze", alias = "analysis")]
    Think,
    Write,
}

impl From<RawType> for TaskType {
    fn from(raw: RawType) -> Self {
        match raw {
            RawType::Search => Self::Search,
            RawType::Think => Self::Think,
            RawType::Write => Self::Write,
        }
    }
}

impl Plan {
    /// No division: one worker does it.
    pub fn atomic() -> Self {
        Self::default()
    }

    /// The tasks as a JSON list.
    pub fn to_json(&self) -> Value {
        let tasks = self.tasks.iter().map(|task| {
            json!({
                "id": task.id,
                "goal": task.goal,
                "task_type": task.task_type.name(),
                "length": task.length,
                "dependency": task.dependency,
            })
        });
        tasks.collect()
    }

    /// Reads a JSON list of tasks. `length` is the node's own, which a sole writing task without one inherits.
    pub fn parse(json: &str, length: Option<u32>) -> Result<Self, PlanError> {
        let raw: Vec<RawTask> = serde_json::from_str(json).map_err(|error| PlanError::Malformed(error.to_string()))?;
        Self::new(raw.into_iter().map(Task::from).collect(), length)
    }

    /// Checks tasks, adds the dependencies their types imply, and orders them.
    pub fn new(mut tasks: Vec<Task>, length: Option<u32>) -> Result<Self, PlanError> {
        let mut known = BTreeSet::new();
        for task in &tasks {
            if !known.insert(task.id.clone()) {
                return Err(PlanError::Duplicate(task.id.clone()));
            }
        }
        for task in &tasks {
            if let Some(unknown) = task.dependency.iter().find(|id| !known.contains(*id)) {
                return Err(PlanError::Unknown {
                    task: task.id.clone(),
                    unknown: unknown.clone(),
                });
            }
        }
        inherit_length(&mut tasks, length);
        imply_dependencies(&mut tasks);
        Ok(Self {
            tasks: in_order(tasks)?,
            goal: None,
        })
    }
}

impl From<RawTask> for Task {
    fn from(raw: RawTask) -> Self {
        Self {
            id: number_text(&raw.id),
            goal: raw.goal.replace('\n', ";"),
            task_type: raw.task_type.into(),
            length: raw.length,
            dependency: raw.dependency.iter().map(number_text).collect(),
        }
    }
}

/// `3` and `"3"` are the same task.
fn number_text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

fn inherit_length(tasks: &mut [Task], length: Option<u32>) {
    let mut writes = tasks.iter_mut().filter(|task| task.task_type == TaskType::Write);
    if let (Some(only), None) = (writes.next(), writes.next()) {
        only.length = only.length.or(length);
    }
}

/// A thought builds on the thoughts before it, a text on the texts before it: they are never worked on side by side.
fn imply_dependencies(tasks: &mut [Task]) {
    let places: Vec<(usize, String, TaskType)> = tasks
        .iter()
        .enumerate()
        .map(|(place, task)| (ordinal(place, task), task.id.clone(), task.task_type))
        .collect();
    for (place, task) in tasks.iter_mut().enumerate() {
        if task.task_type == TaskType::Search {
            continue;
        }
        let own = ordinal(place, task);
        for (other, id, kind) in &places {
            if *kind == task.task_type && *other < own && !task.dependency.contains(id) {
                task.dependency.push(id.clone());
            }
        }
    }
}

/// What "before" means among tasks: the last part of a dotted number, or the place in the list.
fn ordinal(place: usize, task: &Task) -> usize {
    task.id
        .rsplit('.')
        .next()
        .and_then(|part| part.parse().ok())
        .unwrap_or(place)
}

/// Rounds of all tasks whose dependencies are placed, each round in the order of the plan.
fn in_order(mut waiting: Vec<Task>) -> Result<Vec<Task>, PlanError> {
    let mut ordered: Vec<Task> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let placed: BTreeSet<String> = ordered.iter().map(|task| task.id.clone()).collect();
        let (free, bound): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|task| task.dependency.iter().all(|id| placed.contains(id)));
        if free.is_empty() {
            let ids: Vec<_> = bound.into_iter().map(|task| task.id).collect();
            return Err(PlanError::Cycle(ids.join(", ")));
        }
        ordered.extend(free);
        waiting = bound;
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<Plan, PlanError> {
        Plan::parse(json, Some(500))
    }

    fn dependencies(plan: &Plan, id: &str) -> Vec<String> {
        plan.tasks.iter().find(|task| task.id == id).unwrap().dependency.clone()
    }

    #[test]
    fn writes_and_thoughts_wait_for_earlier_ones_and_searches_do_not() {
        let plan = parse(
            r#"[{"id":"1","goal":"a","task_type":"search"},{"id":"2","goal":"b","task_type":"search"},
                {"id":"3","goal":"c","task_type":"think"},{"id":"4","goal":"d","task_type":"analysis","dependency":["1"]},
                {"id":"5","goal":"e","task_type":"write"},{"id":"6","goal":"f","task_type":"write"}]"#,
        )
        .unwrap();
        assert!(dependencies(&plan, "2").is_empty());
        assert_eq!(dependencies(&plan, "4"), ["1", "3"]);
        assert_eq!(dependencies(&plan, "6"), ["5"]);
    }

    #[test]
    fn numbers_that_are_json_numbers_keep_their_dependencies() {
        let plan = parse(
            r#"[{"id":1,"goal":"a","task_type":"search"},{"id":2,"goal":"b\nc","task_type":"write","dependency":[1]}]"#,
        )
        .unwrap();
        assert_eq!(dependencies(&plan, "2"), ["1"]);
        assert_eq!(plan.tasks[1].goal, "b;c");
        assert_eq!(plan.tasks[1].length, Some(500));
    }

    #[test]
    fn a_plan_that_cannot_end_is_refused() {
        let cycle = parse(
            r#"[{"id":"1","goal":"a","task_type":"write","dependency":["2"]},{"id":"2","goal":"b","task_type":"write"}]"#,
        );
        assert_eq!(cycle.unwrap_err(), PlanError::Cycle("1, 2".to_owned()));
        let twice = parse(r#"[{"id":1,"goal":"a","task_type":"think"},{"id":"1","goal":"b","task_type":"think"}]"#);
        assert_eq!(twice.unwrap_err(), PlanError::Duplicate("1".to_owned()));
        let unknown = parse(r#"[{"id":1,"goal":"a","task_type":"think","dependency":[9]}]"#).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "the task 1 depends on 9, which is no task of the plan"
        );
        assert!(matches!(parse("{}"), Err(PlanError::Malformed(_))));
    }
}

//! What is demanded of a recording, beyond what holds for all of them. Owns the options.

/// See the module's description. The default is what holds for every stream, also one that is cut off or goes on.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Rules {
    pub(super) is_complete: bool,
    pub(super) allows_detached: bool,
    pub(super) statuses: Option<StatusTable>,
}

impl Rules {
    /// Everything has to be there, from the start of each run to its end: nothing is cut off, nothing is open.
    pub fn complete(mut self) -> Self {
        self.is_complete = true;
        self
    }

    /// A span may begin after its parent ended, as tasks do that nobody waits for.
    pub fn detached(mut self) -> Self {
        self.allows_detached = true;
        self
    }

    /// Which statuses a node can have.
    pub fn statuses(mut self, table: StatusTable) -> Self {
        self.statuses = Some(table);
        self
    }
}

/// The statuses of an agent's nodes.
#[derive(Clone, Debug, Default)]
pub struct StatusTable {
    /// The status before a node's first change; none allows any.
    pub first: Option<String>,
    /// Those a node of a run that ended can be left in; none allows any.
    pub last: Vec<String>,
    /// From which status a node comes to which; none allows any.
    pub transitions: Vec<(String, String)>,
}

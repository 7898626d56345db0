//! What the compiler says about a crate under test.
//!
//! Owns the shape of those messages (<https://doc.rust-lang.org/rustc/json.html>) and their comparison: two are the same
//! if level, code, text, file and line are. Columns are left out, since an attribute on the same line moves them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One message about code.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) message: String,
    code: Option<Code>,
    pub(crate) level: String,
    spans: Vec<Span>,
    children: Vec<Diagnostic>,
}

#[derive(Clone, Debug, Deserialize)]
struct Code {
    code: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Span {
    file_name: PathBuf,
    line_start: usize,
    is_primary: bool,
    expansion: Option<Box<Expansion>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Expansion {
    span: Span,
}

/// A message as it is compared and reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Finding {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) level: String,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Span {
    /// Where it is in the crate's own text: macros are followed to their call.
    fn place(&self) -> (PathBuf, usize) {
        let mut span = self;
        while let Some(expansion) = &span.expansion {
            span = &expansion.span;
        }
        (span.file_name.clone(), span.line_start)
    }
}

impl Diagnostic {
    /// It stops the build.
    pub(crate) fn is_error(&self) -> bool {
        self.level.starts_with("error")
    }

    /// Where it points, the most telling place first: what it is about, what belongs to it, what its notes show.
    pub(crate) fn places(&self) -> Vec<(PathBuf, usize)> {
        let of = |is_primary: bool| self.spans.iter().filter(move |span| span.is_primary == is_primary);
        let own = of(true).chain(of(false)).map(Span::place);
        own.chain(self.children.iter().flat_map(Self::places)).collect()
    }

    /// In the form in which it is compared.
    pub(crate) fn finding(&self) -> Finding {
        let (file, line) = self.places().into_iter().next().unwrap_or_default();
        Finding {
            file,
            line,
            level: self.level.clone(),
            code: self.code.as_ref().map(|code| code.code.clone()).unwrap_or_default(),
            message: self.message.clone(),
        }
    }
}

/// The warnings of a build; each once, although tests compile a library a second time.
pub(crate) fn warnings(diagnostics: &[Diagnostic]) -> BTreeSet<Finding> {
    // A warning without a place is a sum of others.
    let warnings = diagnostics
        .iter()
        .filter(|one| one.level == "warning" && !one.spans.is_empty());
    warnings.map(Diagnostic::finding).collect()
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            file,
            line,
            level,
            code,
            message,
        } = self;
        write!(f, "{}:{line}: {level}", file.display())?;
        if !code.is_empty() {
            write!(f, "[{code}]")?;
        }
        write!(f, ": {message}")
    }
}

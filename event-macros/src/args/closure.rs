//! Closures in the attribute, as in `|out| StepFinished { … }`, and what would leave the function from within an event.
//! They are taken apart, never called: nothing of a closure but its parameter and its body has a meaning here.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Error, Expr, ExprClosure, ExprStruct, Item, Label, Lifetime, Pat};

use super::no_literal;
use crate::error::error_at;

/// `|value| LITERAL`
#[derive(Clone)]
pub(crate) struct Literal {
    /// The places of both bars.
    pub(crate) bars: [Span; 2],
    pub(crate) value: Pat,
    pub(crate) event: ExprStruct,
}

/// How a closure is spoken of in messages.
pub(super) struct Spoken {
    /// Which argument of the attribute it is.
    pub(super) what: &'static str,
    /// When it runs.
    pub(super) when: &'static str,
    /// What it is given.
    pub(super) given: &'static str,
    pub(super) example: &'static str,
}

impl Literal {
    pub(super) fn of(closure: ExprClosure, spoken: &Spoken) -> syn::Result<Self> {
        let Spoken { what, when, given, .. } = spoken;
        if let Some(asyncness) = &closure.asyncness {
            return Err(error_at!(
                asyncness,
                "{what} runs {when} and can't wait: remove `async`"
            ));
        }
        if let Some(capture) = &closure.capture {
            return Err(error_at!(
                capture,
                "{what} sees {given} only and owns nothing: remove `move`"
            ));
        }
        if closure.inputs.len() != 1 {
            return Err(error_at!(
                closure.inputs_begin,
                "{what} takes one parameter, {given}: `{}`",
                spoken.example
            ));
        }
        let is_plain = closure.attrs.is_empty() && closure.lifetimes.is_none() && closure.constness.is_none();
        if !is_plain {
            return Err(error_at!(closure, "{what} is a plain closure: `{}`", spoken.example));
        }
        let mut body = *closure.body;
        while let Expr::Group(group) = body {
            body = *group.expr;
        }
        let Expr::Struct(literal) = body else {
            return Err(no_literal(what, spoken.example, &body));
        };
        refuse_jumps(|jumps| jumps.visit_expr_struct(&literal))?;
        let bars = [closure.inputs_begin.span, closure.inputs_end.span];
        let value = closure.inputs.into_iter().next();
        let value = value.unwrap_or_else(|| unreachable!("there is one"));
        Ok(Self {
            bars,
            value,
            event: literal,
        })
    }
}

/// Refuses what would leave the function from within what `visit` looks at.
pub(super) fn refuse_jumps(visit: impl FnOnce(&mut Jumps)) -> syn::Result<()> {
    let mut jumps = Jumps {
        found: Ok(()),
        labels: Vec::new(),
        loops: 0,
    };
    visit(&mut jumps);
    jumps.found
}

/// Looks for jumps out of an expression.
pub(super) struct Jumps {
    found: syn::Result<()>,
    /// The labels of the loops and blocks around, which a `break` may name.
    labels: Vec<Lifetime>,
    /// How many loops are around, which a `break` may leave.
    loops: usize,
}

impl Jumps {
    fn refuse(&mut self, error: Error) {
        if let Err(known) = &mut self.found {
            known.combine(error);
        } else {
            self.found = Err(error);
        }
    }

    /// Whether a `break` or `continue` stays inside of the expression.
    fn is_inside(&self, label: Option<&Lifetime>) -> bool {
        label.map_or(self.loops > 0, |label| self.labels.contains(label))
    }

    fn within(&mut self, label: Option<&Label>, loops: usize, visit: impl FnOnce(&mut Self)) {
        let labels = self.labels.len();
        self.labels.extend(label.map(|label| label.name.clone()));
        self.loops += loops;
        visit(self);
        self.loops -= loops;
        self.labels.truncate(labels);
    }
}

/// An error at what jumps: as small as it can be.
macro_rules! jump {
    ($place:expr, $jump:literal) => {
        error_at!(
            $place,
            "{} would leave the function from within an event; compute the value in the function instead",
            $jump
        )
    };
}

impl<'ast> Visit<'ast> for Jumps {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Try(jump) => self.refuse(jump!(jump.question_token, "`?`")),
            Expr::Return(jump) => self.refuse(jump!(jump.return_token, "`return`")),
            Expr::Await(jump) => self.refuse(jump!(jump.await_token, "`.await`")),
            Expr::Break(jump) if !self.is_inside(jump.label.as_ref()) => {
                self.refuse(jump!(jump.break_token, "`break`"));
            }
            Expr::Continue(jump) if !self.is_inside(jump.label.as_ref()) => {
                self.refuse(jump!(jump.continue_token, "`continue`"));
            }
            // These leave only themselves.
            Expr::Closure(_) | Expr::Async(_) => return,
            Expr::Loop(around) => {
                return self.within(around.label.as_ref(), 1, |jumps| visit::visit_expr(jumps, expr));
            }
            Expr::While(around) => {
                return self.within(around.label.as_ref(), 1, |jumps| visit::visit_expr(jumps, expr));
            }
            Expr::ForLoop(around) => {
                return self.within(around.label.as_ref(), 1, |jumps| visit::visit_expr(jumps, expr));
            }
            Expr::Block(around) => {
                return self.within(around.label.as_ref(), 0, |jumps| visit::visit_expr(jumps, expr));
            }
            _ => {}
        }
        visit::visit_expr(self, expr);
    }

    fn visit_item(&mut self, _: &'ast Item) {
        // A function of its own, whose jumps stay in there.
    }
}

//! The attribute's arguments: `START`, `FINISH`, and what is refused in them. It decides by form alone; what the types
//! are is rustc's to check.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Error, Expr, ExprClosure, ExprStruct, Pat, Path, PathArguments, Token, Type, TypePath};

use crate::error::error_at;

/// `#[emits(START)]` or `#[emits(START, FINISH)]`.
pub(crate) struct Args {
    pub(crate) start: Start,
    pub(crate) finish: Finish,
}

pub(crate) enum Start {
    /// `_`
    None,
    /// A type alone: published with the automatic fields only.
    Bare(Path),
    Literal(ExprStruct),
}

pub(crate) enum Finish {
    /// `_`, or nothing.
    None,
    Bare(Path),
    Literal(Box<FinishLiteral>),
}

/// `|out| LITERAL`
pub(crate) struct FinishLiteral {
    pub(crate) out: Pat,
    pub(crate) literal: ExprStruct,
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Err(Error::new(
                Span::call_site(),
                "#[emits] needs the event to publish: #[emits(StepStarted { step }, StepFinished)], or the types alone",
            ));
        }
        let start = parse_start(input)?;
        let mut finish = Finish::None;
        if comma(input)? {
            finish = parse_finish(input)?;
            if comma(input)? {
                return Err(input.error("#[emits] takes START and FINISH, and nothing more"));
            }
        }
        if matches!((&start, &finish), (Start::None, Finish::None)) {
            return Err(Error::new(
                Span::call_site(),
                "#[emits(_)] publishes nothing: name an event, or remove the attribute",
            ));
        }
        Ok(Self { start, finish })
    }
}

/// Whether another argument follows.
fn comma(input: ParseStream<'_>) -> syn::Result<bool> {
    if input.is_empty() {
        return Ok(false);
    }
    input.parse::<Token![,]>()?;
    Ok(!input.is_empty())
}

fn parse_start(input: ParseStream<'_>) -> syn::Result<Start> {
    if input.parse::<Option<Token![_]>>()?.is_some() {
        return Ok(Start::None);
    }
    if let Some(path) = bare_type(input) {
        return Ok(Start::Bare(path));
    }
    match input.parse()? {
        Expr::Struct(literal) => {
            refuse_jumps(&literal)?;
            Ok(Start::Literal(literal))
        }
        Expr::Closure(closure) => Err(error_at!(
            closure,
            "START comes before the call, so there is no value to take; write the struct literal alone, or \
             `_, |out| …` for a finished event without a started one"
        )),
        other => Err(no_literal("START", &other)),
    }
}

fn parse_finish(input: ParseStream<'_>) -> syn::Result<Finish> {
    if input.parse::<Option<Token![_]>>()?.is_some() {
        return Ok(Finish::None);
    }
    if let Some(path) = bare_type(input) {
        return Ok(Finish::Bare(path));
    }
    match input.parse()? {
        Expr::Closure(closure) => closure_of(closure),
        Expr::Struct(literal) => Err(error_at!(
            literal,
            "FINISH is made when the function has returned; write `|_| {} {{ … }}`, or the type alone",
            literal.path.to_token_stream()
        )),
        other => Err(no_literal("FINISH", &other)),
    }
}

/// A type's path, if that is the whole argument. A generic one is written as a type: `Gen<u8>`.
fn bare_type(input: ParseStream<'_>) -> Option<Path> {
    let ahead = input.fork();
    let Ok(Type::Path(TypePath {
        qself: None, mut path, ..
    })) = ahead.parse()
    else {
        return None;
    };
    if !ahead.is_empty() && !ahead.peek(Token![,]) {
        return None;
    }
    input.advance_to(&ahead);
    // In a pattern, where the path ends up, generic arguments need their `::`.
    for segment in &mut path.segments {
        if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            arguments.colon2_token.get_or_insert_default();
        }
    }
    Some(path)
}

fn closure_of(closure: ExprClosure) -> syn::Result<Finish> {
    if let Some(asyncness) = &closure.asyncness {
        return Err(error_at!(
            asyncness,
            "FINISH runs when the function has returned and can't wait: remove `async`"
        ));
    }
    if let Some(capture) = &closure.capture {
        return Err(error_at!(
            capture,
            "FINISH sees the returned value only and owns nothing: remove `move`"
        ));
    }
    if closure.inputs.len() != 1 {
        return Err(error_at!(
            closure.inputs_begin,
            "FINISH takes one parameter, the returned value: `|out| …`"
        ));
    }
    let mut body = *closure.body;
    while let Expr::Group(group) = body {
        body = *group.expr;
    }
    let Expr::Struct(literal) = body else {
        return Err(no_literal("FINISH", &body));
    };
    refuse_jumps(&literal)?;
    let out = closure.inputs.into_iter().next();
    let out = out.unwrap_or_else(|| unreachable!("there is one"));
    Ok(Finish::Literal(Box::new(FinishLiteral { out, literal })))
}

/// What a `macro_rules!` hands over comes in an invisible group. As a whole argument, or as its type, it is taken out of it.
pub(crate) fn ungrouped(args: TokenStream) -> TokenStream {
    let ungroup = |token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => ungrouped(group.stream()),
        other => other.into(),
    };
    args.into_iter().flat_map(ungroup).collect()
}

fn no_literal(what: &str, found: &Expr) -> Error {
    let form = if what == "START" {
        "StepStarted { step }"
    } else {
        "|out| StepFinished { … }"
    };
    error_at!(
        found,
        "{what} must be a struct literal such as `{form}`, a type alone, or `_`"
    )
}

/// Refuses what would leave the function from within an event.
fn refuse_jumps(literal: &ExprStruct) -> syn::Result<()> {
    let mut jumps = Jumps(Ok(()));
    jumps.visit_expr_struct(literal);
    jumps.0
}

struct Jumps(syn::Result<()>);

impl<'ast> Visit<'ast> for Jumps {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        let jump = match expr {
            Expr::Try(_) => "`?`",
            Expr::Return(_) => "`return`",
            Expr::Await(_) => "`.await`",
            Expr::Break(_) | Expr::Continue(_) => "`break` and `continue`",
            // Leaves only itself.
            Expr::Closure(_) | Expr::Async(_) => return,
            _ => return visit::visit_expr(self, expr),
        };
        let error = error_at!(
            expr,
            "{jump} would leave the function from within an event; compute the value in the function instead"
        );
        if let Err(known) = &mut self.0 {
            known.combine(error);
        } else {
            self.0 = Err(error);
        }
    }
}

impl Finish {
    /// A function that names the type of the finished event without making one: `|StepFinished { .. }| ()`.
    pub(crate) fn witness(&self) -> Option<TokenStream> {
        match self {
            Self::None => None,
            Self::Bare(path) => Some(witness(path)),
            Self::Literal(finish) => Some(witness(&finish.literal.path)),
        }
    }
}

/// Names a type without making a value of it.
pub(crate) fn witness(path: &Path) -> TokenStream {
    // Placed at the path, so that a type that is no event is reported there.
    let place = path.span().resolved_at(Span::mixed_site());
    quote_spanned!(place=> |#path { .. }| ())
}

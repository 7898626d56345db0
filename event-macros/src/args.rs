//! The attribute's arguments: `START`, `FINISH`, the options, and what is refused in them. It decides by form alone; what
//! the types are is rustc's to check.

mod closure;
mod options;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::visit::Visit;
use syn::{Error, Expr, ExprStruct, Path, PathArguments, Token, Type, TypePath};

pub(crate) use self::closure::Literal;
use self::closure::{Spoken, refuse_jumps};
pub(crate) use self::options::{Failed, Options};
use crate::error::error_at;

/// Said where nothing is written.
pub(crate) const NO_EVENT: &str =
    "#[emits] needs the event to publish: #[emits(StepStarted { step }, StepFinished)], or the types alone";

const START_EXAMPLE: &str = "StepStarted { step }";

const FINISH: Spoken = Spoken {
    what: "FINISH",
    when: "when the function has returned",
    given: "the returned value",
    example: "|out| StepFinished { … }",
};

/// `#[emits(START)]` or `#[emits(START, FINISH)]`, with options behind.
pub(crate) struct Args {
    pub(crate) start: Start,
    pub(crate) finish: Finish,
    pub(crate) options: Options,
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
    /// `|out| LITERAL`
    Literal(Box<Literal>),
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Err(Error::new(Span::call_site(), NO_EVENT));
        }
        if Options::is_next(input) {
            return Err(input.error(
                "options stand behind START and FINISH: #[emits(StepStarted { step }, StepFinished, when = …)]; \
                 on an impl block, alone",
            ));
        }
        let start = parse_start(input)?;
        let mut finish = Finish::None;
        let mut goes_on = comma(input)?;
        if goes_on && !Options::is_next(input) {
            finish = parse_finish(input)?;
            goes_on = comma(input)?;
        }
        if goes_on && !Options::is_next(input) {
            return Err(input.error("#[emits] takes START and FINISH, then options: `crate`, `err` or `when`"));
        }
        let options: Options = input.parse()?;
        if matches!((&start, &finish), (Start::None, Finish::None)) {
            return Err(Error::new(
                Span::call_site(),
                "#[emits(_)] publishes nothing: name an event, or remove the attribute",
            ));
        }
        if let (Finish::None, Some(key)) = (&finish, options.err_key()) {
            return Err(error_at!(
                key,
                "`err` adds fields to a finished event, and there is none: #[emits(START, StepFinished, err = …)]"
            ));
        }
        Ok(Self { start, finish, options })
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
            refuse_jumps(|jumps| jumps.visit_expr_struct(&literal))?;
            Ok(Start::Literal(literal))
        }
        Expr::Closure(closure) => Err(error_at!(
            closure,
            "START comes before the call, so there is no value to take; write the struct literal alone, or \
             `_, |out| …` for a finished event without a started one"
        )),
        other => Err(no_literal("START", START_EXAMPLE, &other)),
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
        Expr::Closure(closure) => Ok(Finish::Literal(Box::new(Literal::of(closure, &FINISH)?))),
        Expr::Struct(literal) => Err(error_at!(
            literal,
            "FINISH is made when the function has returned; write `|_| {} {{ … }}`, or the type alone",
            literal.path.to_token_stream()
        )),
        other => Err(no_literal(FINISH.what, FINISH.example, &other)),
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

/// Parses what stands in the attribute's parentheses. Where something is missing at their end, that is where it is
/// reported: without the parentheses all of the attribute would be underlined.
pub(crate) fn parsed<T>(args: TokenStream, parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<T> {
    let args = ungrouped(args);
    let last = args.clone().into_iter().last().map(|last| last.span());
    let mut group = Group::new(Delimiter::Parenthesis, args);
    group.set_span(last.unwrap_or_else(Span::call_site));
    let inside = |input: ParseStream<'_>| {
        let args;
        syn::parenthesized!(args in input);
        parse(&args)
    };
    inside.parse2(group.into_token_stream())
}

/// What a `macro_rules!` hands over comes in an invisible group. As a whole argument, or as its type, it is taken out of
/// it; an operand stays in there, which keeps its operators together.
fn ungrouped(args: TokenStream) -> TokenStream {
    let ungroup = |token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let inside = ungrouped(group.stream());
            if is_whole(&inside) {
                inside
            } else {
                group.to_token_stream()
            }
        }
        other => other.into(),
    };
    args.into_iter().flat_map(ungroup).collect()
}

/// Whether nothing that stands beside these tokens could take a part of them.
fn is_whole(tokens: &TokenStream) -> bool {
    let is_type = matches!(syn::parse2(tokens.clone()), Ok(Type::Path(_)));
    is_type || matches!(syn::parse2(tokens.clone()), Ok(Expr::Struct(_) | Expr::Closure(_)))
}

fn no_literal(what: &str, example: &str, found: &Expr) -> Error {
    let or = if what == "`err`" {
        "or `_`"
    } else {
        "a type alone, or `_`"
    };
    error_at!(found, "{what} must be a struct literal such as `{example}`, {or}")
}

impl Finish {
    /// The type of the finished event.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::None => None,
            Self::Bare(path) => Some(path),
            Self::Literal(finish) => Some(&finish.event.path),
        }
    }
}

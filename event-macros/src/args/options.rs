//! The options behind START and FINISH, `key = value`: which there are, what they take, and what is refused in them.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::visit::Visit;
use syn::{Error, Expr, Token};

use super::closure::{Literal, Spoken, refuse_jumps};
use super::no_literal;
use crate::error::error_at;
use crate::root::Root;

/// The keys there are, in the order in which messages list them.
const KEYS: [&str; 3] = ["crate", "err", "when"];

const ERR: Spoken = Spoken {
    what: "`err`",
    when: "when the function has returned",
    given: "the error",
    example: "|e| StepFailed { … }",
};

#[derive(Clone, Default)]
pub(crate) struct Options {
    root: Option<Root>,
    pub(crate) when: Option<When>,
    err: Option<Err>,
}

/// `when = EXPR`
#[derive(Clone)]
pub(crate) struct When(pub(crate) Expr);

/// `err = |e| LITERAL`, or `err = _`.
#[derive(Clone)]
struct Err {
    key: Ident,
    /// None for `_`: no fields, whatever the impl block says.
    failed: Option<Failed>,
}

/// `|e| LITERAL`, with the key that asks for it.
#[derive(Clone)]
pub(crate) struct Failed {
    /// Where errors are reported that are about the option as such.
    pub(crate) key: Ident,
    pub(crate) fields: Literal,
}

impl Options {
    /// Whether an option begins here, well or badly written.
    pub(crate) fn is_next(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        let Ok(key) = ahead.call(Ident::parse_any) else {
            return false;
        };
        let has_value = ahead.peek(Token![=]) && !ahead.peek(Token![==]) && !ahead.peek(Token![=>]);
        let is_alone = ahead.is_empty() || ahead.peek(Token![,]);
        has_value || is_alone && KEYS.iter().any(|known| key == known)
    }

    /// One option; the comma behind it is left.
    fn parse_one(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let key = input.call(Ident::parse_any)?;
        let name = key.to_string();
        if !KEYS.contains(&name.as_str()) {
            return Err(unknown(&key));
        }
        if input.is_empty() || input.peek(Token![,]) {
            return Err(error_at!(key, "`{name}` is an option and needs a value: `{name} = …`"));
        }
        let is_repeated = match name.as_str() {
            "crate" => self.root.is_some(),
            "err" => self.err.is_some(),
            _ => self.when.is_some(),
        };
        if is_repeated {
            return Err(error_at!(key, "`{name}` is given twice: remove one"));
        }
        let equals: Token![=] = input.parse()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(error_at!(equals, "`{name}` needs a value behind its `=`"));
        }
        match name.as_str() {
            "crate" => self.root = Some(input.parse()?),
            "err" => self.err = Some(Err::parse(key, input)?),
            _ => self.when = Some(input.parse()?),
        }
        Ok(())
    }

    /// Where the expansion's paths begin.
    pub(crate) fn root(&self) -> Root {
        self.root.clone().unwrap_or_default()
    }

    /// The fields to add on `Err`, if any.
    pub(crate) fn failed(&self) -> Option<&Failed> {
        self.err.as_ref()?.failed.as_ref()
    }

    /// The key of an `err`, even of `err = _`.
    pub(super) fn err_key(&self) -> Option<&Ident> {
        self.err.as_ref().map(|err| &err.key)
    }

    /// These options, and where they say nothing, those of the impl block around. `result` is the type that a method
    /// declares to return, if it may be a `Result`: there is the place to say that it is none.
    pub(crate) fn or(self, around: &Self, result: Option<Span>) -> Self {
        let err = || around.err.clone().zip(result).map(|(err, result)| err.at(result));
        Self {
            root: self.root.or_else(|| around.root.clone()),
            when: self.when.or_else(|| around.when.clone()),
            err: self.err.or_else(err),
        }
    }
}

/// Options until the end, with commas between them.
impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            if !Self::is_next(input) {
                return Err(input.error(format!("expected an option: {}", known())));
            }
            options.parse_one(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

impl Err {
    fn parse(key: Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        if input.parse::<Option<Token![_]>>()?.is_some() {
            return Ok(Self { key, failed: None });
        }
        match input.parse()? {
            Expr::Closure(closure) => {
                let fields = Literal::of(closure, &ERR)?;
                let failed = Some(Failed {
                    key: key.clone(),
                    fields,
                });
                Ok(Self { key, failed })
            }
            other => Err(no_literal(ERR.what, ERR.example, &other)),
        }
    }

    /// The same, as if its key stood elsewhere.
    fn at(mut self, place: Span) -> Self {
        let keys = self.failed.iter_mut().map(|failed| &mut failed.key);
        keys.chain([&mut self.key]).for_each(|key| key.set_span(place));
        self
    }
}

impl Parse for When {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let condition: Expr = input.parse()?;
        match &condition {
            Expr::Closure(closure) => {
                return Err(error_at!(
                    closure.inputs_begin,
                    "`when` is an expression over the arguments, not a closure: `when = step > 0`"
                ));
            }
            Expr::Let(condition) => {
                return Err(error_at!(
                    condition.let_token,
                    "`when` takes a value of type bool: `when = matches!(…)`"
                ));
            }
            _ => refuse_jumps(|jumps| jumps.visit_expr(&condition))?,
        }
        Ok(Self(condition))
    }
}

impl When {
    /// As the condition of an `if`, in which braces would be taken for its block.
    pub(crate) fn condition(&self) -> TokenStream {
        let condition = self.0.to_token_stream();
        let is_brace = |token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if condition.clone().into_iter().any(is_brace) {
            quote!((#condition))
        } else {
            condition
        }
    }
}

fn known() -> String {
    let [first, second, third] = KEYS;
    format!("`{first} = …`, `{second} = …` or `{third} = …`")
}

fn unknown(key: &Ident) -> Error {
    let name = key.to_string();
    let nearest = KEYS.iter().map(|known| (distance(&name, known), known)).min();
    match nearest {
        Some((distance, known)) if 2 * distance <= name.len() => {
            error_at!(key, "there is no option `{name}`; did you mean `{known}`?")
        }
        _ => error_at!(key, "there is no option `{name}`; there are {}", known()),
    }
}

/// How many letters have to be added, removed, changed or swapped.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut rows = vec![(0..=right.len()).collect::<Vec<_>>()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let changed = rows[i][j] + usize::from(a != b);
            let mut least = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        for (written, meant) in [("wehn", "when"), ("error", "err"), ("crte", "crate"), ("whem", "when")] {
            let key = Ident::new(written, Span::call_site());
            let expected = format!("there is no option `{written}`; did you mean `{meant}`?");
            assert_eq!(unknown(&key).to_string(), expected);
        }
    }

    #[test]
    fn another_word_gets_the_list() {
        for written in ["fields", "ret", "skip"] {
            let key = Ident::new(written, Span::call_site());
            let expected = format!("there is no option `{written}`; there are `crate = …`, `err = …` or `when = …`");
            assert_eq!(unknown(&key).to_string(), expected);
        }
    }
}

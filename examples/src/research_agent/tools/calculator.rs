//! The tool `calculator`: `+ - * /`, parentheses and decimal numbers, in floating point.

use std::iter::Peekable;
use std::str::Chars;

use serde::Deserialize;
use serde_json::Value;

use super::{ActionReturn, ActionState, Tool, ToolFuture, read_args};

/// Parentheses and signs nest no deeper: an expression comes from a model, and the stack is not endless.
const DEEPEST_NESTING: u32 = 64;

/// Does sums.
pub struct Calculator;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Args {
    expression: String,
}

impl Tool for Calculator {
    fn name(&self) -> &'static str {
        "calculator"
    }

    fn run<'a>(&'a self, api: &'a str, args: &'a Value) -> ToolFuture<'a> {
        Box::pin(async move {
            if api != "run" {
                return ActionReturn::unknown_api(self.name(), api);
            }
            let expression = match read_args::<Args>(args) {
                Ok(args) => args.expression,
                Err(failure) => return failure,
            };
            match evaluate(&expression) {
                Ok(value) => {
                    let value = value.to_string();
                    ActionReturn::success(Value::from(value.as_str()), format!("{expression} = {value}"))
                }
                Err(reason) => ActionReturn::failure(ActionState::ApiError, format!("{expression}: {reason}")),
            }
        })
    }
}

fn evaluate(expression: &str) -> Result<f64, String> {
    let mut sum = Sum {
        rest: expression.chars().peekable(),
        depth: 0,
    };
    let value = sum.sum()?;
    match sum.next_sign() {
        Some(sign) => Err(format!("unexpected {sign:?}")),
        None if value.is_finite() => Ok(value),
        None => Err("the result is no finite number".to_owned()),
    }
}

/// What is left to read of an expression.
struct Sum<'e> {
    rest: Peekable<Chars<'e>>,
    depth: u32,
}

impl Sum<'_> {
    fn next_sign(&mut self) -> Option<char> {
        while self.rest.next_if(|letter| letter.is_whitespace()).is_some() {}
        self.rest.peek().copied()
    }

    fn sum(&mut self) -> Result<f64, String> {
        let mut value = self.product()?;
        while let Some(sign @ ('+' | '-')) = self.next_sign() {
            self.rest.next();
            let right = self.product()?;
            value = if sign == '+' { value + right } else { value - right };
        }
        Ok(value)
    }

    fn product(&mut self) -> Result<f64, String> {
        let mut value = self.factor()?;
        while let Some(sign @ ('*' | '/')) = self.next_sign() {
            self.rest.next();
            let right = self.factor()?;
            value = if sign == '*' { value * right } else { value / right };
        }
        Ok(value)
    }

    fn factor(&mut self) -> Result<f64, String> {
        self.depth += 1;
        if self.depth > DEEPEST_NESTING {
            return Err("nested too deeply".to_owned());
        }
        let value = match self.next_sign() {
            Some('-') => {
                self.rest.next();
                -self.factor()?
            }
            Some('(') => {
                self.rest.next();
                let value = self.sum()?;
                if self.next_sign() != Some(')') {
                    return Err("a parenthesis is not closed".to_owned());
                }
                self.rest.next();
                value
            }
            _ => self.number()?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn number(&mut self) -> Result<f64, String> {
        let mut digits = String::new();
        while let Some(digit) = self.rest.next_if(|letter| letter.is_ascii_digit() || *letter == '.') {
            digits.push(digit);
        }
        match (digits.parse(), self.next_sign()) {
            (Ok(number), _) => Ok(number),
            (Err(_), Some(sign)) if digits.is_empty() => Err(format!("expected a number, got {sign:?}")),
            (Err(_), _) if digits.is_empty() => Err("ends too early".to_owned()),
            (Err(_), _) => Err(format!("{digits:?} is no number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplication_binds_tighter_and_parentheses_tightest() {
        assert_eq!(evaluate("1969 - 1844"), Ok(125.0));
        assert_eq!(evaluate("2 + 3 * 4 - 6 / (1 + 2)"), Ok(12.0));
        assert_eq!(evaluate("-(2.5 * -2)"), Ok(5.0));
    }

    #[test]
    fn what_is_no_sum_says_what_is_wrong_with_it() {
        assert_eq!(evaluate("1 / 0").unwrap_err(), "the result is no finite number");
        assert_eq!(evaluate("(1").unwrap_err(), "a parenthesis is not closed");
        assert_eq!(evaluate("1 +").unwrap_err(), "ends too early");
        assert_eq!(evaluate("two").unwrap_err(), "expected a number, got 't'");
        assert_eq!(evaluate("1.2.3").unwrap_err(), "\"1.2.3\" is no number");
        assert_eq!(evaluate("1 2").unwrap_err(), "unexpected '2'");
        assert_eq!(evaluate(&"(".repeat(100_000)).unwrap_err(), "nested too deeply");
    }
}

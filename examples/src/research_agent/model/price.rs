//! What tokens cost: a table in TOML, the shipped one or the user's own.

use std::path::Path;

use event_core::TokenUsage;
use serde::Deserialize;

const SHIPPED: &str = include_str!("../../../prices.toml");

/// What a model's tokens cost, in US dollars per million.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The model.
    pub model: String,
    /// Tokens of prompts.
    pub prompt: f64,
    /// Tokens of answers.
    pub completion: f64,
}

impl Price {
    /// What `usage` costs.
    pub fn cost(&self, usage: TokenUsage) -> f64 {
        let millions = |tokens: u64| f64::from(u32::try_from(tokens).unwrap_or(u32::MAX)) / 1e6;
        self.prompt * millions(usage.prompt_tokens) + self.completion * millions(usage.completion_tokens)
    }
}

/// A table of prices.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    price: Vec<Price>,
}

/// Why a file is no table of prices.
#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    /// It cannot be read.
    #[error("prices: cannot read {file}: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        reason: std::io::Error,
    },
    /// It is no such TOML.
    #[error(
        "prices: {file}: {reason}; expected tables [[price]] with model, prompt and completion (US dollars per million tokens)"
    )]
    Malformed {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// It has no such model.
    #[error("--price-as: no price of {model:?}, only of {known}; add it to a file and name that with --prices")]
    Unknown {
        /// What was asked for.
        model: String,
        /// What there is.
        known: String,
    },
}

impl Prices {
    /// The table that comes with the example.
    pub fn shipped() -> Result<Self, PriceError> {
        Self::parse("prices.toml", SHIPPED)
    }

    /// A table of one's own.
    pub fn load(path: &Path) -> Result<Self, PriceError> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&file, &text),
            Err(reason) => Err(PriceError::Unreadable { file, reason }),
        }
    }

    fn parse(file: &str, text: &str) -> Result<Self, PriceError> {
        toml::from_str(text).map_err(|error| PriceError::Malformed {
            file: file.to_owned(),
            reason: error.message().to_owned(),
        })
    }

    /// The price of a model.
    pub fn of(&self, model: &str) -> Result<Price, PriceError> {
        let found = self.price.iter().find(|price| price.model == model);
        found.cloned().ok_or_else(|| PriceError::Unknown {
            model: model.to_owned(),
            known: self.models().join(", "),
        })
    }

    /// The models with a price.
    pub fn models(&self) -> Vec<&str> {
        self.price.iter().map(|price| price.model.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research_agent::model::usage;

    #[test]
    fn a_million_tokens_cost_what_the_table_says() {
        let price = Prices::shipped().unwrap().of("gpt-4o-mini").unwrap();
        assert!((price.cost(usage(1_000_000, 500_000)) - 0.45).abs() < 1e-9);
    }

    #[test]
    fn a_table_that_cannot_be_used_says_what_it_should_be() {
        let wrong = Prices::parse("mine.toml", "[[price]]\nmodel = \"x\"\n")
            .unwrap_err()
            .to_string();
        assert!(wrong.contains("mine.toml") && wrong.contains("prompt"), "{wrong}");
        let unknown = Prices::shipped().unwrap().of("gold").unwrap_err().to_string();
        assert!(
            unknown.contains("gpt-4o-mini") && unknown.contains("--prices"),
            "{unknown}"
        );
    }
}

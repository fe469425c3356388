//! How much one experiment may ask for.

use super::EncodedPrompt;
use crate::wire::{Analysis, Problem, Prompt};

/// Upper bounds of one experiment; over one is a problem that says so before anything is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Prompts.
    pub prompts: usize,
    /// Tokens of all prompts together, BOS included.
    pub tokens: usize,
    /// Bytes of an `activations` file.
    pub activation_bytes: u64,
    /// Numbers of one figure.
    pub figure_values: usize,
    /// Rows of all tables of a result together.
    pub table_rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            prompts: 2_048,
            tokens: 131_072,
            activation_bytes: 4 << 30,
            figure_values: 8 << 20,
            table_rows: 262_144,
        }
    }
}

impl Limits {
    pub(super) fn prompts(&self, analysis: &Analysis, prompts: &[Prompt]) -> Vec<Problem> {
        if analysis.is_of_weights() {
            let message =
                || format!("{} is about the weights alone; leave `prompts` an empty list", analysis.kind());
            return (!prompts.is_empty()).then(|| about_prompts(message())).into_iter().collect();
        }
        if prompts.is_empty() {
            return vec![about_prompts("there are no prompts; write at least one".to_owned())];
        }
        if prompts.len() > self.prompts {
            let message =
                format!("{} prompts are over the limit of {}; split them", prompts.len(), self.prompts);
            return vec![about_prompts(message)];
        }
        Vec::new()
    }

    pub(super) fn tokens(&self, prompts: &[EncodedPrompt]) -> Option<Problem> {
        let tokens: usize = prompts.iter().map(EncodedPrompt::rows).sum();
        (tokens > self.tokens).then(|| {
            about_prompts(format!(
                "{tokens} tokens are over the limit of {}; split or shorten the prompts",
                self.tokens
            ))
        })
    }
}

fn about_prompts(message: String) -> Problem {
    Problem { field: "prompts".to_owned(), prompt: None, message }
}

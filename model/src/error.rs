//! What can go wrong, sorted by who can mend it.

use crate::wire::Problem;

/// The result of an engine call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The experiment asks for something that cannot be; found before anything is computed.
    #[error("{}", one_a_line(.0))]
    Experiment(Vec<Problem>),
    /// The checkpoint cannot be used; the message names the file, tensor or config field.
    #[error("model `{name}`: {message}")]
    Model {
        /// As the experiment names it.
        name: String,
        /// What is wrong and, where something helps, what to change.
        message: String,
    },
    /// The computation itself failed.
    #[error("the computation failed: {0}")]
    Compute(#[from] candle_core::Error),
}

impl Error {
    /// A single problem of an experiment that is not about one prompt.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Experiment(vec![Problem { field: field.into(), prompt: None, message: message.into() }])
    }

    /// For machines: `bad_experiment`, `bad_model` or `internal`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Experiment(_) => "bad_experiment",
            Self::Model { .. } => "bad_model",
            Self::Compute(_) => "internal",
        }
    }

    /// The problems of an experiment; empty for other failures.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Experiment(problems) => problems,
            _ => &[],
        }
    }
}

fn one_a_line(problems: &[Problem]) -> String {
    let line = |p: &Problem| {
        if p.field.is_empty() { p.message.clone() } else { format!("{}: {}", p.field, p.message) }
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

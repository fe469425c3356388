//! What is typed into the form, as one plain value: stored in the browser, made into an experiment, made from one.

mod compare;
mod paste;

pub use compare::{Comparison, compare, is_special};
pub use paste::{read_rows, write_rows};

use model::wire::{Analysis, Attribution, Experiment, Processing, Prompt, PromptSet, Prompts};
use serde::{Deserialize, Serialize};

/// Where the prompts come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A built-in set, by name.
    Set(String),
    /// The rows typed in.
    Own,
}

/// One prompt as typed; an empty field is an absent one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    /// The prompt's text.
    pub text: String,
    /// The literal text of the answer.
    pub answer: String,
    /// The literal text of the token the answer is compared with.
    pub distractor: String,
    /// The group.
    pub group: String,
}

impl Row {
    /// Whether nothing is typed in it.
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }
}

/// Everything in the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The model's name.
    pub model: String,
    /// Where the prompts come from.
    pub source: Source,
    /// The user's own prompts, kept while a set is chosen.
    pub rows: Vec<Row>,
    /// Own prompts that gave way to those of an opened result.
    pub earlier: Vec<Row>,
    /// Whether BOS goes before every prompt.
    pub prepend_bos: bool,
    /// Which weights are run.
    pub processing: Processing,
    /// Whether every prompt gets a line of its own in the figures.
    pub per_prompt: bool,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            model: "demo".to_owned(),
            source: Source::Set("movie-sentiment".to_owned()),
            rows: vec![Row::default()],
            earlier: Vec::new(),
            prepend_bos: true,
            processing: Processing::Folded,
            per_prompt: false,
        }
    }
}

impl Draft {
    /// The experiment that the form describes. None where nothing is typed, or the set is one that this page does not
    /// know. Blank rows are left out: see [`Draft::filled`].
    pub fn experiment(&self) -> Option<Experiment> {
        let prompts = match &self.source {
            Source::Set(name) => Prompts::Set(set(name)?),
            Source::Own => Prompts::List(self.filled().into_iter().map(|i| prompt(&self.rows[i])).collect()),
        };
        if prompts == Prompts::List(Vec::new()) {
            return None;
        }
        Some(Experiment {
            model: self.model.clone(),
            prompts,
            prepend_bos: self.prepend_bos,
            processing: self.processing,
            analysis: Analysis::Attribution(Attribution { per_prompt: self.per_prompt }),
        })
    }

    /// The rows that are prompts of the experiment, in its order.
    pub fn filled(&self) -> Vec<usize> {
        (0..self.rows.len()).filter(|&i| !self.rows[i].is_blank()).collect()
    }

    /// Fills the form with an experiment. Own prompts that are different ones move to `earlier`.
    pub fn adopt(&mut self, experiment: &Experiment) {
        self.model.clone_from(&experiment.model);
        self.prepend_bos = experiment.prepend_bos;
        self.processing = experiment.processing;
        if let Analysis::Attribution(Attribution { per_prompt }) = &experiment.analysis {
            self.per_prompt = *per_prompt;
        }
        match &experiment.prompts {
            Prompts::Set(set) => self.source = Source::Set(set_name(set)),
            Prompts::List(prompts) => {
                let rows = prompts.iter().map(row).collect();
                self.replace_rows(rows);
            }
        }
    }

    /// Makes `rows` the own prompts and keeps those that were there.
    pub fn replace_rows(&mut self, rows: Vec<Row>) {
        self.source = Source::Own;
        if self.rows == rows {
            return;
        }
        let before = std::mem::replace(&mut self.rows, rows);
        if before.iter().any(|row| !row.is_blank()) {
            self.earlier = before;
        }
    }

    /// Takes own prompts back that [`Draft::replace_rows`] kept; doing it again undoes it.
    pub fn swap_earlier(&mut self) {
        std::mem::swap(&mut self.rows, &mut self.earlier);
        self.source = Source::Own;
    }
}

/// What prompts are called in a line: the set's name, or how many there are.
pub fn prompts_name(prompts: &Prompts) -> String {
    match prompts {
        Prompts::Set(set) => set_name(set),
        Prompts::List(list) if list.len() == 1 => "1 prompt".to_owned(),
        Prompts::List(list) => format!("{} prompts", list.len()),
    }
}

/// A built-in set by the name under `"set"`, with its default options.
fn set(name: &str) -> Option<PromptSet> {
    serde_json::from_value(serde_json::json!({ "set": name })).ok()
}

fn set_name(set: &PromptSet) -> String {
    let json = serde_json::to_value(set).unwrap_or_default();
    json["set"].as_str().unwrap_or_default().to_owned()
}

fn prompt(row: &Row) -> Prompt {
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Prompt {
        text: row.text.clone(),
        answer: given(&row.answer),
        distractor: given(&row.distractor),
        group: given(&row.group),
        corrupted: None,
    }
}

fn row(prompt: &Prompt) -> Row {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    Row {
        text: prompt.text.clone(),
        answer: text(&prompt.answer),
        distractor: text(&prompt.distractor),
        group: text(&prompt.group),
    }
}

#[cfg(test)]
mod tests;

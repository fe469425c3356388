//! What is typed into the form, as one plain value: stored in the browser, made into an experiment, made from one.

pub mod changes;
mod compare;
mod kinds;
mod pair;
mod paste;

pub use compare::{Comparison, compare, is_special};
pub use kinds::{Input, KINDS, Kind, Setting};
pub use pair::{Cell, last_characters, moved, pair};
pub use paste::{read_rows, write_rows};

use model::wire::{Experiment, Precision, Processing, Prompt, PromptSet, Prompts};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where the prompts come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A built-in set, by name.
    Set(String),
    /// The rows typed in.
    Own,
}

/// Options of an analysis or of a set, by name.
pub type Settings = BTreeMap<String, Value>;

static NONE: Settings = Settings::new();

/// What a token is to an attribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The answer.
    Answer,
    /// What it is compared with.
    Distractor,
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
    /// The text of the corrupted twin.
    pub corrupted: String,
    /// Named tokens, by the number of a character of the text, as in the contract.
    pub positions: BTreeMap<String, usize>,
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
    /// Another model to compare it with.
    pub compare_with: Option<String>,
    /// Where the prompts come from.
    pub source: Source,
    /// Options of sets that differ from their defaults, by set and name: each set keeps its own.
    pub set_options: BTreeMap<String, Settings>,
    /// The user's own prompts, kept while a set is chosen.
    pub rows: Vec<Row>,
    /// Own prompts that gave way to those of an opened result.
    pub earlier: Vec<Row>,
    /// Whether BOS goes before every prompt.
    pub prepend_bos: bool,
    /// Which weights are run.
    pub processing: Processing,
    /// What their products are computed in.
    pub precision: Precision,
    /// The kind of the analysis, as the contract names it.
    pub kind: String,
    /// Settings that differ from their defaults, by kind and name: each kind keeps its own.
    pub settings: BTreeMap<String, Settings>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            model: "demo".to_owned(),
            compare_with: None,
            source: Source::Set("movie-sentiment".to_owned()),
            set_options: BTreeMap::new(),
            rows: vec![Row::default()],
            earlier: Vec::new(),
            prepend_bos: true,
            processing: Processing::Folded,
            precision: Precision::F32,
            kind: "attribution".to_owned(),
            settings: BTreeMap::new(),
        }
    }
}

impl Draft {
    /// What is set of the kind that is chosen.
    pub fn settings(&self) -> &Settings {
        self.settings_of(&self.kind)
    }

    /// What is set of a kind.
    pub fn settings_of(&self, kind: &str) -> &Settings {
        self.settings.get(kind).unwrap_or(&NONE)
    }

    /// Sets one option of the kind that is chosen.
    pub fn set(&mut self, name: &str, value: Value) {
        self.settings.entry(self.kind.clone()).or_default().insert(name.to_owned(), value);
    }

    /// What is set of one set.
    pub fn set_options(&self, set: &str) -> &Settings {
        self.set_options.get(set).unwrap_or(&NONE)
    }

    /// Sets one option of a set; null takes it back.
    pub fn set_option(&mut self, set: &str, name: &str, value: Value) {
        let options = self.set_options.entry(set.to_owned()).or_default();
        if value.is_null() {
            options.remove(name);
        } else {
            options.insert(name.to_owned(), value);
        }
    }

    /// Chooses the model. One is not compared with itself.
    pub fn choose_model(&mut self, name: String) {
        self.compare_with.take_if(|other| *other == name);
        self.model = name;
    }

    /// Turns to an attribution that asks about one prompt and `token`, in one of the two roles. Where the prompts are
    /// another question's, this one replaces them.
    pub fn ask_about(&mut self, asked: Row, token: &str, role: Role) {
        let is_own = self.source == Source::Own;
        let found = self.rows.iter().position(|row| is_own && row.text == asked.text);
        let row = found.unwrap_or_else(|| {
            self.replace_rows(vec![asked]);
            0
        });
        match role {
            Role::Answer => token.clone_into(&mut self.rows[row].answer),
            Role::Distractor => token.clone_into(&mut self.rows[row].distractor),
        }
        "attribution".clone_into(&mut self.kind);
    }

    /// The experiment that the form describes. None where nothing is typed, or the set is one that this page does not
    /// know. Blank rows are left out: see [`Draft::filled`].
    pub fn experiment(&self) -> Option<Experiment> {
        let analysis = kinds::analysis(&self.kind, self.settings())?;
        let prompts = match &self.source {
            _ if analysis.is_of_weights() => Prompts::List(Vec::new()),
            Source::Set(name) => Prompts::Set(set(name, self.set_options(name))?),
            Source::Own => Prompts::List(self.filled().into_iter().map(|i| prompt(&self.rows[i])).collect()),
        };
        if prompts == Prompts::List(Vec::new()) && !analysis.is_of_weights() {
            return None;
        }
        Some(Experiment {
            model: self.model.clone(),
            compare_with: self.compare_with.clone(),
            prompts,
            prepend_bos: self.prepend_bos,
            processing: self.processing,
            precision: self.precision,
            analysis,
        })
    }

    /// The rows that are prompts of the experiment, in its order.
    pub fn filled(&self) -> Vec<usize> {
        (0..self.rows.len()).filter(|&i| !self.rows[i].is_blank()).collect()
    }

    /// Fills the form with an experiment. Own prompts that are different ones move to `earlier`.
    pub fn adopt(&mut self, experiment: &Experiment) {
        self.model.clone_from(&experiment.model);
        self.compare_with.clone_from(&experiment.compare_with);
        self.prepend_bos = experiment.prepend_bos;
        self.processing = experiment.processing;
        self.precision = experiment.precision;
        // a head is looked at beside another result: the form stays with that one's kind
        if let Some((kind, settings)) = kinds::settings_of(&experiment.analysis) {
            self.settings.insert(kind.name.to_owned(), settings);
            kind.name.clone_into(&mut self.kind);
        }
        match &experiment.prompts {
            Prompts::Set(set) => {
                let (name, options) = name_and_options(set);
                self.set_options.insert(name.clone(), options);
                self.source = Source::Set(name);
            }
            // the own prompts stay for the next question
            Prompts::List(prompts) if prompts.is_empty() => {}
            Prompts::List(prompts) => {
                let rows = prompts.iter().map(from_prompt).collect();
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
        Prompts::Set(set) => name_and_options(set).0,
        Prompts::List(list) if list.is_empty() => "weights".to_owned(),
        Prompts::List(list) if list.len() == 1 => "1 prompt".to_owned(),
        Prompts::List(list) => format!("{} prompts", list.len()),
    }
}

/// A built-in set by the name under `"set"`, with options; the others are its defaults.
fn set(name: &str, options: &Settings) -> Option<PromptSet> {
    let set = ("set".to_owned(), Value::from(name));
    let options = options.iter().map(|(name, value)| (name.clone(), value.clone()));
    serde_json::from_value(std::iter::once(set).chain(options).collect()).ok()
}

fn name_and_options(set: &PromptSet) -> (String, Settings) {
    let Ok(Value::Object(mut json)) = serde_json::to_value(set) else { return <_>::default() };
    let name = json.remove("set").and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default();
    (name, json.into_iter().collect())
}

fn prompt(row: &Row) -> Prompt {
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Prompt {
        text: row.text.clone(),
        answer: given(&row.answer),
        distractor: given(&row.distractor),
        group: given(&row.group),
        corrupted: given(&row.corrupted),
        positions: row.positions.clone(),
    }
}

/// A prompt as it would be typed.
pub fn from_prompt(prompt: &Prompt) -> Row {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    Row {
        text: prompt.text.clone(),
        answer: text(&prompt.answer),
        distractor: text(&prompt.distractor),
        group: text(&prompt.group),
        corrupted: text(&prompt.corrupted),
        positions: prompt.positions.clone(),
    }
}

#[cfg(test)]
mod tests;

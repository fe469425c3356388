//! What a result becomes when it leaves hooklens: tables, a notebook, pictures, one file that works offline.
//!
//! Everything here is pure: a stored result in, text out. [`crate::routes`] serves it.

pub mod about;
pub mod equation;
pub mod notebook;
pub mod page;
pub mod svg;

use model::wire::{EventBody, Experiment, Figure, ModelInfo, Started, StoredResult};

/// A stored result as its readers see it: what was asked, on what, and the figures as they are in the end.
pub struct Report {
    /// Sets expanded, defaults filled.
    pub experiment: Experiment,
    /// The run's first event.
    pub started: Started,
    /// The last of every name and prompt, in order of first appearance.
    pub figures: Vec<Figure>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: Option<f64>,
}

impl Report {
    /// Of a finished run; `None` where its events do not begin with `started`.
    pub fn new(result: StoredResult) -> Option<Self> {
        let mut figures: Vec<Figure> = Vec::new();
        let (mut started, mut elapsed_ms) = (None, None);
        for event in result.events {
            match event.body {
                EventBody::Started(first) => started = Some(first),
                EventBody::Figure(figure) => replace(&mut figures, figure),
                EventBody::Done(done) => elapsed_ms = Some(done.elapsed_ms),
                EventBody::Progress(_) | EventBody::Error(_) => {}
            }
        }
        Some(Self { experiment: result.experiment, started: started?, figures, elapsed_ms })
    }

    /// The figure of a name, and of a prompt where several have the name.
    ///
    /// # Errors
    /// Which figures there are.
    pub fn figure(&self, name: &str, prompt: Option<usize>) -> Result<&Figure, String> {
        let named = |figure: &&Figure| figure.name == name && (prompt.is_none() || figure.prompt == prompt);
        let mut found = self.figures.iter().filter(named);
        match (found.next(), found.next()) {
            (Some(figure), None) => Ok(figure),
            (Some(_), Some(_)) => {
                Err(format!("several prompts have a figure `{name}`: say which with `prompt`"))
            }
            (None, _) => Err(format!("there is no such figure; this result has {}", self.names())),
        }
    }

    fn names(&self) -> String {
        let name = |figure: &Figure| match figure.prompt {
            Some(prompt) => format!("`{}` of prompt {prompt}", figure.name),
            None => format!("`{}`", figure.name),
        };
        self.figures.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// The question in a line.
    pub fn title(&self) -> String {
        let prompts = self.started.prompts.len();
        let noun = if prompts == 1 { "prompt" } else { "prompts" };
        let mut kind = self.experiment.analysis.kind().replace('_', " ");
        kind[..1].make_ascii_uppercase();
        let model = &self.model().name;
        // the weights' own
        if prompts == 0 {
            format!("{kind} of {model}")
        } else {
            format!("{kind} of {prompts} {noun}, {model}")
        }
    }

    /// The mean logit difference of an attribution.
    pub fn mean_logit_diff(&self) -> Option<f64> {
        equation::scalars(&self.figures, "summary")?.get("mean_logit_diff").copied().flatten()
    }

    /// What it ran on.
    pub fn model(&self) -> &ModelInfo {
        &self.started.model
    }

    /// The Python that makes a figure with TransformerLens.
    pub fn snippet(&self, figure: &Figure) -> Option<String> {
        model::snippet::snippet(&self.experiment, &self.started, &figure.name, figure.prompt)
    }
}

fn replace(figures: &mut Vec<Figure>, figure: Figure) {
    match figures.iter_mut().find(|old| (&old.name, old.prompt) == (&figure.name, figure.prompt)) {
        Some(old) => *old = figure,
        None => figures.push(figure),
    }
}

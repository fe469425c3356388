//! Questions that a newcomer opens first, each with its result computed ahead: they open as fast as any stored result.
//!
//! `examples.json` has the questions, `results/` what came of them, a [`StoredResult`] as JSON under zstd. A test computes
//! them anew and compares (`tests/http/gallery.rs`, which also writes them).

mod store;

pub use store::WithGallery;

use model::wire::{EventBody, Example, Experiment, Figure, FigureData, SmallMap, StoredResult};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

const QUESTIONS: &str = include_str!("examples.json");

/// `results!["a", "b"]`: names and contents of files below `results/`.
macro_rules! results {
    ($($name:literal),*) => {
        [$(($name, include_bytes!(concat!("results/", $name, ".json.zst")).as_slice())),*]
    };
}

/// What came of each question, by its name.
const RESULTS: [(&str, &[u8]); 9] = results![
    "sentiment",
    "indirect-object",
    "induction",
    "backwards",
    "facts",
    "later-years",
    "agreement",
    "pronouns",
    "tuned"
];

/// One question of `examples.json`.
#[derive(Deserialize)]
struct Entry {
    name: String,
    question: String,
    about: String,
    /// The figure that stands for the result.
    figure: String,
    experiment: Experiment,
}

/// The gallery, read at its first use.
pub struct Gallery {
    /// In the order to show them.
    pub examples: Vec<Example>,
    results: HashMap<String, Arc<StoredResult>>,
}

static GALLERY: LazyLock<Gallery> = LazyLock::new(|| {
    Gallery::read().unwrap_or_else(|message| {
        tracing::error!(message, "the gallery cannot be read");
        Gallery { examples: Vec::new(), results: HashMap::new() }
    })
});

impl Gallery {
    /// The one that is built in.
    pub fn built_in() -> &'static Self {
        &GALLERY
    }

    /// The result of this id, where it is one of the gallery's.
    pub fn result(&self, id: &str) -> Option<Arc<StoredResult>> {
        self.results.get(id).cloned()
    }

    fn read() -> Result<Self, String> {
        let entries: Vec<Entry> = serde_json::from_str(QUESTIONS).map_err(|e| e.to_string())?;
        let mut gallery = Self { examples: Vec::new(), results: HashMap::new() };
        for entry in entries {
            let Some((_, bytes)) = RESULTS.iter().find(|(name, _)| *name == entry.name) else {
                return Err(format!("`{}` has no result", entry.name));
            };
            let result = decode(bytes).map_err(|e| format!("{}: {e}", entry.name))?;
            let (id, example) = example(entry, &result)?;
            gallery.results.insert(id, Arc::new(result));
            gallery.examples.push(example);
        }
        Ok(gallery)
    }
}

fn decode(bytes: &[u8]) -> Result<StoredResult, String> {
    let json = zstd::decode_all(bytes).map_err(|e| e.to_string())?;
    serde_json::from_slice(&json).map_err(|e| e.to_string())
}

fn example(entry: Entry, result: &StoredResult) -> Result<(String, Example), String> {
    let Entry { name, question, about, figure, experiment } = entry;
    let figures = || {
        result.events.iter().filter_map(|event| match &event.body {
            EventBody::Figure(figure) => Some(figure),
            _ => None,
        })
    };
    let EventBody::Started(started) = &result.events.first().ok_or("no events")?.body else {
        return Err(format!("{name}: no beginning"));
    };
    let id = started.id.clone();
    let map = figures().find(|other| other.name == figure).and_then(small);
    let map = map.ok_or_else(|| format!("{name}: no map `{figure}`"))?;
    let mean_logit_diff = figures().find_map(mean_logit_diff);
    Ok((id.clone(), Example { id, name, question, about, experiment, map, mean_logit_diff }))
}

fn small(figure: &Figure) -> Option<SmallMap> {
    let FigureData::Heatmap { rows, columns, values } = &figure.data else { return None };
    let (name, rows, columns) = (figure.name.clone(), rows.len(), columns.len());
    Some(SmallMap { figure: name, rows, columns, values: values.clone() })
}

fn mean_logit_diff(figure: &Figure) -> Option<f64> {
    match &figure.data {
        FigureData::Scalars { values } if figure.name == "summary" => {
            values.get("mean_logit_diff").copied()?
        }
        _ => None,
    }
}
